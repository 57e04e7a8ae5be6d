import { expect } from "chai";
import { deployed, loadFixture, open, PURSE, posted } from "./fixtures.ts";

describe("Attribution.depositBond and withdrawBond", () => {
  it("keep a poster's free bond", async () => {
    const { attribution, openToken, poster } = await loadFixture(deployed);
    await expect(attribution.connect(poster).depositBond(open(5)))
      .to.emit(attribution, "BondDeposited")
      .withArgs(poster, open(5));
    expect(await attribution.freeBond(poster)).to.equal(open(5));
    await expect(attribution.connect(poster).withdrawBond(open(2)))
      .to.emit(attribution, "BondWithdrawn")
      .withArgs(poster, open(2));
    expect(await attribution.freeBond(poster)).to.equal(open(3));
    expect(await openToken.balanceOf(poster)).to.equal(PURSE - open(3));
  });

  it("revert when more is withdrawn than is free", async () => {
    const { attribution, poster } = await loadFixture(posted); // 15,000 deposited, 5,000 under the posting
    await expect(attribution.connect(poster).withdrawBond(open(10_000) + 1n))
      .to.be.revertedWithCustomError(attribution, "AttributionBondTooLow")
      .withArgs(open(10_000), open(10_000) + 1n);
    await attribution.connect(poster).withdrawBond(open(10_000));
  });
});
