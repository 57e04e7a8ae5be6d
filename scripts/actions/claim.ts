import { isCallException, type Result } from "ethers";
import { type Claim, claimOf } from "../../oracle/payouts.ts";
import { publishedBundles } from "../../oracle/publish.ts";
import { type ReadBundle, readBundle } from "../../oracle/read-bundle.ts";
import { claimPlace, payoutLeaf } from "../../protocol/leaves.ts";
import type { IAttribution } from "../../types/index.ts";
import type { Acting } from "../lib/account.ts";
import { inOpen } from "../lib/amount.ts";
import { bundlesIn, type Connection, now } from "../lib/connection.ts";
import { UserError } from "../lib/errors.ts";
import { eventOf, mined, type Sent } from "../lib/send.ts";

/** A contributor by its id or by its account. */
export type Who = { contributor: number } | { account: string };

export interface Claimed extends Sent {
  contributor: number;
  account: string;
  /** Wei paid now, and over all claims. */
  amount: bigint;
  cumulative: bigint;
}

/** What a contributor can claim now. */
export interface Claimable {
  claim: Claim;
  /** Ring slot of the root that proves it. */
  slot: number;
  /** Postings whose window has passed, to be finalized first, in this order; empty where the root is active. */
  due: IAttribution.EntryStruct[];
  /** Wei not paid yet. */
  amount: bigint;
}

/**
 * Finds what `who` can claim by a bundle, or by the newest of the bundles folder whose window has passed. Throws a UserError
 * where there is no such contributor, no active posting, or nothing left to claim.
 */
export async function claimable(connection: Connection, who: Who, directory?: string): Promise<Claimable> {
  const { rewards } = connection.contracts;
  const contributor = await contributorOf(connection, who);
  const { bundle, slot, due } = await activeBundle(connection, directory);
  if (contributor >= bundle.payoutsAfter.length) {
    throw new UserError(`Nothing to claim: contributor ${contributor} is not in the posting yet.`);
  }
  const claim = claimOf(bundle, contributor);
  const paid = await rewards.claimedOf(contributor);
  if (claim.cumulative <= paid) {
    const earned = paid === 0n ? "has earned nothing yet" : `has claimed all of its ${inOpen(paid)}`;
    throw new UserError(`Nothing to claim: contributor ${contributor} (${claim.account}) ${earned}.`);
  }
  return { claim, slot, due, amount: claim.cumulative - paid };
}

/**
 * Claims it, after finalizing the postings that are due. Anyone may send this: it pays the contributor's account. The gas
 * is that of the claim.
 */
export async function claim(connection: Connection, signer: Acting, { claim, slot, due }: Claimable): Promise<Claimed> {
  const { contracts, deployment } = connection;
  for (const entry of due) await mined(contracts.attribution.connect(signer).finalize(entry));
  const { count, contributor, account, cumulative, proof } = claim;
  const place = claimPlace(slot, count, contributor);
  const sent = await mined(contracts.rewards.connect(signer).claim(place, payoutLeaf(claim), proof));
  const { args } = eventOf(sent, contracts.token, deployment.addresses.openToken, "Transfer");
  return { ...sent, contributor, account, amount: args.value, cumulative };
}

async function contributorOf({ contracts: { datanets } }: Connection, who: Who): Promise<number> {
  const count = await datanets.contributorCount();
  if ("contributor" in who) {
    if (BigInt(who.contributor) < count) return who.contributor;
    throw new UserError(`There is no contributor ${who.contributor}: ${count} are registered.`);
  }
  try {
    return Number(await datanets.contributorOf(who.account));
  } catch (error) {
    if (!isCallException(error)) throw error;
    throw new UserError(`No such contributor: ${who.account} has never registered.`);
  }
}

/** The bundle, and where its root stands; bundles that no root is or can be made active of are passed over. */
async function activeBundle(
  connection: Connection,
  directory?: string,
): Promise<Pick<Claimable, "slot" | "due"> & { bundle: ReadBundle }> {
  const { rewards } = connection.contracts;
  const folders = directory === undefined ? await publishedBundles(bundlesIn(connection)) : [directory];
  if (folders.length === 0)
    throw new UserError(`Nothing to claim: there is no posting in ${bundlesIn(connection)} yet.`);
  const ring = Number(await rewards.RING());
  const slots = await Promise.all(Array.from({ length: ring }, (_, slot) => rewards.rootAt(slot)));
  const pending = await pendingPostings(connection, ring);
  const time = BigInt(await now(connection));
  let opens: bigint | undefined;
  for (const folder of folders) {
    const bundle = await readBundle(folder);
    if (bundle.payoutsAfter.length === 0) continue;
    const { root } = claimOf(bundle, 0);
    // Slots hold the first 27 bytes of a root.
    const held = root.slice(0, 2 + 2 * 27);
    const slot = slots.findIndex((each) => each.root === held && each.activatesAt <= time);
    if (slot >= 0) return { bundle, slot, due: [] };
    const at = pending.findIndex(({ entry }) => entry.posting.payoutRoot === root);
    if (at < 0) continue;
    const { slot: next, entry } = pending[at]!;
    if (entry.activatesAt <= time)
      return { bundle, slot: next, due: pending.slice(0, at + 1).map((each) => each.entry) };
    opens ??= entry.activatesAt;
  }
  if (opens !== undefined)
    throw new UserError(`Nothing to claim yet: the posting's window closes in ${opens - time} s.`);
  throw new UserError("Nothing to claim: no posting on chain has the payouts of this bundle, or it was voided.");
}

/** The postings that are neither void nor final, in the order of the line. */
async function pendingPostings({ contracts: { attribution }, deployment }: Connection, ring: number) {
  const { places, finals } = await attribution.lineOf();
  const ids = await Promise.all(
    Array.from({ length: Number(places - finals) }, (_, i) => attribution.idAt(finals + BigInt(i))),
  );
  const posted = ids.length === 0 ? [] : await attribution.queryFilter(attribution.filters.Posted(), deployment.block);
  return ids.map((id, i) => {
    const { posting, poster, activatesAt } = posted.findLast(({ args }) => args.id === id)!.args;
    // ethers freezes what it decodes, and would write to what it encodes.
    const copy = (posting as unknown as Result).toObject() as IAttribution.PostingStruct;
    return { slot: (Number(finals) + i) % ring, entry: { posting: copy, poster, activatesAt } };
  });
}
