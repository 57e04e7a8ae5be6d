import { expect } from "chai";
import {
  hash,
  impersonate,
  loadFixture,
  open,
  parameter,
  passDeadline,
  posted,
  postingOf,
  time,
  ZERO,
} from "./fixtures.ts";

describe("Attribution.finalize", () => {
  it("frees the bond, and sends what was not attributed to the treasury, whoever calls", async () => {
    const { attribution, revenue, rewards, openToken, poster, stranger, id } = await loadFixture(posted);
    await time.increase(parameter("window"));
    await expect(attribution.connect(stranger).finalize(id))
      .to.emit(attribution, "Finalized")
      .withArgs(id, open(5))
      .and.to.emit(revenue, "TreasuryCredited")
      .withArgs(open(5));
    expect((await attribution.statusOf(id)).finalized).to.equal(true);
    expect(await attribution.freeBond(poster)).to.equal(open(15_000));
    expect(await openToken.balanceOf(rewards)).to.equal(open(30));
    expect(await revenue.treasuryOwed()).to.equal(open(5));
  });

  it("reverts while the window is open", async () => {
    const { attribution, id } = await loadFixture(posted);
    const { activatesAt } = await attribution.statusOf(id);
    await time.setNextBlockTimestamp(activatesAt - 1n);
    await expect(attribution.finalize(id))
      .to.be.revertedWithCustomError(attribution, "AttributionWindowOpen")
      .withArgs(id, activatesAt);
  });

  it("reverts before the parent is final", async () => {
    const suite = await loadFixture(posted);
    const { attribution, poster, id, epoch } = suite;
    await passDeadline(suite, epoch + 1n);
    const next = { parent: id, fromEpoch: epoch + 1n, toEpoch: epoch + 1n, pool: 0, distributed: 0 };
    await attribution.connect(poster).post(await postingOf(suite, next), "");
    const second = await attribution.head();
    await time.increase(parameter("window"));
    await expect(attribution.finalize(second))
      .to.be.revertedWithCustomError(attribution, "AttributionWrongParent")
      .withArgs(ZERO, id);
    await attribution.finalize(id);
    await attribution.finalize(second);
  });

  it("reverts the second time", async () => {
    const { attribution, id } = await loadFixture(posted);
    await time.increase(parameter("window"));
    await attribution.finalize(id);
    await expect(attribution.finalize(id)).to.be.revertedWithCustomError(attribution, "AttributionFinal").withArgs(id);
  });

  it("reverts when it is void, or was never posted", async () => {
    const { attribution, timelock, id } = await loadFixture(posted);
    await attribution.connect(await impersonate(timelock)).voidPosting(id);
    await time.increase(parameter("window"));
    await expect(attribution.finalize(id)).to.be.revertedWithCustomError(attribution, "AttributionVoid").withArgs(id);
    await expect(attribution.finalize(hash("none")))
      .to.be.revertedWithCustomError(attribution, "AttributionUnknownPosting")
      .withArgs(hash("none"));
  });
});
