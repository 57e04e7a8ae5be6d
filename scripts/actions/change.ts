import { type Interface, isAddress } from "ethers";
import type { Acting } from "../lib/account.ts";
import { inOpen, parseCount, parseOpen } from "../lib/amount.ts";
import type { Connection, Contracts } from "../lib/connection.ts";
import { UserError } from "../lib/errors.ts";
import { eventOf, mined } from "../lib/send.ts";
import { demandVotes } from "./propose.ts";

type Unit = "seconds" | "open" | "percent" | "address" | "model" | "posting";

/** Something that only a vote can do. */
export interface Change {
  name: string;
  /** What it takes, in words, with the unit of each value. */
  takes: { value: string; unit: Unit }[];
  about: string;
  contract: keyof Contracts;
  call: string;
  /** One sentence for voters. */
  says: (...values: string[]) => string;
}

const of = (value: string, unit: Unit) => ({ value, unit });

/** Every governed parameter and every other right of the timelock. */
export const CHANGES: readonly Change[] = [
  {
    name: "voting-delay",
    takes: [of("seconds", "seconds")],
    about: "how long after a proposal its vote opens",
    contract: "governor",
    call: "setVotingDelay",
    says: (seconds) => `Votes open ${seconds} seconds after their proposal`,
  },
  {
    name: "voting-period",
    takes: [of("seconds", "seconds")],
    about: "how long a vote is open",
    contract: "governor",
    call: "setVotingPeriod",
    says: (seconds) => `Votes are open for ${seconds} seconds`,
  },
  {
    name: "vote-extension",
    takes: [of("seconds", "seconds")],
    about: "how long a vote stays open at least once its quorum is reached",
    contract: "governor",
    call: "setLateQuorumVoteExtension",
    says: (seconds) => `A vote stays open for ${seconds} seconds once its quorum is reached`,
  },
  {
    name: "proposal-threshold",
    takes: [of("open", "open")],
    about: "votes that proposing takes",
    contract: "governor",
    call: "setProposalThreshold",
    says: (open) => `Proposing takes ${open} OPEN of votes`,
  },
  {
    name: "quorum",
    takes: [of("percent", "percent")],
    about: "share of all votes that a proposal needs, within the fixed floor and cap",
    contract: "governor",
    call: "updateQuorumNumerator",
    says: (percent) => `A proposal needs ${percent} % of all votes`,
  },
  {
    name: "dismiss-guardian",
    takes: [],
    about: "end the guardian's term before its time",
    contract: "governor",
    call: "dismissGuardian",
    says: () => "The guardian's term ends now",
  },
  {
    name: "appoint-slasher",
    takes: [of("contract", "address")],
    about: "let a contract slash validators, after its notice",
    contract: "vault",
    call: "appointSlasher",
    says: (account) => `${account} may slash validators after its notice`,
  },
  {
    name: "dismiss-slasher",
    takes: [of("contract", "address")],
    about: "take that right back, at once",
    contract: "vault",
    call: "dismissSlasher",
    says: (account) => `${account} may no longer slash validators`,
  },
  {
    name: "suspend",
    takes: [of("model", "model")],
    about: "take a live version out of service",
    contract: "models",
    call: "suspend",
    says: (model) => `Model ${model} is suspended`,
  },
  {
    name: "pause-postings",
    takes: [],
    about: "no new postings and bonds for two weeks; exits and claims go on",
    contract: "attribution",
    call: "pause",
    says: () => "No new postings for two weeks",
  },
  {
    name: "void-posting",
    takes: [of("posting", "posting")],
    about: "void a posting, and what was posted on it, within its window",
    contract: "attribution",
    call: "voidPosting",
    says: (id) => `Posting ${id} is void`,
  },
  {
    name: "pay",
    takes: [of("account", "address"), of("open", "open")],
    about: "pay from the treasury",
    contract: "token",
    call: "transfer",
    says: (account, open) => `The treasury pays ${open} OPEN to ${account}`,
  },
];

/** A change as the governor takes it. */
export interface ChangeCall {
  target: string;
  calldata: string;
  /** One sentence for voters. */
  description: string;
}

/** The change of that name. Throws a UserError that lists them. */
export function findChange(name: string): Change {
  const found = CHANGES.find((change) => change.name === name);
  if (found) return found;
  throw new UserError(`There is no change "${name}": ${CHANGES.map((change) => change.name).join(", ")}.`);
}

/**
 * The call that makes a change, with values as a person writes them. It is tried as the timelock would make it: throws
 * the contract's own error where it would be refused now, a UserError where a value is none.
 */
export async function changeCall(
  connection: Connection,
  change: Change,
  values: readonly string[],
): Promise<ChangeCall> {
  const { name, takes, contract, call, says } = change;
  if (values.length !== takes.length) {
    const wanted = takes.map(({ value }) => value.toUpperCase()).join(" ") || "no value";
    throw new UserError(`${name} takes ${wanted}, not ${values.length} values.`);
  }
  const args = await Promise.all(takes.map(({ unit }, i) => argumentOf(connection, unit, values[i]!)));
  const of = connection.contracts[contract];
  const target = await of.getAddress();
  // The union of all contracts has no call in common, their interfaces do.
  const calldata = (of.interface as Interface).encodeFunctionData(call, args);
  await demandAllowed(connection, target, calldata);
  return { target, calldata, description: says(...values) };
}

/** Proposes a change to the vote. Throws a UserError where the signer has too few votes. */
export async function proposeChange(
  connection: Connection,
  signer: Acting,
  { target, calldata, description }: ChangeCall,
) {
  const { governor } = connection.contracts;
  await demandVotes(connection, signer);
  const asked = await mined(governor.connect(signer).propose([target], [0n], [calldata], description));
  const { args } = eventOf(asked, governor, connection.deployment.addresses.governor, "ProposalCreated");
  return {
    proposal: args.proposalId as bigint,
    opensAt: args.voteStart as bigint,
    closesAt: args.voteEnd as bigint,
    transaction: asked.transaction,
  };
}

async function argumentOf(connection: Connection, unit: Unit, text: string): Promise<unknown> {
  switch (unit) {
    case "open":
      return parseOpen(text);
    case "address":
      if (!isAddress(text)) throw new UserError(`"${text}" is not an address.`);
      return text;
    case "posting":
      return entryOf(connection, text);
    case "percent":
      return parseCount(text, "percentage", 0, 100);
    case "seconds":
      return parseCount(text, "number of seconds");
    case "model":
      return parseCount(text, "model id");
  }
}

/** What `voidPosting` takes of a posting: its content, as its event told it. */
async function entryOf({ contracts: { attribution }, deployment }: Connection, id: string) {
  if (!/^0x[0-9a-f]{64}$/i.test(id)) throw new UserError(`"${id}" is not the id of a posting.`);
  const [event] = await attribution.queryFilter(attribution.filters.Posted(id), deployment.block);
  if (!event) throw new UserError(`There is no posting ${id}.`);
  const { posting, poster, activatesAt } = event.args;
  return { posting: [...posting], poster, activatesAt };
}

/** `Panic(uint256)`: what the governor's list of calls that are due says in a trial, after it has checked the value. */
const PANIC = "0x4e487b71";

async function demandAllowed({ provider, contracts }: Connection, to: string, data: string): Promise<void> {
  const from = await contracts.governor.timelock();
  try {
    await provider.call({ from, to, data });
  } catch (error) {
    const reason = (error as { data?: unknown }).data;
    if (typeof reason !== "string" || !reason.startsWith(PANIC)) throw error;
  }
}

/** The list of changes, a line each. */
export function listChanges(): string {
  const signs = CHANGES.map(({ name, takes }) => [name, ...takes.map(({ value }) => value.toUpperCase())].join(" "));
  const width = Math.max(...signs.map((sign) => sign.length)) + 2;
  return CHANGES.map(({ about }, i) => `${signs[i]!.padEnd(width)}${about}`).join("\n");
}

/** What a proposal asks, for people. */
export function describeChange({ target, calldata, description }: ChangeCall): string {
  return `${description}.\n  target    ${target}\n  value     ${inOpen(0n)}\n  calldata  ${calldata}`;
}
