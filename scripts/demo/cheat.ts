import { join } from "node:path";
import { type Address, parseEther } from "viem";
import type { Bundle } from "../../oracle/bundle.ts";
import { payoutsList } from "../../oracle/payouts.ts";
import { postBundle } from "../../oracle/post.ts";
import { prepareBundle } from "../../oracle/prepare.ts";
import { publishBundle } from "../../oracle/publish.ts";
import { Metrics } from "../../oracle/watch/metrics.ts";
import { ChainRefuter } from "../../oracle/watch/refuter.ts";
import { type Report, Watcher } from "../../oracle/watch/watcher.ts";
import { mined } from "../lib/send.ts";
import type { RefutationFigures } from "./figures.ts";
import { posterOf, type Settled } from "./settle.ts";
import type { World } from "./world.ts";

/** What the dishonest poster adds to its own payout, in wei. */
const STOLEN = parseEther("1000");

/** The epoch holds no income, so that nobody asks for any of it. */
const nothing = async (): Promise<never> => {
  throw new Error("there is nothing to attribute in an epoch without income");
};

/**
 * A second poster posts the next epoch, in which nobody earned anything, with a payout for itself; a watcher that knows
 * nothing but the chain finds it and refutes it. Returns what the chain says of it.
 */
export async function postAndRefute(world: World, settled: Settled, home: string): Promise<RefutationFigures> {
  const { contracts, deployment, roles } = world;
  const { cheat, watcher: refuter } = roles;
  await mined(contracts.datanets.connect(cheat).register());
  const epoch = settled.bundle.posting.toEpoch + 1;
  await world.warpTo((await contracts.attribution.logDeadline(epoch)) + 1n);
  const poster = await posterOf(world, "cheat");
  const sources = { logOf: nothing, featuresOf: nothing, gradientsOf: nothing };
  const { client } = poster;
  const honest = await prepareBundle({ client, deployment, parent: settled.bundle, toEpoch: epoch, sources });
  const wrong = withPayout(honest, cheat.address as Address);
  // A place of its own: what people look for in the other is the posting that stands.
  const place = join(home, "watch", "demo");
  const { hash, path } = await publishBundle(wrong, join(place, "wrong"));
  const { id } = await postBundle(poster, wrong.posting, hash, `file:${path}`);

  const reports: Report[] = [];
  const watcher = new Watcher({
    client,
    deployment,
    fetch: { cache: join(place, "bundles"), folders: [home] },
    statePath: join(place, "state.json"),
    metrics: new Metrics(),
    refuter: new ChainRefuter(await posterOf(world, "watcher")),
    onReport: (report) => reports.push(report),
  });
  const balanceBefore = await contracts.token.balanceOf(refuter.address);
  while ((await watcher.poll()).more);
  const report = reports.find((each) => each.id === id);
  if (!report?.sent || (await contracts.attribution.head()) !== settled.posted.id) {
    throw new Error(`the wrong posting was not refuted: ${report?.why ?? report?.verdict ?? "it was not seen"}`);
  }
  const blocks = await contracts.refutations.REVEAL_BLOCKS();
  await world.chain.rpc("anvil_mine", [`0x${blocks.toString(16)}`]);
  await watcher.poll();
  const balanceAfter = await contracts.token.balanceOf(refuter.address);
  return {
    poster: cheat.address,
    stolen: STOLEN.toString(),
    proof: report.sent.what,
    transaction: report.sent.transaction,
    gas: Number(report.sent.gas),
    refuter: refuter.address,
    reward: (balanceAfter - balanceBefore).toString(),
    bond: (await contracts.attribution.BOND()).toString(),
    honest: reports.some((each) => each.id === settled.posted.id && each.verdict === "right"),
  };
}

/** The bundle with one more payout, and its root to fit. */
function withPayout(bundle: Bundle, account: Address): Bundle {
  const payoutsAfter = [...bundle.payoutsAfter, { account, cumulative: STOLEN }];
  const posting = { ...bundle.posting, payoutRoot: payoutsList(payoutsAfter).root };
  return { ...bundle, payoutsAfter, posting };
}
