import { expect } from "chai";
import { closed, earn, funded, hash, loadFixture, nextEpoch, open, passDeadline, time } from "./fixtures.ts";

/** 100 OPEN of income; the epoch is over. */
async function ended() {
  const suite = await funded();
  const epoch = await suite.revenue.currentEpoch();
  await earn(suite, open(100));
  await nextEpoch(suite);
  return { ...suite, epoch };
}

describe("Revenue.close", () => {
  it("splits what the log covers", async () => {
    const suite = await loadFixture(ended);
    const { revenue, attribution, operator, till, epoch } = suite;
    await attribution.connect(operator).commitLog(till, epoch, hash("log"), 3, open(80));
    await passDeadline(suite, epoch);
    await expect(revenue.close(till, epoch))
      .to.emit(revenue, "Closed")
      .withArgs(till, epoch, open(80), open(20), open(28));
    expect(await revenue.poolOf(epoch)).to.equal(open(28));
    expect(await revenue.poolOfTill(till, epoch)).to.equal(open(28));
    expect(await revenue.poolOfTill(till, epoch + 1n)).to.equal(0n);
    expect(await revenue.treasuryOwed()).to.equal(open(20));
    expect(await revenue.openTills(epoch)).to.equal(0n);
  });

  it("gives all to the treasury when no log was committed", async () => {
    const suite = await loadFixture(ended);
    const { revenue, till, epoch } = suite;
    await passDeadline(suite, epoch);
    await revenue.close(till, epoch);
    expect(await revenue.poolOf(epoch)).to.equal(0n);
    expect(await revenue.treasuryOwed()).to.equal(open(100));
  });

  it("splits no more than the income, for a log that says more is refused", async () => {
    const suite = await loadFixture(ended);
    const { revenue, attribution, operator, till, epoch } = suite;
    await expect(attribution.connect(operator).commitLog(till, epoch, hash("log"), 3, open(100) + 1n))
      .to.be.revertedWithCustomError(attribution, "AttributionOverIncome")
      .withArgs(open(100), open(100) + 1n);
    await attribution.connect(operator).commitLog(till, epoch, hash("log"), 3, open(100));
    await passDeadline(suite, epoch);
    await revenue.close(till, epoch);
    expect(await revenue.poolOf(epoch)).to.equal(open(35));
    expect(await revenue.treasuryOwed()).to.equal(0n);
  });

  it("reverts until the log deadline is over", async () => {
    const { revenue, attribution, till, epoch } = await loadFixture(ended);
    const deadline = await attribution.logDeadline(epoch);
    await time.setNextBlockTimestamp(deadline);
    await expect(revenue.close(till, epoch))
      .to.be.revertedWithCustomError(revenue, "RevenueTooEarly")
      .withArgs(deadline + 1n);
  });

  it("reverts the second time", async () => {
    const { revenue, till, epoch } = await loadFixture(closed);
    await expect(revenue.close(till, epoch))
      .to.be.revertedWithCustomError(revenue, "RevenueAlreadyClosed")
      .withArgs(till, epoch);
  });

  it("reverts when there was no income", async () => {
    const { revenue, till, epoch } = await loadFixture(closed);
    await expect(revenue.close(till, epoch - 1n))
      .to.be.revertedWithCustomError(revenue, "RevenueNoIncome")
      .withArgs(till, epoch - 1n);
  });

  it("reverts when it is no Till", async () => {
    const { revenue, stranger, epoch } = await loadFixture(closed);
    await expect(revenue.close(stranger, epoch))
      .to.be.revertedWithCustomError(revenue, "RevenueNotTill")
      .withArgs(stranger);
  });
});
