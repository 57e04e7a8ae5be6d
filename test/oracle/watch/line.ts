// A line of postings on a chain of its own, for watchers to follow.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, parseEther } from "viem";
import type { Bundle } from "../../../oracle/bundle.ts";
import { stepsList } from "../../../oracle/lists.ts";
import { payoutsList } from "../../../oracle/payouts.ts";
import { closeTills, type Posted, postBundle } from "../../../oracle/post.ts";
import { prepareBundle } from "../../../oracle/prepare.ts";
import { publishBundle } from "../../../oracle/publish.ts";
import { Metrics } from "../../../oracle/watch/metrics.ts";
import { type Report, Watcher, type WatcherOptions } from "../../../oracle/watch/watcher.ts";
import type { ReceiptLog } from "../../../protocol/receipt.ts";
import { madeFeatures, madeGradients, World } from "../world.ts";

const OPEN = parseEther("1");

export class Line {
  readonly world: World;
  readonly folder: string;
  readonly metrics = new Metrics();
  /** What the watchers reported and have not been asked for. */
  #reports: Report[] = [];
  readonly backs: number[] = [];
  head: Bundle | null = null;
  readonly logs: ReceiptLog[] = [];

  constructor(world: World, folder: string) {
    this.world = world;
    this.folder = folder;
  }

  static async start(): Promise<Line> {
    const folder = await mkdtemp(join(tmpdir(), "watch-"));
    const world = await World.start();
    await world.contribute([[{ text: "a" }], [{ text: "b" }]]);
    await world.goLive(madeFeatures());
    await world.openChannel();
    return new Line(world, folder);
  }

  async stop(): Promise<void> {
    await this.world.chain.stop();
    await rm(this.folder, { recursive: true });
  }

  get published(): string {
    return join(this.folder, "bundles");
  }

  watcher(changes: Partial<WatcherOptions> = {}): Watcher {
    const { client, deployment } = this.world;
    return new Watcher({
      client,
      deployment,
      fetch: { cache: join(this.folder, "cache"), folders: [this.folder], maxSeconds: 2 },
      statePath: join(this.folder, "state.json"),
      metrics: this.metrics,
      retrySeconds: 0,
      onReport: (report) => this.#reports.push(report),
      onBack: (block) => this.backs.push(block),
      ...changes,
    });
  }

  /** Polls to the head; returns what was reported. */
  async poll(watcher: Watcher): Promise<Report[]> {
    while ((await watcher.poll()).more);
    return this.#reports.splice(0);
  }

  /** The honest bundle of all epochs up to one more, with two paid answers in it or none. */
  async epoch(paid: boolean): Promise<Bundle> {
    const { world } = this;
    const epoch = Number(await world.read<bigint>("revenue", "currentEpoch"));
    if (paid) this.logs.push(await world.trade([3n * OPEN, 2n * OPEN], [1], this.logs.at(-1)?.receipts.at(-1)));
    else await world.warpTo((await world.read<bigint>("attribution", "logDeadline", [BigInt(epoch)])) + 1n);
    await closeTills(world.poster(), { from: 0, to: epoch });
    return prepareBundle({
      client: world.client,
      deployment: world.deployment,
      parent: this.head,
      toEpoch: epoch,
      sources: {
        logOf: async (_, of) => this.logs.find(({ epoch }) => epoch === of) ?? null,
        featuresOf: async () => madeFeatures(),
        gradientsOf: madeGradients,
      },
    });
  }

  /** Publishes a bundle and posts it; it is the head of the line then. */
  async post(bundle: Bundle): Promise<Posted & { hash: Hex }> {
    const { hash, path } = await publishBundle(bundle, this.published);
    this.head = bundle;
    return { hash, ...(await postBundle(this.world.poster(), bundle.posting, hash, `file:${path}`)) };
  }
}

/** The bundle with one wei more for contributor 0, and every root above it to fit. */
export function inflated(bundle: Bundle): Bundle {
  const copy = structuredClone(bundle);
  copy.payoutsAfter[0]!.cumulative += 1n;
  const { root } = payoutsList(copy.payoutsAfter);
  const last = copy.steps.at(-1)!.entry;
  last.rootAfter = root;
  last.runningPaid += 1n;
  copy.posting.payoutRoot = root;
  copy.posting.distributed += 1n;
  copy.posting.stepRoot = stepsList(copy.steps.map(({ entry }) => entry)).root;
  return copy;
}
