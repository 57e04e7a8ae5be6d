import { expect } from "chai";
import { deploySuiteWith, loadFixture, open, parameter, time } from "./fixtures.ts";
import { ballot, closeVote, openVote, Phase, Support } from "./governance.ts";

async function small() {
  return deploySuiteWith({ quorumFloor: open(1000), quorumCap: open(2000) });
}

describe("OpenGovernor.quorum", () => {
  for (const [staked, quorum] of [
    [1, 1000],
    [15_000, 1500],
    [900_000, 2000],
  ] as const) {
    it(`is ${quorum} OPEN with ${staked} at stake, 10 % between 1,000 and 2,000`, async () => {
      const { governor, stakeVault, alice } = await loadFixture(small);
      await stakeVault.connect(alice).stake(open(staked));
      const then = await time.latest();
      await time.increase(1);
      expect(await governor.quorum(then)).to.equal(open(quorum));
    });
  }

  it("reached late, extends the vote", async () => {
    const suite = await loadFixture(ballot);
    const { governor, staker, validator, id } = suite;
    await openVote(suite, id);
    const deadline = await governor.proposalDeadline(id);
    await time.setNextBlockTimestamp(deadline - 10n);
    await expect(governor.connect(staker).castVote(id, Support.for)).to.emit(governor, "ProposalExtended");
    expect(await governor.proposalDeadline(id)).to.equal(deadline - 10n + parameter("voteExtension"));
    await time.increaseTo(deadline + 1n);
    await governor.connect(validator).castVote(id, Support.against);
    await closeVote(suite, id);
    expect(await governor.state(id)).to.equal(Phase.succeeded);
  });
});
