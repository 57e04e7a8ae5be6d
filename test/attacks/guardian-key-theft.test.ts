import { expect } from "chai";
import { loadFixture, open, time } from "../contracts/fixtures.ts";
import { ballot, carryOut, closeVote, openVote, propose, Support } from "../contracts/governance.ts";

// The holder, who is the guardian, is the thief.
describe("attack: guardian key theft", () => {
  it("gives no power but to cancel", async () => {
    const suite = await loadFixture(ballot);
    const { governor, timelock, stakeVault, holder, lists, repeated } = suite;
    const [targets, values, calldatas] = lists;
    await expect(governor.connect(holder).propose(targets, values, calldatas, "mine")).to.be.revertedWithCustomError(
      governor,
      "GovernorInsufficientProposerVotes",
    );
    await expect(governor.connect(holder).queue(...repeated)).to.be.revertedWithCustomError(
      governor,
      "GovernorUnexpectedProposalState",
    );
    await expect(
      timelock.connect(holder).schedule(targets[0]!, 0, calldatas[0]!, repeated[3], repeated[3], 1000),
    ).to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount");
    await expect(stakeVault.connect(holder).appointSlasher(holder)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeNotGovernance",
    );
  });

  it("ends by a vote, whatever the thief cancels meanwhile", async () => {
    const suite = await loadFixture(ballot);
    const { governor, timelock, openToken, holder, carol, staker, repeated } = suite;
    await governor.connect(holder).cancel(...repeated);
    const data = governor.interface.encodeFunctionData("dismissGuardian");
    const dismissal = await propose(suite, await governor.getAddress(), data);
    await expect(governor.connect(holder).cancel(...dismissal.repeated)).to.be.revertedWithCustomError(
      governor,
      "GovernorDismissal",
    );
    await openVote(suite, dismissal.id);
    await governor.connect(staker).castVote(dismissal.id, Support.for);
    await closeVote(suite, dismissal.id);
    await carryOut(suite, dismissal.repeated);

    const payment = openToken.interface.encodeFunctionData("transfer", [carol.address, open(1)]);
    const again = await propose(suite, await openToken.getAddress(), payment, "again");
    await expect(governor.connect(holder).cancel(...again.repeated)).to.be.revertedWithCustomError(
      governor,
      "GovernorUnableToCancel",
    );
    await openVote(suite, again.id);
    await governor.connect(staker).castVote(again.id, Support.for);
    await closeVote(suite, again.id);
    await expect(carryOut(suite, again.repeated)).to.emit(openToken, "Transfer").withArgs(timelock, carol, open(1));
  });

  it("ends by itself", async () => {
    const { governor, holder, repeated } = await loadFixture(ballot);
    await time.increaseTo(await governor.GUARDIAN_UNTIL());
    await expect(governor.connect(holder).cancel(...repeated)).to.be.revertedWithCustomError(
      governor,
      "GovernorUnableToCancel",
    );
  });
});
