import { expect } from "chai";
import { funded, loadFixture, nextVoucher, open } from "./fixtures.ts";

describe("Channels.settle", () => {
  it("moves what is claimed to the receiver, whoever calls, once", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, operator, stranger, till } = suite;
    await channels.connect(operator).claim([await nextVoucher(suite, open(10))]);
    await expect(channels.connect(stranger).settle(till, openToken))
      .to.emit(channels, "Settled")
      .withArgs(till, openToken, stranger, open(10));
    expect(await openToken.balanceOf(till)).to.equal(open(10));
    expect(await channels.receivers(till, openToken)).to.deep.equal([open(10), open(10)]);
  });

  it("does nothing where nothing is claimed and unsettled", async () => {
    const { channels, openToken, stranger } = await loadFixture(funded);
    await expect(channels.settle(stranger, openToken)).not.to.emit(channels, "Settled");
    expect(await openToken.balanceOf(channels)).to.equal(open(1000));
  });
});
