import { id as hashText, Interface } from "ethers";
import { artifact } from "../../protocol/abi.ts";
import type { Acting } from "../lib/account.ts";
import { inOpen } from "../lib/amount.ts";
import { type Connection, now } from "../lib/connection.ts";
import { UserError } from "../lib/errors.ts";
import { mined, type Sent } from "../lib/send.ts";

/** `IGovernor.ProposalState`, in its order. */
export const STATES = [
  "pending",
  "active",
  "canceled",
  "defeated",
  "succeeded",
  "queued",
  "expired",
  "executed",
] as const;
export type ProposalState = (typeof STATES)[number];

/** `GovernorCountingOverridable.VoteType`, in its order. */
export const CHOICES = ["against", "for", "abstain"] as const;
export type Choice = (typeof CHOICES)[number];

export interface Proposal {
  /** Its place among all proposals, from 0: shorter to type than the id. */
  number: number;
  id: bigint;
  state: ProposalState;
  proposer: string;
  description: string;
  /** What it calls, decoded where a contract of the suite is the target. */
  calls: string[];
  /** Wei of stake. */
  votes: Record<Choice, bigint>;
  quorum: bigint;
  /** Seconds, chain time. */
  opensAt: bigint;
  closesAt: bigint;
  /** When it can be executed; 0 before it is queued. */
  executableAt: bigint;
  /** What `queue` and `execute` repeat. */
  targets: string[];
  values: bigint[];
  calldatas: string[];
}

/** All proposals, oldest first. */
export async function listProposals(connection: Connection): Promise<Proposal[]> {
  const { contracts, deployment } = connection;
  const { governor } = contracts;
  const events = await governor.queryFilter(governor.filters.ProposalCreated(), deployment.block);
  return Promise.all(
    events.map(async ({ args }, number) => {
      const id = args.proposalId;
      const [state, votes, executableAt, closesAt, quorum] = await Promise.all([
        governor.state(id),
        governor.proposalVotes(id),
        governor.proposalEta(id),
        governor.proposalDeadline(id), // a late quorum moves it
        quorumAt(connection, args.voteStart),
      ]);
      const targets = [...args.targets];
      const calldatas = [...args.calldatas];
      return {
        number,
        id,
        state: STATES[Number(state)]!,
        proposer: args.proposer,
        description: args.description,
        calls: calldatas.map((data, i) => describeCall(connection, targets[i]!, data)),
        votes: { against: votes.againstVotes, for: votes.forVotes, abstain: votes.abstainVotes },
        quorum,
        opensAt: args.voteStart,
        closesAt,
        executableAt,
        targets,
        // `values` is a method of ethers' result type: the field is reached by its position.
        values: [...(args[3] as unknown as bigint[])],
        calldatas,
      };
    }),
  );
}

/** A proposal by its number or its id. Throws a UserError where there is none. */
export async function findProposal(connection: Connection, which: string): Promise<Proposal> {
  if (!/^\d{1,78}$/.test(which)) throw new UserError(`"${which}" is not a proposal's number or id.`);
  const all = await listProposals(connection);
  const found = all.find(({ number, id }) => BigInt(which) === BigInt(number) || BigInt(which) === id);
  if (!found) throw new UserError(`There is no proposal ${which}: ${all.length} have been made.`);
  return found;
}

/** Casts the signer's whole vote: its stake when the vote opened. Throws a UserError where it cannot. */
export async function castVote(
  connection: Connection,
  signer: Acting,
  proposal: Proposal,
  choice: Choice,
): Promise<Sent & { weight: bigint }> {
  const { governor } = connection.contracts;
  const { id, opensAt } = proposal;
  await demandOpen(connection, proposal);
  if (await governor.hasVoted(id, signer.address)) throw new UserError(`${signer.address} has voted already.`);
  const weight = await governor.getVotes(signer.address, opensAt);
  if (weight === 0n)
    throw new UserError(`${signer.address} had no stake when the vote opened, so it has no vote here.`);
  const sent = await mined(governor.connect(signer).castVote(id, CHOICES.indexOf(choice)));
  return { ...sent, weight };
}

/**
 * Votes with the signer's own stake in place of its delegate, who votes with that much less. Throws a UserError where it
 * cannot.
 */
export async function overrideVote(
  connection: Connection,
  signer: Acting,
  proposal: Proposal,
  choice: Choice,
): Promise<Sent & { weight: bigint; delegate: string }> {
  const { governor, vault } = connection.contracts;
  const { id, opensAt } = proposal;
  await demandOpen(connection, proposal);
  if (await governor.hasVotedOverride(id, signer.address)) {
    throw new UserError(`${signer.address} has overridden its delegate already.`);
  }
  const weight = await vault.getPastBalanceOf(signer.address, opensAt);
  if (weight === 0n)
    throw new UserError(`${signer.address} had no stake when the vote opened, so it has no vote here.`);
  const delegate = await vault.getPastDelegate(signer.address, opensAt);
  const sent = await mined(governor.connect(signer).castOverrideVote(id, CHOICES.indexOf(choice), ""));
  return { ...sent, weight, delegate };
}

/** Puts a proposal that succeeded into the timelock. Anyone may. */
export async function queueProposal(connection: Connection, signer: Acting, proposal: Proposal): Promise<Sent> {
  demandState(proposal, "succeeded", "queued");
  const { targets, values, calldatas, description } = proposal;
  const governor = connection.contracts.governor.connect(signer);
  return mined(governor.queue(targets, values, calldatas, hashText(description)));
}

/** Executes a queued proposal once the timelock's delay is over. Anyone may. */
export async function executeProposal(connection: Connection, signer: Acting, proposal: Proposal): Promise<Sent> {
  demandState(proposal, "queued", "executed");
  const left = proposal.executableAt - BigInt(await now(connection));
  if (left > 0n) throw new UserError(`Proposal ${proposal.number} can be executed in ${left} s.`);
  const { targets, values, calldatas, description } = proposal;
  const governor = connection.contracts.governor.connect(signer);
  return mined(governor.execute(targets, values, calldatas, hashText(description)));
}

/** The choice in a command-line argument. */
export function parseChoice(text: string): Choice {
  const choice = CHOICES.find((known) => known === text);
  if (!choice) throw new UserError(`"${text}" is not a vote: for, against or abstain.`);
  return choice;
}

/** What happens next to a proposal, and who can make it happen, in plain words. `time` is the chain's, in seconds. */
export function whatNext(
  { number, state, votes, quorum, opensAt, closesAt, executableAt }: Proposal,
  time: bigint,
): string {
  const missing = quorum - votes.for - votes.abstain;
  const reached =
    missing <= 0n ? "The quorum is reached" : `${inOpen(missing)} more, for or abstaining, make the quorum`;
  switch (state) {
    case "pending":
      return `The vote opens in ${opensAt - time} s, for all who have stake then.`;
    case "active": {
      const lead = votes.for > votes.against ? "it would pass" : "it would fail, with no majority for it";
      return `${reached}${missing <= 0n ? `: ${lead}` : ""}. The vote closes in ${closesAt - time} s, later if the quorum comes late.`;
    }
    case "succeeded":
      return `Anyone may queue it: \`vote queue ${number}\`.`;
    case "queued":
      return executableAt > time
        ? `Anyone may execute it in ${executableAt - time} s.`
        : `Anyone may execute it: \`vote execute ${number}\`.`;
    case "defeated":
      return missing > 0n
        ? `Nothing: ${inOpen(missing)} were missing to the quorum.`
        : "Nothing: there was no majority for it.";
    default:
      return "Nothing: it is over.";
  }
}

async function demandOpen(connection: Connection, { number, state, opensAt }: Proposal): Promise<void> {
  if (state === "pending") {
    throw new UserError(`The vote on proposal ${number} opens in ${opensAt - BigInt(await now(connection))} s.`);
  }
  if (state !== "active") throw new UserError(`The vote on proposal ${number} is over: it is ${state}.`);
}

function demandState({ number, state }: Proposal, wanted: ProposalState, becomes: string): void {
  if (state !== wanted) throw new UserError(`Proposal ${number} is ${state}; to be ${becomes} it must be ${wanted}.`);
}

async function quorumAt(connection: Connection, time: bigint): Promise<bigint> {
  // The quorum of a time to come does not exist yet: what it would be now stands for it.
  const latest = BigInt(await now(connection)) - 1n;
  return connection.contracts.governor.quorum(time < latest ? time : latest);
}

function describeCall({ deployment: { addresses } }: Connection, target: string, data: string): string {
  const names: Record<string, string> = {
    [addresses.models]: "Models",
    [addresses.governor]: "OpenGovernor",
    [addresses.openToken]: "OpenToken",
    [addresses.attribution]: "Attribution",
    [addresses.stakeVault]: "StakeVault",
  };
  const name = Object.entries(names).find(([address]) => address.toLowerCase() === target.toLowerCase())?.[1];
  const call = name === undefined ? null : new Interface(artifact(name).abi as never).parseTransaction({ data });
  return call ? `${name}.${call.name}(${call.args.map(String).join(", ")})` : `${target} ${data}`;
}
