import { type Address, type Hex, isAddressEqual } from "viem";
import { DOMAIN } from "../protocol/domains.ts";
import { type PayoutEntry, payoutLeaf } from "../protocol/leaves.ts";
import { List } from "../protocol/list.ts";

/** Payouts that contradict the list before them, or a claim for somebody who is not in the list. */
export class PayoutError extends Error {
  override name = "PayoutError";
}

/** What `Rewards.claim` takes, beside the slot. */
export interface Claim {
  contributor: number;
  account: Address;
  /** Wei over all epochs; what was claimed before is subtracted on chain. */
  cumulative: bigint;
  /** Leaves in the tree. */
  count: number;
  proof: Hex[];
  /** The payout root. */
  root: Hex;
}

/** The payouts list: the position is the contributor id. */
export function payoutsList(entries: readonly PayoutEntry[]): List {
  return new List(DOMAIN.payouts, entries.map(payoutLeaf));
}

/**
 * The list after: one entry per account, the cumulative amounts of `before` plus `additions` (wei by contributor id).
 * Throws {@link PayoutError} where `accounts` is shorter than `before` or changes an account, or an addition has none.
 */
export function addPayouts(
  before: readonly PayoutEntry[],
  accounts: readonly Address[],
  additions: ReadonlyMap<number, bigint>,
): PayoutEntry[] {
  if (accounts.length < before.length) {
    throw new PayoutError(`${before.length} contributors have payouts, only ${accounts.length} accounts are known`);
  }
  for (const contributor of additions.keys()) {
    if (contributor >= accounts.length) throw new PayoutError(`contributor ${contributor} has no account`);
  }
  return accounts.map((account, contributor) => {
    const entry = before[contributor];
    if (entry !== undefined && !isAddressEqual(entry.account, account)) {
      throw new PayoutError(`contributor ${contributor} changes from ${entry.account} to ${account}`);
    }
    return { account, cumulative: (entry?.cumulative ?? 0n) + (additions.get(contributor) ?? 0n) };
  });
}

/** Sums contributions' payouts per contributor id. */
export function perContributor(
  contributions: readonly { contributor: number }[],
  payouts: readonly bigint[],
): Map<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const [c, { contributor }] of contributions.entries()) {
    sums.set(contributor, (sums.get(contributor) ?? 0n) + payouts[c]!);
  }
  return sums;
}

/** The claim of a contributor id against a posting's payouts. Throws {@link PayoutError} where the id is not in it. */
export function claimOf(bundle: { payoutsAfter: readonly PayoutEntry[] }, contributor: number): Claim {
  const entry = bundle.payoutsAfter[contributor];
  if (entry === undefined) {
    throw new PayoutError(`no contributor ${contributor} among the ${bundle.payoutsAfter.length} of the posting`);
  }
  const list = payoutsList(bundle.payoutsAfter);
  return { contributor, ...entry, count: list.count, proof: list.proof(contributor), root: list.root };
}

/** The contributor id of an account. Throws {@link PayoutError} where the posting has none. */
export function contributorOf(bundle: { payoutsAfter: readonly PayoutEntry[] }, account: Address): number {
  const contributor = bundle.payoutsAfter.findIndex((entry) => isAddressEqual(entry.account, account));
  if (contributor < 0) throw new PayoutError(`${account} is no contributor of the posting`);
  return contributor;
}
