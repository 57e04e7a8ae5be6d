import { expect } from "chai";
import { claimPlace } from "../../protocol/leaves.ts";
import { closed, impersonate, leafOf, loadFixture, open, parameter, posted, postingOf, time } from "./fixtures.ts";

const DAYS_14 = 14n * 86_400n;

describe("Attribution.pause", () => {
  it("stops new postings and bonds, and ends by itself", async () => {
    const suite = await loadFixture(closed);
    const { attribution, timelock, poster } = suite;
    const until = BigInt(await time.latest()) + 10n + DAYS_14;
    await time.setNextBlockTimestamp(until - DAYS_14);
    await expect(attribution.connect(await impersonate(timelock)).pause())
      .to.emit(attribution, "Paused")
      .withArgs(until);
    const posting = await postingOf(suite);
    for (const call of [
      () => attribution.connect(poster).depositBond(open(1)),
      () => attribution.connect(poster).post(posting, ""),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(attribution, "AttributionPaused").withArgs(until);
      await time.setNextBlockTimestamp(until - 1n);
    }
    await time.increaseTo(until - 1n);
    await time.setNextBlockTimestamp(until);
    await attribution.connect(poster).post(posting, "");
    await attribution.connect(poster).depositBond(open(1));
  });

  it("stops no finalization, claim, withdrawal, or voiding", async () => {
    const suite = await loadFixture(posted);
    const { attribution, rewards, revenue, timelock, poster, alice, payouts, entry, till } = suite;
    const arbiter = attribution.connect(await impersonate(timelock));
    await arbiter.pause();
    await attribution.connect(poster).withdrawBond(open(10_000));
    await time.increase(parameter("window"));
    await attribution.finalize(entry);
    await rewards.claim(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0));
    await attribution.connect(poster).withdrawBond(open(5000));
    await revenue.withdraw(till, 0);

    const other = await loadFixture(posted);
    const voider = other.attribution.connect(await impersonate(other.timelock));
    await voider.pause();
    await voider.voidPosting(other.entry);
  });

  it("reverts while it lasts, and as long again", async () => {
    const { attribution, timelock } = await loadFixture(closed);
    const arbiter = attribution.connect(await impersonate(timelock));
    await arbiter.pause();
    const { pausedUntil } = await attribution.lineOf();
    expect(await attribution.PAUSE()).to.equal(DAYS_14);
    for (const at of [pausedUntil - 1n, pausedUntil, pausedUntil + DAYS_14 - 1n]) {
      await time.setNextBlockTimestamp(at);
      await expect(arbiter.pause())
        .to.be.revertedWithCustomError(attribution, "AttributionPauseTooSoon")
        .withArgs(pausedUntil + DAYS_14);
    }
    await time.setNextBlockTimestamp(pausedUntil + DAYS_14);
    await arbiter.pause();
  });

  it("reverts when anybody but the arbiter calls", async () => {
    const { attribution, holder } = await loadFixture(closed);
    await expect(attribution.connect(holder).pause())
      .to.be.revertedWithCustomError(attribution, "AttributionNotArbiter")
      .withArgs(holder);
  });
});
