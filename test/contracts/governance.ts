import { deployed, hash, open, parameter, type Suite, time } from "./fixtures.ts";
import { appoint } from "./stake.ts";

export const Support = { against: 0, for: 1, abstain: 2 };
/** `IGovernor.ProposalState`. */
export const Phase = { pending: 0n, active: 1n, canceled: 2n, defeated: 3n, succeeded: 4n, queued: 5n, executed: 7n };

type Governed = Pick<Suite, "governor" | "staker">;
type Lists = [string[], bigint[], string[]];

/** A proposal of the staker with one call; its id and what `queue`, `execute` and `cancel` repeat. */
export async function propose({ governor, staker }: Governed, target: string, data: string, description = data) {
  const lists: Lists = [[target], [0n], [data]];
  await governor.connect(staker).propose(...lists, description);
  const id = await governor.getProposalId(...lists, hash(description));
  const repeated: [...Lists, string] = [...lists, hash(description)];
  return { id, lists, description, repeated };
}

/** A proposal of the staker that pays 1 OPEN of the treasury to carol. */
export async function ballot() {
  const suite = await voters();
  const { openToken, timelock, holder, carol } = suite;
  await openToken.connect(holder).transfer(timelock, open(1));
  const data = openToken.interface.encodeFunctionData("transfer", [carol.address, open(1)]);
  return { ...suite, ...(await propose(suite, await openToken.getAddress(), data)) };
}

/** staker has 100,000 OPEN; the validator 20,000, of which alice has 5,000 and bob 3,000. The stranger may slash. */
export async function voters() {
  const suite = await deployed();
  const { stakeVault, staker, validator, alice, bob, stranger } = suite;
  await stakeVault.connect(staker).stake(open(100_000));
  await stakeVault.connect(validator).stake(open(12_000));
  await stakeVault.connect(validator).register(0);
  for (const [account, amount] of [
    [alice, 5000],
    [bob, 3000],
  ] as const) {
    await stakeVault.connect(account).delegate(validator);
    await stakeVault.connect(account).stake(open(amount));
  }
  await appoint(suite, stranger);
  return suite;
}

export async function openVote({ governor }: Pick<Suite, "governor">, id: bigint) {
  await time.increaseTo((await governor.proposalSnapshot(id)) + 1n);
}

export async function closeVote({ governor }: Pick<Suite, "governor">, id: bigint) {
  await time.increaseTo((await governor.proposalDeadline(id)) + 1n);
}

/** Queues a proposal that succeeded, waits for the delay, executes it. */
export async function carryOut({ governor }: Pick<Suite, "governor">, repeated: [...Lists, string]) {
  await governor.queue(...repeated);
  await time.increase(parameter("timelockDelay"));
  return governor.execute(...repeated);
}
