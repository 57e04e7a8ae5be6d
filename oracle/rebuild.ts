import type { Hex, PublicClient } from "viem";
import type { Deployment } from "../protocol/deployment.ts";
import type { PayoutEntry } from "../protocol/leaves.ts";
import { assemble, type PostingFacts } from "./assemble.ts";
import { read } from "./chain.ts";
import { readEvents } from "./events.ts";
import { payoutsList } from "./payouts.ts";
import { readFacts, type Sources } from "./prepare.ts";
import { type FoundPosting, foundPosting } from "./watch/follow.ts";

/** A posting of the line, computed again. */
export interface RebuiltPosting {
  id: Hex;
  fromEpoch: number;
  toEpoch: number;
  /** Slot of the ring that claims name. */
  slot: number;
  /** Seconds since 1970 at which its window is over. */
  activatesAt: number;
  final: boolean;
  payoutRoot: Hex;
  payouts: PayoutEntry[];
  /** The first field in which the chain says something else; null where every one agrees. */
  difference: { field: string; rebuilt: string; chain: string } | null;
}

export interface RebuildOptions {
  client: PublicClient;
  deployment: Deployment;
  sources: Sources;
  onPosting?: (posting: RebuiltPosting) => void;
}

/**
 * Computes every posting of the line again, from the chain, the operators' logs and the versions' artifacts: no poster's
 * bundle is needed. Each builds on the payouts rebuilt before it. Throws what `readFacts` throws where a source has not what
 * the chain commits.
 */
export async function rebuildLine(options: RebuildOptions): Promise<RebuiltPosting[]> {
  const { client, deployment, onPosting } = options;
  const { attribution, rewards } = deployment.addresses;
  const ring = Number(await read<bigint>(client, "Rewards", rewards, "RING"));
  const [, finals] = await read<[bigint, bigint]>(client, "Attribution", attribution, "lineOf");
  const rebuilt: RebuiltPosting[] = [];
  for (const [place, found] of (await readLine(client, deployment)).entries()) {
    const { posting, activatesAt } = found.entry;
    const fromEpoch = Number(posting.fromEpoch);
    const toEpoch = Number(posting.toEpoch);
    const payoutsBefore = rebuilt.at(-1)?.payouts ?? [];
    const { parent } = posting;
    const facts = await readFacts({ ...options, block: found.block, parent, fromEpoch, toEpoch, payoutsBefore });
    const { posting: computed, payoutsAfter } = assemble(asPosted(facts, posting.payoutRoot));
    const each = {
      id: found.id,
      fromEpoch,
      toEpoch,
      slot: place % ring,
      activatesAt: Number(activatesAt),
      final: place < Number(finals),
      payoutRoot: computed.payoutRoot,
      payouts: payoutsAfter,
      difference: differenceOf(computed, posting),
    };
    rebuilt.push(each);
    onPosting?.(each);
  }
  return rebuilt;
}

/** The postings that are not void, from the first. */
async function readLine(client: PublicClient, deployment: Deployment): Promise<FoundPosting[]> {
  const events = await readEvents(client, {
    contract: "Attribution",
    address: deployment.addresses.attribution,
    names: ["Posted", "Voided"],
    fromBlock: deployment.block,
    toBlock: Number(await client.getBlockNumber()),
  });
  const line = new Map<Hex, FoundPosting>();
  for (const event of events) {
    if (event.name === "Posted") line.set(event.args.id as Hex, foundPosting(event));
    else line.delete(event.args.id as Hex);
  }
  return [...line.values()];
}

/**
 * A poster reads the registered accounts some blocks before it posts, and the payouts list has as many places. So of the
 * accounts known at the posting's block, as many are taken as give its root; all of them where none do.
 */
function asPosted(facts: PostingFacts, payoutRoot: Hex): PostingFacts {
  const { accounts, payoutsBefore } = facts;
  const { payoutsAfter } = assemble(facts);
  const paid = payoutsAfter.findLastIndex(({ cumulative }) => cumulative > 0n) + 1;
  for (let count = accounts.length; count >= Math.max(paid, payoutsBefore.length); count--) {
    if (payoutsList(payoutsAfter.slice(0, count)).root !== payoutRoot) continue;
    return { ...facts, accounts: accounts.slice(0, count) };
  }
  return facts;
}

function differenceOf(
  computed: { stepRoot: Hex; payoutRoot: Hex; pool: bigint; distributed: bigint },
  posting: FoundPosting["entry"]["posting"],
): RebuiltPosting["difference"] {
  for (const field of ["payoutRoot", "stepRoot", "pool", "distributed"] as const) {
    const [rebuilt, chain] = [String(computed[field]), String(posting[field])];
    if (rebuilt !== chain) return { field, rebuilt, chain };
  }
  return null;
}

/** The newest posting that claims can be made by: the last final one; null where there is none yet. */
export function claimablePosting(postings: readonly RebuiltPosting[]): RebuiltPosting | null {
  return postings.findLast(({ final }) => final) ?? null;
}
