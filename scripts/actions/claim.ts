import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isCallException } from "ethers";
import { type Claim, claimOf } from "../../oracle/payouts.ts";
import { type ReadBundle, readBundle } from "../../oracle/read-bundle.ts";
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
  /** Ring slot of the active root that proves it. */
  slot: number;
  /** Wei not paid yet. */
  amount: bigint;
}

/**
 * Finds what `who` can claim by a bundle, or by the newest of the bundles folder whose root is active. Throws a UserError
 * where there is no such contributor, no active posting, or nothing left to claim.
 */
export async function claimable(connection: Connection, who: Who, directory?: string): Promise<Claimable> {
  const { rewards } = connection.contracts;
  const contributor = await contributorOf(connection, who);
  const { bundle, slot } = await activeBundle(connection, directory);
  if (contributor >= bundle.payoutsAfter.length) {
    throw new UserError(`Nothing to claim: contributor ${contributor} is not in the posting yet.`);
  }
  const claim = claimOf(bundle, contributor);
  const paid = await rewards.claimedOf(contributor);
  if (claim.cumulative <= paid) {
    const earned = paid === 0n ? "has earned nothing yet" : `has claimed all of its ${inOpen(paid)}`;
    throw new UserError(`Nothing to claim: contributor ${contributor} (${claim.account}) ${earned}.`);
  }
  return { claim, slot, amount: claim.cumulative - paid };
}

/** Claims it. Anyone may send this: it pays the contributor's account. */
export async function claim(connection: Connection, signer: Acting, { claim, slot }: Claimable): Promise<Claimed> {
  const { contracts, deployment } = connection;
  const { count, contributor, account, cumulative, proof } = claim;
  const sent = await mined(
    contracts.rewards.connect(signer).claim(slot, count, contributor, account, cumulative, proof),
  );
  const { args } = eventOf(sent, contracts.rewards, deployment.addresses.rewards, "Claimed");
  return { ...sent, contributor, account, amount: args.amount, cumulative: args.cumulative };
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

/** The bundle and the slot of its root; bundles that do not belong to an active posting are passed over. */
async function activeBundle(connection: Connection, directory?: string): Promise<{ bundle: ReadBundle; slot: number }> {
  const { rewards } = connection.contracts;
  const folders = directory === undefined ? await newestFirst(bundlesIn(connection)) : [directory];
  if (folders.length === 0)
    throw new UserError(`Nothing to claim: there is no posting in ${bundlesIn(connection)} yet.`);
  const ring = Number(await rewards.RING());
  const slots = await Promise.all(Array.from({ length: ring }, (_, slot) => rewards.rootAt(slot)));
  const time = BigInt(await now(connection));
  let opens: bigint | undefined;
  for (const folder of folders) {
    const bundle = await readBundle(folder);
    if (bundle.payoutsAfter.length === 0) continue;
    // Slots hold the first 27 bytes of a root.
    const root = claimOf(bundle, 0).root.slice(0, 2 + 2 * 27);
    const posted = slots.map(({ root: held, activatesAt }, slot) => ({ held, activatesAt, slot }));
    const matching = posted.filter(({ held, activatesAt }) => held === root && activatesAt < 2n ** 40n - 1n);
    const active = matching.find(({ activatesAt }) => activatesAt <= time);
    if (active) return { bundle, slot: active.slot };
    opens ??= matching[0]?.activatesAt;
  }
  if (opens !== undefined)
    throw new UserError(`Nothing to claim yet: the posting's window closes in ${opens - time} s.`);
  throw new UserError("Nothing to claim: no posting on chain has the payouts of this bundle, or it was voided.");
}

async function newestFirst(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  // A bundle's name is its epochs, so that names sort by time.
  return names
    .filter((name) => /^\d{12}-\d{12}$/.test(name))
    .sort()
    .reverse()
    .map((name) => join(folder, name));
}
