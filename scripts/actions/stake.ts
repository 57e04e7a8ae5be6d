import type { Acting } from "../lib/account.ts";
import { inOpen } from "../lib/amount.ts";
import { type Connection, now } from "../lib/connection.ts";
import { UserError } from "../lib/errors.ts";
import { approve, eventOf, mined, type Sent } from "../lib/send.ts";

/** Stake that thaws. */
export interface Ticket {
  ticket: bigint;
  /** Wei; a slash of the validator whose pool it leaves still lowers it. */
  amount: bigint;
  /** Seconds. */
  availableAt: bigint;
}

export interface StakeStatus {
  account: string;
  /** All in wei. */
  balance: bigint;
  staked: bigint;
  votes: bigint;
  earned: bigint;
  totalStaked: bigint;
  /** Who votes with the stake: the account itself, or a validator. */
  delegate: string;
  thawing: Ticket[];
}

/** A pool that takes delegations. */
export interface Validator {
  validator: string;
  /** Wei at stake and thawing. */
  staked: bigint;
  thawing: bigint;
  /** Basis points of its pool's rewards. */
  commission: bigint;
  /** A higher one that is announced, and the seconds when it is due; both 0: none. */
  nextCommission: bigint;
  nextFrom: bigint;
  /** The part of a first stake that slashes have left, from 1 to 0. */
  left: number;
}

/** Stakes `amount` wei of the signer's OPEN, in the pool of its delegate. */
export async function stake(connection: Connection, signer: Acting, amount: bigint): Promise<Sent> {
  const { contracts, deployment } = connection;
  await approve(connection, signer, deployment.addresses.stakeVault, amount);
  return mined(contracts.vault.connect(signer).stake(amount));
}

/** Begins to thaw `amount` wei; returns the ticket to withdraw it by. */
export async function unstake(
  { contracts, deployment }: Connection,
  signer: Acting,
  amount: bigint,
): Promise<Sent & Ticket> {
  const staked = await contracts.vault.stakeOf(signer.address);
  if (staked < amount) throw new UserError(`${signer.address} has ${inOpen(staked)} at stake, not ${inOpen(amount)}.`);
  const sent = await mined(contracts.vault.connect(signer).unstake(amount));
  const { args } = eventOf(sent, contracts.vault, deployment.addresses.stakeVault, "Unstaked");
  return { ...sent, ticket: args.ticket, amount, availableAt: args.availableAt };
}

/** Pays out one thawed ticket, or every one of the signer's; returns the wei. */
export async function withdraw(connection: Connection, signer: Acting, ticket?: bigint): Promise<bigint> {
  const { vault } = connection.contracts;
  const due = await dueTickets(connection, signer, ticket);
  for (const { ticket: number } of due) await mined(vault.connect(signer).withdraw(number));
  return due.reduce((total, { amount }) => total + amount, 0n);
}

/** Puts one thawed ticket, or every one of the signer's, back at stake with its delegate of now; returns the wei. */
export async function restake(connection: Connection, signer: Acting, ticket?: bigint): Promise<bigint> {
  const { vault } = connection.contracts;
  const due = await dueTickets(connection, signer, ticket);
  for (const { ticket: number } of due) await mined(vault.connect(signer).restake(number));
  return due.reduce((total, { amount }) => total + amount, 0n);
}

/**
 * Brings the signer's stake to a validator, or to itself. What comes from another validator's pool thaws first: returns
 * its ticket, to restake.
 */
export async function delegate(
  connection: Connection,
  signer: Acting,
  to: string,
): Promise<Sent & { ticket?: bigint }> {
  const { vault } = connection.contracts;
  const from = await vault.delegates(signer.address);
  if (from === to) throw new UserError(`${to} is the delegate of ${signer.address} already.`);
  if (to !== signer.address && (await vault.validators(to)).price === 0n) {
    throw new UserError(`${to} takes no delegations: \`stake validators\` lists who does.`);
  }
  const sent = await mined(vault.connect(signer).delegate(to));
  const thawing = sent.receipt.logs.map((log) => vault.interface.parseLog(log)).find((log) => log?.name === "Unstaked");
  return thawing ? { ...sent, ticket: thawing.args.ticket } : sent;
}

/** Makes the signer a validator with a commission in basis points, or changes its commission. */
export async function setCommission(
  { contracts: { vault } }: Connection,
  signer: Acting,
  points: number,
): Promise<Sent> {
  const known = (await vault.validatorSince(signer.address)) > 0n;
  return mined(known ? vault.connect(signer).setCommission(points) : vault.connect(signer).register(points));
}

/** Everybody who takes delegations, by stake. */
export async function listValidators({ contracts: { vault }, deployment }: Connection): Promise<Validator[]> {
  const events = await vault.queryFilter(vault.filters.ValidatorRegistered(), deployment.block);
  const all = await Promise.all(
    events.map(async ({ args: { validator } }) => {
      const { staked, thawing, price, commission, nextCommission, nextFrom } = await vault.validators(validator);
      return { validator, staked, thawing, commission, nextCommission, nextFrom, left: Number(price) / 1e27 };
    }),
  );
  return all.sort((a, b) => (a.staked < b.staked ? 1 : a.staked > b.staked ? -1 : 0));
}

/** Pays the rewards that the account has earned, to the account; returns the wei. */
export async function collect({ contracts, deployment }: Connection, signer: Acting, account: string): Promise<bigint> {
  if ((await contracts.vault.earned(account)) === 0n) throw new UserError(`${account} has earned nothing yet.`);
  const sent = await mined(contracts.vault.connect(signer).collect(account));
  return eventOf(sent, contracts.vault, deployment.addresses.stakeVault, "RewardPaid").args.amount;
}

export async function stakeStatus(connection: Connection, account: string): Promise<StakeStatus> {
  const { token, vault } = connection.contracts;
  const [balance, staked, votes, earned, totalStaked, delegate, thawing] = await Promise.all([
    token.balanceOf(account),
    vault.stakeOf(account),
    vault.getVotes(account),
    vault.earned(account),
    vault.totalStaked(),
    vault.delegates(account),
    thawingOf(connection, account),
  ]);
  return { account, balance, staked, votes, earned, totalStaked, delegate, thawing };
}

/** The signer's tickets that have thawed, or the one that is named. Throws a UserError where there is none. */
async function dueTickets(connection: Connection, { address }: Acting, ticket?: bigint): Promise<Ticket[]> {
  const thawing = await thawingOf(connection, address);
  const time = BigInt(await now(connection));
  const due = thawing.filter((t) => (ticket === undefined ? t.availableAt <= time : t.ticket === ticket));
  if (ticket !== undefined && due.length === 0) throw new UserError(`${address} has no ticket ${ticket}.`);
  if (due.length === 0) {
    const [next] = thawing.map(({ availableAt }) => availableAt).sort((a, b) => Number(a - b));
    throw new UserError(
      `There is nothing to withdraw${next === undefined ? "" : `: the next ticket has thawed in ${next - time} s`}.`,
    );
  }
  return due;
}

async function thawingOf({ contracts: { vault }, deployment }: Connection, account: string): Promise<Ticket[]> {
  const events = await vault.queryFilter(vault.filters.Unstaked(account), deployment.block);
  const tickets = await Promise.all(
    events.map(async ({ args: { ticket } }) => {
      const { amount, availableAt } = await vault.tickets(ticket);
      return { ticket, amount, availableAt };
    }),
  );
  // A withdrawn ticket is empty.
  return tickets.filter(({ amount }) => amount > 0n);
}
