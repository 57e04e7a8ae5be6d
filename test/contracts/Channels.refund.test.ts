import { expect } from "chai";
import { funded, loadFixture, nextVoucher, open, PURSE } from "./fixtures.ts";

describe("Channels.refund", () => {
  it("returns unclaimed money to the payer at once", async () => {
    const { channels, openToken, operator, payer, config, channelId } = await loadFixture(funded);
    await expect(channels.connect(operator).refund(config, open(300)))
      .to.emit(channels, "Refunded")
      .withArgs(channelId, operator, open(300));
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(700));
  });

  it("never returns what is claimed", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, operator, payer, config, channelId } = suite;
    await channels.connect(operator).claim([await nextVoucher(suite, open(900))]);
    await channels.connect(operator).refund(config, open(5000));
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(900));
    expect(await channels.channels(channelId)).to.deep.equal([open(900), open(900)]);
    await expect(channels.connect(operator).refund(config, 1)).not.to.emit(channels, "Refunded");
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(900));
  });

  it("counts towards an announced withdrawal", async () => {
    const { channels, operator, payer, config, channelId } = await loadFixture(funded);
    await channels.connect(payer).initiateWithdraw(config, open(400));
    await channels.connect(operator).refund(config, open(150));
    expect((await channels.pendingWithdrawals(channelId)).amount).to.equal(open(250));
    await channels.connect(operator).refund(config, open(250));
    expect(await channels.pendingWithdrawals(channelId)).to.deep.equal([0n, 0n]);
  });

  it("reverts when the amount is zero", async () => {
    const { channels, operator, config } = await loadFixture(funded);
    await expect(channels.connect(operator).refund(config, 0)).to.be.revertedWithCustomError(
      channels,
      "ChannelZeroAmount",
    );
  });

  it("reverts when the payer calls", async () => {
    const { channels, payer, config } = await loadFixture(funded);
    await expect(channels.connect(payer).refund(config, open(1)))
      .to.be.revertedWithCustomError(channels, "ChannelNotAuthorized")
      .withArgs(payer);
  });
});
