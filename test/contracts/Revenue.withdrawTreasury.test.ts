import { expect } from "chai";
import { closed, earn, loadFixture, nextEpoch, open, passDeadline } from "./fixtures.ts";

describe("Revenue.withdrawTreasury", () => {
  it("pays uncovered income to the timelock, whoever calls", async () => {
    const suite = await loadFixture(closed);
    const { revenue, openToken, timelock, till, stranger } = suite;
    await nextEpoch(suite);
    const epoch = await revenue.currentEpoch();
    await earn(suite, open(7));
    await passDeadline(suite, epoch);
    await revenue.close(till, epoch);
    await expect(revenue.connect(stranger).withdrawTreasury())
      .to.emit(revenue, "TreasuryWithdrawn")
      .withArgs(timelock, open(7));
    expect(await openToken.balanceOf(timelock)).to.equal(open(7));
    expect(await revenue.treasuryOwed()).to.equal(0n);
    await expect(revenue.withdrawTreasury()).to.be.revertedWithCustomError(revenue, "RevenueNothingToWithdraw");
  });

  it("reverts when nothing is owed", async () => {
    const { revenue } = await loadFixture(closed);
    await expect(revenue.withdrawTreasury()).to.be.revertedWithCustomError(revenue, "RevenueNothingToWithdraw");
  });
});
