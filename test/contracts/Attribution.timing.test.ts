import { expect } from "chai";
import { closed, impersonate, loadFixture, open, post, posted, postingOf, time } from "./fixtures.ts";

describe("Attribution, to the second and to the wei,", () => {
  it("makes a posting final from the end of its window on", async () => {
    const { attribution, entry } = await loadFixture(posted);
    await time.setNextBlockTimestamp(entry.activatesAt);
    await attribution.finalize(entry);
    expect((await attribution.lineOf()).finals).to.equal(1n);
  });

  it("lets the arbiter void in the last second of the window, and no later", async () => {
    const { attribution, timelock, entry, id } = await loadFixture(posted);
    const arbiter = attribution.connect(await impersonate(timelock));
    await time.setNextBlockTimestamp(entry.activatesAt);
    await expect(arbiter.voidPosting(entry))
      .to.be.revertedWithCustomError(attribution, "AttributionWindowClosed")
      .withArgs(id);
    const other = await loadFixture(posted);
    await time.setNextBlockTimestamp(BigInt(other.entry.activatesAt) - 1n);
    await expect(other.attribution.connect(await impersonate(other.timelock)).voidPosting(other.entry))
      .to.emit(other.attribution, "Voided")
      .withArgs(other.id, true);
  });

  it("takes a posting whose bond is all that the poster has, in the first second that it may", async () => {
    const suite = await loadFixture(closed);
    const { attribution, revenue, poster, epoch } = suite;
    await attribution.connect(poster).withdrawBond(open(10_000));
    await time.increaseTo((await attribution.logDeadline(epoch + 1n)) - 5n);
    const posting = await postingOf(suite, { toEpoch: epoch + 1n });
    await time.setNextBlockTimestamp((await attribution.logDeadline(epoch + 1n)) + 1n);
    await attribution.connect(poster).post(posting, "");
    expect(await attribution.freeBond(poster)).to.equal(0n);
    expect((await attribution.lineOf()).nextEpoch).to.equal(epoch + 2n);
    expect(await revenue.openTills(epoch)).to.equal(0n);
  });

  it("returns the whole of a bond", async () => {
    const suite = await loadFixture(closed);
    const { attribution, openToken, poster } = suite;
    await attribution.connect(poster).withdrawBond(open(15_000));
    expect(await attribution.freeBond(poster)).to.equal(0n);
    expect(await openToken.balanceOf(attribution)).to.equal(0n);
    await expect(post(suite, await postingOf(suite)))
      .to.be.revertedWithCustomError(attribution, "AttributionBondTooLow")
      .withArgs(0n, open(5000));
  });
});
