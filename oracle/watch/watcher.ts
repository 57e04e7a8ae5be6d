import type { Hex } from "viem";
import { checkChain } from "../../protocol/deployment.ts";
import { readEvents } from "../events.ts";
import { type Bounds, judgeApart } from "./apart.ts";
import { type FoundPosting, foundPosting, nextStretch } from "./follow.ts";
import { type Judgement, type JudgeOptions, judge } from "./judge.ts";
import type { Metrics } from "./metrics.ts";
import { type OpenPosting, readState, type WatchState, writeState } from "./state.ts";

/** What was done about a posting that is not right. */
export interface Sent {
  /** What it proves or demands, in words. */
  what: string;
  transaction: Hex;
  gas: bigint;
}

/** What was sent, or why nothing was. */
export type Act = Sent | { why: string };

/** Acts on what a watcher finds. Sends only what a simulation on the node confirms. */
export interface Refuter {
  refute(posting: FoundPosting, judgement: Judgement): Promise<Act>;
  demand(posting: FoundPosting, judgement: Judgement): Promise<Act>;
  /** Takes the reward of a refuted posting where its time has come. Returns whether nothing more is to come of it. */
  collect(target: Hex): Promise<boolean>;
}

/** A judgement as it is reported. */
export interface Report extends Judgement {
  sent: Sent | null;
  /** Why nothing was sent, where something should have been. */
  why: string | null;
}

export interface WatcherOptions extends JudgeOptions {
  /** File in which the watcher keeps its place. */
  statePath: string;
  /** Block to begin with where there is no such file. */
  fromBlock?: number;
  /** Newest block that counts. */
  confirmations?: number | "finalized";
  metrics: Metrics;
  /** Judges each posting within these bounds, in a process of its own; without gradients, then. */
  apart?: Bounds;
  refuter?: Refuter;
  onReport: (report: Report) => void;
  /** The chain went back to that block. */
  onBack?: (block: number) => void;
  /** Seconds after which a bundle that was not to be had is asked for again. */
  retrySeconds?: number;
}

/** Follows the line of postings, judges every one, and acts on those that are not right. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #tried = new Map<Hex, number>();
  /** Judged of a stretch that the node broke off. */
  readonly #judged = new Set<Hex>();
  #state: WatchState | null = null;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Postings that are wrong or withheld and can still be refuted. */
  get open(): readonly OpenPosting[] {
    return this.#state?.open ?? [];
  }

  /**
   * Reads one stretch of the chain on, and judges what it has and what is due again. Returns whether there is more to
   * read. Throws where the node fails (`isNodeTrouble`): the next call does the same again.
   */
  async poll(): Promise<{ more: boolean }> {
    const { client, deployment, statePath, metrics, onBack, refuter } = this.#options;
    checkChain(deployment, await client.getChainId());
    const { attribution } = deployment.addresses;
    this.#state ??= await readState(statePath, { chainId: deployment.chainId, attribution });
    const state = this.#state;
    const stretch = await nextStretch(state, {
      client,
      attribution,
      fromBlock: this.#options.fromBlock ?? deployment.block,
      confirmations: this.#options.confirmations ?? 0,
    });
    if (stretch.back !== null) {
      this.#judged.clear();
      onBack?.(stretch.back);
    }
    for (const target of [...state.owed]) {
      if (await refuter?.collect(target)) state.owed = state.owed.filter((each) => each !== target);
    }
    for (const open of [...state.open]) await this.#again(open, stretch.now);
    for (const posting of stretch.postings) {
      if (!this.#judged.has(posting.id)) await this.#look(posting, stretch.now);
      this.#judged.add(posting.id);
    }
    this.#judged.clear();
    stretch.done();
    await writeState(statePath, state);
    const last = state.marks.at(-1)?.block ?? stretch.head;
    metrics.set("lag_blocks", Math.max(0, Number(await client.getBlockNumber()) - last));
    return { more: last < stretch.head };
  }

  /** Judges a posting and keeps it open where that is not the end of it. */
  async #look(posting: FoundPosting, now: number, before?: OpenPosting): Promise<void> {
    const { metrics, onReport, refuter } = this.#options;
    const { apart } = this.#options;
    const judgement = await (apart === undefined
      ? judge(posting, this.#options)
      : judgeApart(posting, this.#options, apart));
    metrics.set("last_check_seconds", judgement.milliseconds / 1_000);
    metrics.add("postings_checked_total");
    const { verdict } = judgement;
    if (verdict !== before?.verdict) {
      if (verdict === "wrong") metrics.add("postings_wrong_total");
      if (verdict === "withheld") metrics.add("postings_withheld_total");
    }
    const state = this.#state!;
    let act: Act | null = null;
    if (now < posting.entry.activatesAt) {
      if (verdict === "wrong") act = (await refuter?.refute(posting, judgement)) ?? null;
      if (verdict === "withheld") act = (await refuter?.demand(posting, judgement)) ?? null;
    }
    const sent = act !== null && "transaction" in act ? act : null;
    const why = act !== null && "why" in act ? act.why : null;
    if (sent !== null) metrics.add(verdict === "wrong" ? "refutations_total" : "demands_total");
    if (sent !== null && verdict === "wrong") state.owed.push(posting.id);
    state.open = state.open.filter(({ id }) => id !== posting.id);
    const settled = verdict === "right" || verdict === "void" || (verdict === "wrong" && sent !== null);
    if (!settled && now < posting.entry.activatesAt) {
      state.open.push({ id: posting.id, block: posting.block, verdict });
      this.#tried.set(posting.id, performance.now());
    }
    if (verdict !== before?.verdict || sent !== null) onReport({ ...judgement, sent, why });
  }

  /** Looks again at a posting that is open, where it is time for that. */
  async #again(open: OpenPosting, now: number): Promise<void> {
    const { client, deployment, retrySeconds = 30, refuter } = this.#options;
    const tried = this.#tried.get(open.id);
    if (tried !== undefined) {
      if (open.verdict === "wrong" && refuter === undefined) return;
      if (performance.now() - tried < 1_000 * retrySeconds) return;
    }
    const events = await readEvents(client, {
      contract: "Attribution",
      address: deployment.addresses.attribution,
      names: ["Posted"],
      fromBlock: open.block,
      toBlock: open.block,
    });
    const posting = events.map(foundPosting).find(({ id }) => id === open.id);
    if (posting !== undefined && now < posting.entry.activatesAt) return this.#look(posting, now, open);
    const state = this.#state!;
    state.open = state.open.filter(({ id }) => id !== open.id);
  }
}
