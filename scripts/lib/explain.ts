import { decodeBytes32String, type ErrorDescription, Interface, isCallException, isError } from "ethers";
import { BaseError } from "viem";
import { artifact } from "../../protocol/abi.ts";
import { inOpen } from "./amount.ts";
import { UserError } from "./errors.ts";

const CONTRACTS = [
  "OpenToken",
  "StakeVault",
  "OpenGovernor",
  "OpenTimelock",
  "Datanets",
  "Models",
  "Channels",
  "ApprovalCollector",
  "PermitCollector",
  "ERC3009Collector",
  "Till",
  "Revenue",
  "Rewards",
  "Attribution",
  "Operators",
  "Refutations",
  "Demands",
  "Seeds",
];

/** What to do about the errors that people meet most. */
const HINTS: Record<string, string> = {
  ERC20InsufficientBalance: "The account holds too little OPEN.",
  ERC20InsufficientAllowance: "The contract may not take that much of the account's OPEN.",
  StakeInsufficient: "The account has less at stake.",
  StakeStillThawing: "The stake still thaws.",
  StakeCommissionTooHigh: "The commission is above the maximum.",
  StakeIsValidator: "A validator answers for its pool and stays in it.",
  StakeNotValidator: "That is no validator, or its pool was slashed to nothing.",
  StakeUnknownTicket: "There is no such ticket of this account.",
  GovernorUnexpectedProposalState: "The proposal is not in the state for that.",
  GovernorAlreadyCastVote: "The account has voted already.",
  GovernorAlreadyOverriddenVote: "The account has overridden its delegate already.",
  GovernorInsufficientProposerVotes: "The account has too few votes to propose: stake first.",
  TimelockUnexpectedOperationState: "The timelock's delay is not over yet.",
  RewardsNothingToClaim: "There is nothing to claim.",
  RewardsNotActive: "The posting's window is still open.",
  ParameterOutOfBounds: "The value is out of its bounds.",
  ModelNotDeveloper: "Only the version's developer can do that.",
  ModelNotValidator: "Only a validator with enough votes can do that.",
  ModelWindowOpen: "The evaluation's window is still open.",
  ModelTargetMissed: "The version misses its declared target.",
  ModelNeedsVote: "Only a vote can approve the version.",
  ModelNoVotes: "The account had no votes before the version was proposed.",
  ModelBondTooLow: "Proposing costs more right now.",
  DatanetNotCommittee: "Only a member of the Datanet's committee can do that.",
  DatanetNotContributor: "Only the contributor can do that.",
  DatanetTooEarly: "It is too early for that.",
  DatanetTooLate: "It is too late for that.",
  DatanetUnderReview: "The committee is scoring it.",
};

/** Arguments of errors that are amounts of OPEN in wei. */
const AMOUNTS = new Set([
  "amount",
  "balance",
  "needed",
  "allowance",
  "staked",
  "minimum",
  "bond",
  "free",
  "pool",
  "votes",
  "threshold",
]);

let errors: Interface | undefined;

/** The custom errors of all contracts: what one reverts with may come from another. */
function knownErrors(): Interface {
  errors ??= new Interface(
    CONTRACTS.flatMap((name) => artifact(name).abi.filter((item) => item.type === "error")) as never,
  );
  return errors;
}

/** Revert data as the error it encodes: `StakeInsufficient(account: 0x…, staked: 5 OPEN, amount: 6 OPEN)`. */
export function describeRevert(data: string): string | undefined {
  const error = data.length > 2 ? knownErrors().parseError(data) : null;
  if (!error) return undefined;
  const hint = HINTS[error.name];
  return `${hint ? `${hint} ` : ""}${signature(error)}`;
}

function signature({ name, fragment, args }: ErrorDescription): string {
  const shown = fragment.inputs.map(({ name: argument, type }, i) => {
    const value: unknown = args[i];
    const isAmount = AMOUNTS.has(argument) && type.startsWith("uint") && typeof value === "bigint";
    if (isAmount) return `${argument}: ${inOpen(value)}`;
    // names of parameters are text in a word
    return `${argument}: ${argument === "name" && type === "bytes32" ? decodeBytes32String(value as string) : value}`;
  });
  return `${name}(${shown.join(", ")})`;
}

/** Any error as one that can be printed: reverts by their names, the node's failures in plain words. */
export function explain(error: unknown): Error {
  if (isCallException(error)) {
    const data = revertData(error);
    const known = data === undefined ? undefined : describeRevert(data);
    return new UserError(`The contract refuses. ${known ?? error.reason ?? error.shortMessage}`, { cause: error });
  }
  if (isError(error, "INSUFFICIENT_FUNDS")) {
    return new UserError("The account has too little ETH for gas.", { cause: error });
  }
  if (isError(error, "INVALID_ARGUMENT") || isError(error, "UNKNOWN_ERROR")) {
    const data = revertData(error);
    const known = data === undefined ? undefined : describeRevert(data);
    return new UserError(known ? `The contract refuses. ${known}` : error.shortMessage, { cause: error });
  }
  if (error instanceof BaseError) {
    const data = revertData(error);
    const known = data === undefined ? undefined : describeRevert(data);
    return new UserError(known ? `The contract refuses. ${known}` : error.shortMessage, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Revert data, wherever ethers, viem and the node have put it. */
function revertData(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  for (const [key, value] of Object.entries(error)) {
    if (["data", "raw"].includes(key) && typeof value === "string" && /^0x([0-9a-f]{2}){4,}$/i.test(value))
      return value;
    if (["error", "info", "data", "cause"].includes(key)) {
      const found = revertData(value);
      if (found) return found;
    }
  }
  return undefined;
}
