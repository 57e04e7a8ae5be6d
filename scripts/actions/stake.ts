import type { Acting } from "../lib/account.ts";
import { inOpen } from "../lib/amount.ts";
import type { Connection } from "../lib/connection.ts";
import { UserError } from "../lib/errors.ts";
import { approve, eventOf, mined, type Sent } from "../lib/send.ts";

/** Stake that thaws. */
export interface Ticket {
  ticket: bigint;
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
  thawing: Ticket[];
}

/** Stakes `amount` wei of the signer's OPEN; without a delegate it votes for itself from then on. */
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
  const thawing = await thawingOf(connection, signer.address);
  const time = BigInt((await connection.provider.getBlock("latest"))!.timestamp);
  const due = thawing.filter((t) => (ticket === undefined ? t.availableAt <= time : t.ticket === ticket));
  if (ticket !== undefined && due.length === 0) throw new UserError(`${signer.address} has no ticket ${ticket}.`);
  if (due.length === 0) {
    const [next] = thawing.map(({ availableAt }) => availableAt).sort((a, b) => Number(a - b));
    throw new UserError(
      `There is nothing to withdraw${next === undefined ? "" : `: the next ticket has thawed in ${next - time} s`}.`,
    );
  }
  for (const { ticket: number } of due) await mined(vault.connect(signer).withdraw(number));
  return due.reduce((total, { amount }) => total + amount, 0n);
}

/** Pays the rewards that the account has earned, to the account; returns the wei. */
export async function collect({ contracts, deployment }: Connection, signer: Acting, account: string): Promise<bigint> {
  if ((await contracts.vault.earned(account)) === 0n) throw new UserError(`${account} has earned nothing yet.`);
  const sent = await mined(contracts.vault.connect(signer).collect(account));
  return eventOf(sent, contracts.vault, deployment.addresses.stakeVault, "RewardPaid").args.amount;
}

export async function stakeStatus(connection: Connection, account: string): Promise<StakeStatus> {
  const { token, vault } = connection.contracts;
  const [balance, staked, votes, earned, totalStaked, thawing] = await Promise.all([
    token.balanceOf(account),
    vault.stakeOf(account),
    vault.getVotes(account),
    vault.earned(account),
    vault.totalStaked(),
    thawingOf(connection, account),
  ]);
  return { account, balance, staked, votes, earned, totalStaked, thawing };
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
