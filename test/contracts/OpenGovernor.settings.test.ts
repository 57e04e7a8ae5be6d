import { expect } from "chai";
import { ethers, impersonate, loadFixture, open, parameter, vote } from "./fixtures.ts";
import { voters } from "./governance.ts";

async function governed() {
  const suite = await voters();
  const { governor, timelock } = suite;
  const account = await impersonate(timelock);
  return { ...suite, account, set: governor.connect(account) };
}

describe("OpenGovernor's settings", () => {
  for (const [setter, name, initial] of [
    ["setVotingDelay", "VOTING_DELAY", "votingDelay"],
    ["setVotingPeriod", "VOTING_PERIOD", "votingPeriod"],
    ["setLateQuorumVoteExtension", "VOTE_EXTENSION", "voteExtension"],
    ["setProposalThreshold", "THRESHOLD", "proposalThreshold"],
    ["updateQuorumNumerator", "QUORUM", "quorum"],
  ] as const) {
    it(`${setter} stays between half and double of the first value`, async () => {
      const { governor, set } = await loadFixture(governed);
      const value = parameter(initial);
      for (const wrong of [value / 2n - 1n, 2n * value + 1n]) {
        await expect(set[setter](wrong))
          .to.be.revertedWithCustomError(governor, "ParameterOutOfBounds")
          .withArgs(ethers.encodeBytes32String(name), wrong, value / 2n, 2n * value);
      }
    });
  }

  it("never let a vote take longer than stake thaws for", async () => {
    const { governor, set } = await loadFixture(governed);
    const longest = await governor.RESOLUTION();
    for (const [setter, value] of [
      ["setVotingDelay", 61n],
      ["setVotingPeriod", 601n],
      ["setLateQuorumVoteExtension", 301n],
    ] as const) {
      await expect(set[setter](value))
        .to.be.revertedWithCustomError(governor, "ParameterOutOfBounds")
        .withArgs(ethers.encodeBytes32String("RESOLUTION"), longest + 1n, 0, longest);
    }
  });

  it("change by a vote, within their bounds", async () => {
    const suite = await loadFixture(governed);
    const { governor } = suite;
    for (const [setter, value] of [
      ["setVotingPeriod", 500n],
      ["setVotingDelay", 100n],
      ["setLateQuorumVoteExtension", 200n],
      ["setProposalThreshold", open(1500)],
      ["updateQuorumNumerator", 20n],
    ] as const) {
      const data = governor.interface.encodeFunctionData(setter as "setVotingDelay", [value]);
      await vote(suite, await governor.getAddress(), data);
    }
    expect(await governor.votingPeriod()).to.equal(500n);
    expect(await governor.votingDelay()).to.equal(100n);
    expect(await governor.lateQuorumVoteExtension()).to.equal(200n);
    expect(await governor.proposalThreshold()).to.equal(open(1500));
    expect(await governor["quorumNumerator()"]()).to.equal(20n);
  });

  it("change by nobody else", async () => {
    const { governor, holder } = await loadFixture(governed);
    await expect(governor.connect(holder).setVotingPeriod(500)).to.be.revertedWithCustomError(
      governor,
      "GovernorOnlyExecutor",
    );
  });

  it("hold the timelock and its delay for ever", async () => {
    const { governor, timelock, account, set, holder } = await loadFixture(governed);
    await expect(set.updateTimelock(holder)).to.be.revertedWithCustomError(governor, "GovernorTimelockFixed");
    await expect(timelock.connect(account).updateDelay(0)).to.be.revertedWithCustomError(
      governor,
      "GovernorTimelockFixed",
    );
  });
});
