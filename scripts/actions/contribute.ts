import type { Acting } from "../lib/account.ts";
import { inOpen } from "../lib/amount.ts";
import { type Connection, now } from "../lib/connection.ts";
import { UserError } from "../lib/errors.ts";
import { approve, eventOf, mined, type Sent } from "../lib/send.ts";

/** `IDatanets.Status`, in its order. */
export const STATUSES = [
  "none",
  "committed",
  "pending",
  "accepted",
  "rejected",
  "withdrawn",
  "duplicate",
  "expired",
] as const;
export type ContributionState = (typeof STATUSES)[number];

/** What a commitment hides until it is revealed. */
export interface SealedBatch {
  datanet: number;
  /** List root of the rows. */
  root: string;
  rows: number;
  /** 32 random bytes, as hex. */
  salt: string;
}

export interface ContributionStatus {
  contribution: number;
  datanet: number;
  contributor: string;
  state: ContributionState;
  rows: number;
  /** The root; while the contribution is committed, its commitment. */
  root: string;
  uri: string;
  /** Wei. */
  bond: bigint;
  committedAt: bigint;
  /** The round that is open; null where none is. */
  round: {
    number: number;
    seats: number;
    committed: number;
    revealed: number;
    revealsAt: bigint;
    endsAt: bigint;
  } | null;
  /** When its verdict is final and a bond that is due can be returned; 0 without a verdict. */
  settlesAt: bigint;
  /** What a challenge would cost, in wei. */
  challengeBond: bigint;
}

/** The commitment of a batch by `account`. */
export async function commitmentOf({ contracts }: Connection, account: string, batch: SealedBatch): Promise<string> {
  const { datanet, root, rows, salt } = batch;
  return contracts.datanets.commitmentOf(datanet, account, root, rows, salt);
}

/**
 * Commits a batch under a bond, by default the Datanet's least. Keep `batch` until it is revealed. Throws a UserError where
 * there is no such Datanet or the signer has too little OPEN.
 */
export async function commitBatch(
  connection: Connection,
  signer: Acting,
  batch: SealedBatch,
  bond?: bigint,
): Promise<Sent & { contribution: number; bond: bigint }> {
  const { contracts, deployment } = connection;
  const { datanets } = contracts;
  const count = await datanets.datanetCount();
  if (BigInt(batch.datanet) >= count)
    throw new UserError(`There is no Datanet ${batch.datanet}: ${count} have been created.`);
  const amount = bond ?? (await datanets.datanetOf(batch.datanet)).minimumBond;
  await approve(connection, signer, deployment.addresses.datanets, amount);
  const commitment = await commitmentOf(connection, signer.address, batch);
  const sent = await mined(datanets.connect(signer).commit(batch.datanet, commitment, amount));
  const { args } = eventOf(sent, datanets, deployment.addresses.datanets, "Committed");
  return { ...sent, contribution: Number(args.contribution), bond: amount };
}

/** Reveals a committed batch; the committee's first round begins. */
export async function revealBatch(
  { contracts: { datanets } }: Connection,
  signer: Acting,
  contribution: number,
  { root, rows, salt, uri }: Omit<SealedBatch, "datanet"> & { uri: string },
): Promise<Sent> {
  return mined(datanets.connect(signer).reveal(contribution, root, rows, salt, uri));
}

/** Seals the signer's score, 0 to 100, in the open round. Returns the round; keep score and salt until it is revealed. */
export async function commitScore(
  connection: Connection,
  signer: Acting,
  contribution: number,
  { score, salt }: { score: number; salt: string },
): Promise<Sent & { round: number }> {
  const { datanets } = connection.contracts;
  const { number } = await openRound(connection, contribution);
  const commitment = await datanets.scoreCommitmentOf(contribution, number, signer.address, score, salt);
  return { ...(await mined(datanets.connect(signer).commitScore(contribution, commitment))), round: number };
}

/** Opens the signer's sealed score; the last of those committed decides. Returns where the contribution stands then. */
export async function revealScore(
  connection: Connection,
  signer: Acting,
  contribution: number,
  { score, salt }: { score: number; salt: string },
): Promise<Sent & { state: ContributionState }> {
  const { revealsAt } = await openRound(connection, contribution);
  const left = revealsAt - BigInt(await now(connection));
  if (left > 0n) throw new UserError(`Scores can be revealed in ${left} s, or when the whole committee has committed.`);
  const sent = await mined(connection.contracts.datanets.connect(signer).revealScore(contribution, score, salt));
  return { ...sent, state: (await contributionStatus(connection, contribution)).state };
}

/** Decides a round whose time is over. Anyone may. */
export async function decide(connection: Connection, signer: Acting, contribution: number): Promise<Sent> {
  const { endsAt } = await openRound(connection, contribution);
  const left = endsAt - BigInt(await now(connection));
  if (left > 0n) throw new UserError(`The round ends in ${left} s.`);
  return mined(connection.contracts.datanets.connect(signer).decide(contribution));
}

/** Challenges a verdict under the bond that `contributionStatus` tells. */
export async function challenge(connection: Connection, signer: Acting, contribution: number): Promise<Sent> {
  const { state, settlesAt, challengeBond } = await contributionStatus(connection, contribution);
  if (state !== "accepted" && state !== "rejected")
    throw new UserError(`Contribution ${contribution} is ${state}: there is no verdict to challenge.`);
  if (settlesAt <= BigInt(await now(connection)))
    throw new UserError(`The verdict on contribution ${contribution} is final.`);
  await approve(connection, signer, connection.deployment.addresses.datanets, challengeBond);
  return mined(connection.contracts.datanets.connect(signer).challenge(contribution));
}

/** Withdraws the signer's consent, from the next version on. */
export async function withdrawConsent(connection: Connection, signer: Acting, contribution: number): Promise<Sent> {
  return mined(connection.contracts.datanets.connect(signer).withdrawConsent(contribution));
}

/** Returns a bond that is due to whom it belongs. Anyone may. */
export async function returnBond(
  connection: Connection,
  signer: Acting,
  contribution: number,
): Promise<Sent & { account: string; amount: bigint }> {
  const { contracts, deployment } = connection;
  const { state, bond, settlesAt } = await contributionStatus(connection, contribution);
  if (state !== "rejected" && state !== "withdrawn")
    throw new UserError(`Contribution ${contribution} is ${state}: its bond of ${inOpen(bond)} is not due.`);
  const left = settlesAt - BigInt(await now(connection));
  if (left > 0n) throw new UserError(`The bond can be returned in ${left} s.`);
  const sent = await mined(contracts.datanets.connect(signer).returnBond(contribution));
  const { args } = eventOf(sent, contracts.datanets, deployment.addresses.datanets, "BondReturned");
  return { ...sent, account: args.account, amount: args.amount };
}

/** Where a contribution stands. Throws a UserError where there is none. */
export async function contributionStatus(connection: Connection, contribution: number): Promise<ContributionStatus> {
  const { datanets } = connection.contracts;
  const count = await datanets.contributionCount();
  if (BigInt(contribution) >= count)
    throw new UserError(`There is no contribution ${contribution}: ${count} have been committed.`);
  const known = await datanets.contributionOf(contribution);
  const [contributor, review, period, challengeBond, { committee }] = await Promise.all([
    datanets.accountOf(known.contributor),
    datanets.reviewOf(contribution),
    datanets.SCORE_PERIOD(),
    datanets.challengeBondOf(contribution),
    datanets.datanetOf(known.datanet),
  ]);
  return {
    contribution,
    datanet: Number(known.datanet),
    contributor,
    state: STATUSES[Number(known.status)]!,
    rows: Number(known.rows),
    root: known.root,
    uri: known.uri,
    bond: known.bond,
    committedAt: known.committedAt,
    round:
      review.startedAt === 0n
        ? null
        : {
            number: Number(review.round),
            seats: committee.length,
            committed: ones(review.committed),
            revealed: ones(review.revealed),
            revealsAt: review.revealsAt,
            endsAt: review.revealsAt + period,
          },
    settlesAt: review.settlesAt,
    challengeBond,
  };
}

async function openRound(connection: Connection, contribution: number) {
  const { round, state } = await contributionStatus(connection, contribution);
  if (!round) throw new UserError(`Contribution ${contribution} is ${state}: no round of scores is open.`);
  return round;
}

/** How many bits are set: one per seat. */
const ones = (bits: bigint): number => bits.toString(2).replaceAll("0", "").length;
