import type { LogDescription } from "ethers";
import { type Concentration, concentration, median, ratio } from "../lib/concentration.ts";
import type { Connection, Contracts } from "../lib/connection.ts";

/** One event of the suite, decoded. */
export interface SuiteEvent {
  contract: keyof Contracts;
  name: string;
  /** Its arguments by their names in the ABI. */
  args: Record<string, unknown>;
  transaction: string;
  /** Timestamp of its block, seconds. */
  at: number;
}

/** The economy in one epoch; amounts in wei. */
export interface EpochMeasures {
  epoch: number;
  models: { proposed: number; live: number };
  /** What vouchers were redeemed for at Tills, by payer. */
  demand: { total: bigint; payers: Record<string, bigint> };
  /** Claims: to how many contributors, how much, and which share of them got more than its claim cost (null: unknown). */
  paid: { contributors: number; total: bigint; median: bigint | null; aboveCost: number | null };
  /** Ballots cast in the epoch; participation: votes given over votes there were, on proposals that opened in it. */
  votes: { proposals: number; ballots: number; participation: number | null };
  /** At the epoch's end: what each contributor was paid so far, each account's stake, each delegate's votes. */
  concentration: Record<"rewards" | "stake" | "votes", Concentration | null>;
}

export interface MeasureOptions {
  /** Seconds of an epoch. */
  epochLength: number;
  /** What claiming cost one contributor in this transaction, in wei of OPEN; null where that is not known. */
  claimCost(transaction: string): bigint | null;
}

interface Ballots {
  epoch: number;
  opensAt: number;
  given: bigint;
}

/**
 * The measures of each epoch in which anything happened, from events in their order. `Claimed` of a payer's channel counts
 * only where its receiver is a Till.
 */
export function measure(events: SuiteEvent[], { epochLength, claimCost }: MeasureOptions): EpochMeasures[] {
  const rows = new Map<number, EpochMeasures>();
  const claims = new Map<number, { account: string; amount: bigint; cost: bigint | null }[]>();
  const channels = new Map<string, { payer: string; receiver: string }>();
  const tills = new Set<string>();
  const live = new Set<string>();
  const rewards = new Map<string, bigint>();
  const votes = new Map<string, bigint>();
  const voteHistory: { at: number; total: bigint }[] = [];
  const stake = new Stakes();
  const proposals = new Map<string, Ballots>();
  let totalVotes = 0n;
  let redirected: string | undefined;

  const handlers: Record<string, (event: SuiteEvent, row: EpochMeasures) => void> = {
    "models.Proposed": (_, row) => void row.models.proposed++,
    "models.Live": ({ args }) => void live.add(String(args.model)),
    "models.Suspended": ({ args }) => void live.delete(String(args.model)),
    "models.Retired": ({ args }) => void live.delete(String(args.model)),
    "revenue.TillCreated": ({ args }) => void tills.add(String(args.till)),
    "channels.ChannelCreated": ({ args }) => {
      const { payer, receiver } = args.config as { payer: string; receiver: string };
      channels.set(String(args.channelId), { payer, receiver });
    },
    "channels.Claimed": ({ args }, { demand }) => {
      const channel = channels.get(String(args.channelId));
      if (channel === undefined || !tills.has(channel.receiver)) return;
      const amount = args.claimAmount as bigint;
      demand.total += amount;
      demand.payers[channel.payer] = (demand.payers[channel.payer] ?? 0n) + amount;
    },
    "rewards.Redirected": ({ args }) => {
      redirected = String(args.account);
    },
    // From Rewards alone: a claim, of whom it pays unless that was redirected just before.
    "token.Transfer": ({ args, transaction }, row) => {
      const account = redirected ?? String(args.to);
      redirected = undefined;
      const amount = args.value as bigint;
      rewards.set(account, (rewards.get(account) ?? 0n) + amount);
      claims.set(row.epoch, [...(claims.get(row.epoch) ?? []), { account, amount, cost: claimCost(transaction) }]);
    },
    "vault.DelegateVotesChanged": ({ args, at }) => {
      const now = args.newVotes as bigint;
      totalVotes += now - (votes.get(String(args.delegate)) ?? 0n);
      votes.set(String(args.delegate), now);
      voteHistory.push({ at, total: totalVotes });
    },
    "vault.Staked": ({ args }) =>
      stake.add(String(args.account), args.amount as bigint, args.pool as string | undefined),
    "vault.Restaked": ({ args }) => stake.add(String(args.account), args.amount as bigint),
    "vault.Unstaked": ({ args }) => stake.add(String(args.account), -(args.amount as bigint)),
    "vault.Slashed": ({ args }) => stake.slash(String(args.validator), args.fraction as bigint),
    "governor.ProposalCreated": ({ args }, row) => {
      const opensAt = Number(args.voteStart);
      proposals.set(String(args.proposalId), { epoch: Math.floor(opensAt / epochLength), opensAt, given: 0n });
      row.votes.proposals++;
    },
  };
  const ballot =
    (sign: 1n | -1n) =>
    ({ args }: SuiteEvent, row: EpochMeasures): void => {
      const proposal = proposals.get(String(args.proposalId));
      if (proposal === undefined) return;
      proposal.given += sign * (args.weight as bigint);
      if (sign === 1n) row.votes.ballots++;
    };
  // A delegator's own vote is taken off its delegate's, and given itself.
  for (const name of ["VoteCast", "VoteCastWithParams", "OverrideVoteCast"]) handlers[`governor.${name}`] = ballot(1n);
  handlers["governor.VoteReduced"] = ballot(-1n);

  for (const event of events) {
    const epoch = Math.floor(event.at / epochLength);
    const row = rows.get(epoch) ?? emptyRow(epoch);
    rows.set(epoch, row);
    handlers[`${event.contract}.${event.name}`]?.(event, row);
    row.models.live = live.size;
    row.concentration = {
      rewards: concentration(rewards.values()),
      stake: concentration(stake.values()),
      votes: concentration(votes.values()),
    };
  }

  for (const [epoch, made] of claims) rows.get(epoch)!.paid = paid(made);
  for (const row of rows.values()) {
    const opened = [...proposals.values()].filter(({ epoch }) => epoch === row.epoch);
    const possible = opened.reduce((sum, { opensAt }) => {
      return sum + (voteHistory.findLast(({ at }) => at <= opensAt)?.total ?? 0n);
    }, 0n);
    const given = opened.reduce((sum, proposal) => sum + proposal.given, 0n);
    row.votes.participation = possible === 0n ? null : ratio(given, possible);
  }
  return [...rows.values()].sort((a, b) => a.epoch - b.epoch);
}

/** Stake of each account, in the pool of whom it follows. */
class Stakes {
  readonly #held = new Map<string, { pool: string; amount: bigint }>();

  add(account: string, amount: bigint, pool?: string): void {
    const held = this.#held.get(account);
    this.#held.set(account, { pool: pool ?? held?.pool ?? account, amount: (held?.amount ?? 0n) + amount });
  }

  /** Takes `fraction` (of 10^18) off everybody in a pool, rounded down like the vault's. */
  slash(pool: string, fraction: bigint): void {
    for (const held of this.#held.values()) {
      if (held.pool === pool) held.amount -= (held.amount * fraction) / 10n ** 18n;
    }
  }

  *values(): Iterable<bigint> {
    for (const { amount } of this.#held.values()) yield amount;
  }
}

function emptyRow(epoch: number): EpochMeasures {
  return {
    epoch,
    models: { proposed: 0, live: 0 },
    demand: { total: 0n, payers: {} },
    paid: { contributors: 0, total: 0n, median: null, aboveCost: null },
    votes: { proposals: 0, ballots: 0, participation: null },
    concentration: { rewards: null, stake: null, votes: null },
  };
}

function paid(claims: { account: string; amount: bigint; cost: bigint | null }[]): EpochMeasures["paid"] {
  const perAccount = new Map<string, { amount: bigint; cost: bigint | null }>();
  for (const { account, amount, cost } of claims) {
    const before = perAccount.get(account) ?? { amount: 0n, cost: 0n };
    const sum = cost === null || before.cost === null ? null : before.cost + cost;
    perAccount.set(account, { amount: before.amount + amount, cost: sum });
  }
  const all = [...perAccount.values()];
  const known = all.every(({ cost }) => cost !== null);
  return {
    contributors: all.length,
    total: all.reduce((sum, { amount }) => sum + amount, 0n),
    median: median(all.map(({ amount }) => amount)),
    aboveCost: known ? all.filter(({ amount, cost }) => amount > cost!).length / all.length : null,
  };
}

/** Contracts whose events are measured, all of them; of the token, only the transfers that are claims. */
const MEASURED = ["models", "channels", "revenue", "rewards", "vault", "governor"] as const;
/** Blocks that one request covers: what public nodes allow. */
const STEP = 10_000;

interface RawLog {
  address: string;
  topics: string[];
  data: string;
  blockNumber: string;
  logIndex: string;
  transactionHash: string;
  /** Not from every node. */
  blockTimestamp?: string;
}

const inOrder = (a: RawLog, b: RawLog) =>
  Number(a.blockNumber) - Number(b.blockNumber) || Number(a.logIndex) - Number(b.logIndex);

/** Every event of the measured contracts since the deployment, in order. */
export async function readEvents({ provider, deployment, contracts }: Connection): Promise<SuiteEvent[]> {
  const at = new Map<string, keyof Contracts>();
  for (const name of MEASURED) at.set((await contracts[name].getAddress()).toLowerCase(), name);
  const whole = [...at.keys()];
  const token = (await contracts.token.getAddress()).toLowerCase();
  at.set(token, "token");
  const claims = contracts.token.interface.encodeFilterTopics("Transfer", [await contracts.rewards.getAddress()]);
  const head = await provider.getBlockNumber();
  const hex = (value: number) => `0x${value.toString(16)}`;
  const times = new Map<string, number>();
  const timeOf = async ({ blockNumber, blockTimestamp }: RawLog): Promise<number> => {
    if (blockTimestamp !== undefined) return Number(blockTimestamp);
    const known = times.get(blockNumber);
    if (known !== undefined) return known;
    const { timestamp } = (await provider.getBlock(Number(blockNumber)))!;
    times.set(blockNumber, timestamp);
    return timestamp;
  };
  const events: SuiteEvent[] = [];
  for (let from = deployment.block; from <= head; from += STEP) {
    const range = { fromBlock: hex(from), toBlock: hex(Math.min(from + STEP - 1, head)) };
    const read = (filter: object) => provider.send("eth_getLogs", [{ ...filter, ...range }]) as Promise<RawLog[]>;
    const logs = (await Promise.all([read({ address: whole }), read({ address: token, topics: claims })])).flat();
    for (const log of logs.sort(inOrder)) {
      const contract = at.get(log.address.toLowerCase())!;
      const parsed: LogDescription | null = contracts[contract].interface.parseLog(log);
      if (parsed === null) continue;
      const args = Object.fromEntries(parsed.fragment.inputs.map(({ name }, i) => [name, parsed.args[i] as unknown]));
      events.push({ contract, name: parsed.name, args, transaction: log.transactionHash, at: await timeOf(log) });
    }
  }
  return events;
}

/**
 * Reads what claims cost: the transaction's gas, shared by the claims in it, at `gasPrice` (wei; default: what was paid)
 * and `openPerEth` (wei of OPEN for one ether).
 */
export async function claimCosts(
  { provider }: Connection,
  events: SuiteEvent[],
  openPerEth: bigint,
  gasPrice?: bigint,
): Promise<Map<string, bigint>> {
  const claims = new Map<string, bigint>();
  for (const { contract, name, transaction } of events) {
    if (contract === "token" && name === "Transfer") claims.set(transaction, (claims.get(transaction) ?? 0n) + 1n);
  }
  const costs = new Map<string, bigint>();
  for (const [transaction, count] of claims) {
    const receipt = (await provider.getTransactionReceipt(transaction))!;
    const ether = (receipt.gasUsed * (gasPrice ?? receipt.gasPrice)) / count;
    costs.set(transaction, (ether * openPerEth) / 10n ** 18n);
  }
  return costs;
}
