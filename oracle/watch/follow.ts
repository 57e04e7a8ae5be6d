import { BlockNotFoundError, type Hex, type PublicClient } from "viem";
import { type ChainEvent, readEvents } from "../events.ts";
import type { ChainEntry } from "../state.ts";
import { addMark, type WatchState } from "./state.ts";

/** Blocks read at once, so that a watcher that starts late keeps its place on the way. */
const STRETCH = 10_000;

/** A posting as `Posted` tells it. */
export interface FoundPosting {
  id: Hex;
  entry: ChainEntry;
  /** Where the poster says that its bundle lies. */
  uri: string;
  block: number;
}

/** What the chain has that was not read before. */
export interface Stretch {
  postings: FoundPosting[];
  /** Last block that counts, and the timestamp of the newest. */
  head: number;
  now: number;
  /** Block to which the chain went back from what was read before; null where it did not. */
  back: number | null;
  /** To be called once everything is judged: only then the watcher stands further on. */
  done(): void;
}

export interface FollowOptions {
  client: PublicClient;
  attribution: Hex;
  /** Block to begin with where nothing was read before. */
  fromBlock: number;
  /** Newest block that counts: so many before the latest, or the finalized one. */
  confirmations: number | "finalized";
}

/**
 * The next stretch of the chain. Blocks whose hash is not what it was are forgotten first, with all that was found in
 * them, so a posting that a reorganisation moved or removed is judged anew where it stands, or not at all.
 */
export async function nextStretch(state: WatchState, options: FollowOptions): Promise<Stretch> {
  const { client, attribution, confirmations } = options;
  const latest = await client.getBlock();
  const head =
    confirmations === "finalized"
      ? Number((await client.getBlock({ blockTag: "finalized" })).number)
      : Math.max(0, Number(latest.number) - confirmations);
  const back = await goBack(state, client, options.fromBlock);
  const start = (state.marks.at(-1)?.block ?? options.fromBlock - 1) + 1;
  const end = Math.min(head, start + STRETCH - 1);
  const now = Number(latest.timestamp);
  if (end < start) return { postings: [], head, now, back, done: () => {} };
  // Read before the events: where they are of another chain than this block, the next call goes back.
  const { hash } = await client.getBlock({ blockNumber: BigInt(end) });
  const events = await readEvents(client, {
    contract: "Attribution",
    address: attribution,
    names: ["Posted"],
    fromBlock: start,
    toBlock: end,
  });
  return { postings: events.map(foundPosting), head, now, back, done: () => addMark(state, { block: end, hash }) };
}

/** An event `Posted` as a posting. */
export function foundPosting({ args, block }: ChainEvent): FoundPosting {
  const { id, posting, poster, activatesAt, bundleUri } = args as unknown as ChainEntry & {
    id: Hex;
    bundleUri: string;
  };
  return { id, entry: { posting, poster, activatesAt }, uri: bundleUri, block };
}

async function goBack(state: WatchState, client: PublicClient, fromBlock: number): Promise<number | null> {
  const { length } = state.marks;
  for (let mark = state.marks.at(-1); mark !== undefined; mark = state.marks.at(-1)) {
    if ((await hashAt(client, mark.block)) === mark.hash) break;
    state.marks.pop();
  }
  if (state.marks.length === length) return null;
  const block = state.marks.at(-1)?.block ?? fromBlock - 1;
  state.open = state.open.filter((posting) => posting.block <= block);
  return block;
}

async function hashAt(client: PublicClient, block: number): Promise<Hex | null> {
  try {
    return (await client.getBlock({ blockNumber: BigInt(block) })).hash;
  } catch (error) {
    if (error instanceof BlockNotFoundError) return null;
    throw error;
  }
}
