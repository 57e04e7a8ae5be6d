import { expect } from "chai";
import { ethers, loadFixture, time } from "./fixtures.ts";
import { ballot, carryOut, closeVote, openVote, Phase, propose, Support, voters } from "./governance.ts";

async function dismissal() {
  const suite = await voters();
  const { governor } = suite;
  const data = governor.interface.encodeFunctionData("dismissGuardian");
  return { ...suite, ...(await propose(suite, await governor.getAddress(), data)) };
}

describe("OpenGovernor's guardian", () => {
  it("cancels, even what is queued", async () => {
    const suite = await loadFixture(ballot);
    const { governor, timelock, holder, staker, id, repeated } = suite;
    expect(await governor.guardian()).to.equal(holder.address);
    await openVote(suite, id);
    await governor.connect(staker).castVote(id, Support.for);
    await closeVote(suite, id);
    await governor.queue(...repeated);
    await expect(governor.connect(holder).cancel(...repeated)).to.emit(timelock, "Cancelled");
    expect(await governor.state(id)).to.equal(Phase.canceled);
  });

  it("has no power after its term", async () => {
    const { governor, holder, id, repeated } = await loadFixture(ballot);
    await time.increaseTo(await governor.GUARDIAN_UNTIL());
    expect(await governor.guardian()).to.equal(ethers.ZeroAddress);
    await expect(governor.connect(holder).cancel(...repeated))
      .to.be.revertedWithCustomError(governor, "GovernorUnableToCancel")
      .withArgs(id, holder);
  });

  it("is dismissed by a vote that it cannot cancel", async () => {
    const suite = await loadFixture(dismissal);
    const { governor, holder, staker, id, repeated } = suite;
    await expect(governor.connect(holder).cancel(...repeated))
      .to.be.revertedWithCustomError(governor, "GovernorDismissal")
      .withArgs(id);
    await openVote(suite, id);
    await governor.connect(staker).castVote(id, Support.for);
    await closeVote(suite, id);
    await expect(carryOut(suite, repeated)).to.emit(governor, "GuardianDismissed").withArgs(holder);
    expect(await governor.guardian()).to.equal(ethers.ZeroAddress);
  });

  it("does not keep the proposer of its dismissal from taking it back", async () => {
    const { governor, staker, id, repeated } = await loadFixture(dismissal);
    await governor.connect(staker).cancel(...repeated);
    expect(await governor.state(id)).to.equal(Phase.canceled);
  });

  it("is dismissed by nobody but the timelock", async () => {
    const { governor, holder } = await loadFixture(voters);
    await expect(governor.connect(holder).dismissGuardian()).to.be.revertedWithCustomError(
      governor,
      "GovernorOnlyExecutor",
    );
  });

  it("alone can cancel in a vote", async () => {
    const suite = await loadFixture(ballot);
    const { governor, staker, stranger, id, repeated } = suite;
    await openVote(suite, id);
    for (const account of [staker, stranger]) {
      await expect(governor.connect(account).cancel(...repeated)).to.be.revertedWithCustomError(
        governor,
        "GovernorUnableToCancel",
      );
    }
  });
});
