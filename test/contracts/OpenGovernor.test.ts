import { expect } from "chai";
import { hash, loadFixture, open, parameter, proposed, time, vote } from "./fixtures.ts";

async function ballot() {
  const suite = await proposed();
  const { governor, models, staker } = suite;
  const call = [[await models.getAddress()], [0n], [models.interface.encodeFunctionData("approve(uint256)", [0])]];
  const lists = call as [string[], bigint[], string[]];
  await governor.connect(staker).propose(...lists, "approve 0");
  const id = await governor.getProposalId(...lists, hash("approve 0"));
  return { ...suite, lists, id };
}

describe("OpenGovernor", () => {
  it("executes what the stake voted for, after the delay, by anyone", async () => {
    const suite = await loadFixture(proposed);
    await vote(
      suite,
      await suite.models.getAddress(),
      suite.models.interface.encodeFunctionData("approve(uint256)", [0]),
    );
    expect(await suite.models.stateOf(0)).to.equal(2n);
  });

  it("does not count stake that came after the proposal", async () => {
    const { governor, stakeVault, alice, id } = await loadFixture(ballot);
    await time.increaseTo((await governor.proposalSnapshot(id)) + 1n);
    await stakeVault.connect(alice).stake(open(900_000));
    await governor.connect(alice).castVote(id, 0);
    expect(await governor.proposalVotes(id)).to.deep.equal([0n, 0n, 0n]);
  });

  it("defeats a proposal without the quorum", async () => {
    const { governor, stakeVault, alice, validator, id, lists } = await loadFixture(ballot);
    await stakeVault.connect(alice).stake(open(900_000)); // quorum is now 102,000
    await time.increaseTo((await governor.proposalSnapshot(id)) + 1n);
    await governor.connect(validator).castVote(id, 1);
    await time.increaseTo((await governor.proposalDeadline(id)) + 1n);
    expect(await governor.state(id)).to.equal(3n);
    await expect(governor.queue(...lists, hash("approve 0"))).to.be.revertedWithCustomError(
      governor,
      "GovernorUnexpectedProposalState",
    );
  });

  it("cannot skip the timelock", async () => {
    const { governor, timelock, staker, id, lists } = await loadFixture(ballot);
    await time.increaseTo((await governor.proposalSnapshot(id)) + 1n);
    await governor.connect(staker).castVote(id, 1);
    await time.increaseTo((await governor.proposalDeadline(id)) + 1n);
    await governor.queue(...lists, hash("approve 0"));
    await expect(governor.execute(...lists, hash("approve 0"))).to.be.revertedWithCustomError(
      timelock,
      "TimelockUnexpectedOperationState",
    );
  });

  it("lets its proposer take a proposal back before the vote", async () => {
    const { governor, staker, id, lists } = await loadFixture(ballot);
    await governor.connect(staker).cancel(...lists, hash("approve 0"));
    expect(await governor.state(id)).to.equal(2n);
  });

  it("reverts when the proposer has too little stake", async () => {
    const { governor, alice } = await loadFixture(proposed);
    await expect(governor.connect(alice).propose([alice.address], [0n], ["0x"], "mine"))
      .to.be.revertedWithCustomError(governor, "GovernorInsufficientProposerVotes")
      .withArgs(alice, 0n, parameter("proposalThreshold"));
  });
});
