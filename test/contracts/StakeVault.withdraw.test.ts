import { expect } from "chai";
import { deployed, loadFixture, open, PURSE, parameter, time } from "./fixtures.ts";

async function thawing() {
  const suite = await deployed();
  await suite.stakeVault.connect(suite.alice).stake(open(10));
  await suite.stakeVault.connect(suite.alice).unstake(open(10));
  return suite;
}

describe("StakeVault.withdraw", () => {
  it("pays a thawed ticket once", async () => {
    const { stakeVault, openToken, alice } = await loadFixture(thawing);
    await time.increase(parameter("unbonding"));
    await stakeVault.connect(alice).withdraw(0);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE);
    await expect(stakeVault.connect(alice).withdraw(0))
      .to.be.revertedWithCustomError(stakeVault, "StakeUnknownTicket")
      .withArgs(0);
  });

  it("reverts while the ticket thaws", async () => {
    const { stakeVault, alice } = await loadFixture(thawing);
    const { availableAt } = await stakeVault.tickets(0);
    await time.setNextBlockTimestamp(availableAt - 1n);
    await expect(stakeVault.connect(alice).withdraw(0))
      .to.be.revertedWithCustomError(stakeVault, "StakeStillThawing")
      .withArgs(0, availableAt);
  });

  it("reverts when the ticket is another's", async () => {
    const { stakeVault, bob } = await loadFixture(thawing);
    await time.increase(parameter("unbonding"));
    await expect(stakeVault.connect(bob).withdraw(0)).to.be.revertedWithCustomError(stakeVault, "StakeUnknownTicket");
  });
});
