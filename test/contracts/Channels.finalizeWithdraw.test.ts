import { expect } from "chai";
import { funded, loadFixture, nextVoucher, open, PURSE, time } from "./fixtures.ts";

async function announced() {
  const suite = await funded();
  await suite.channels.connect(suite.payer).initiateWithdraw(suite.config, open(400));
  return { ...suite, due: (await time.latest()) + 3600 };
}

describe("Channels.finalizeWithdraw", () => {
  it("pays the payer after the delay, whoever calls", async () => {
    const { channels, openToken, payer, stranger, config, channelId, due } = await loadFixture(announced);
    await time.setNextBlockTimestamp(due);
    await expect(channels.connect(stranger).finalizeWithdraw(config))
      .to.emit(channels, "WithdrawFinalized")
      .withArgs(channelId, stranger, open(400));
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(600));
    expect(await channels.channels(channelId)).to.deep.equal([open(600), 0n]);
  });

  it("pays only what is unclaimed by then", async () => {
    const suite = await loadFixture(announced);
    const { channels, openToken, operator, payer, config } = suite;
    await channels.connect(operator).claim([await nextVoucher(suite, open(900))]);
    await time.increaseTo(suite.due);
    await channels.finalizeWithdraw(config);
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(900));
  });

  it("pays nothing, and makes room for another, when all is claimed by then", async () => {
    const suite = await loadFixture(announced);
    const { channels, operator, payer, config, channelId, approvalCollector } = suite;
    await channels.connect(operator).claim([await nextVoucher(suite, open(1000))]);
    await time.increaseTo(suite.due);
    await expect(channels.finalizeWithdraw(config))
      .to.emit(channels, "WithdrawFinalized")
      .withArgs(channelId, suite.holder, 0n);
    await approvalCollector.connect(payer).deposit(config, open(5));
    await channels.connect(payer).initiateWithdraw(config, open(5));
  });

  it("reverts before the delay is over", async () => {
    const { channels, config, channelId, due } = await loadFixture(announced);
    await time.setNextBlockTimestamp(due - 1);
    await expect(channels.finalizeWithdraw(config))
      .to.be.revertedWithCustomError(channels, "ChannelWithdrawPending")
      .withArgs(channelId, due);
  });

  it("reverts when none is pending", async () => {
    const { channels, config, channelId } = await loadFixture(funded);
    await expect(channels.finalizeWithdraw(config))
      .to.be.revertedWithCustomError(channels, "ChannelNothingToWithdraw")
      .withArgs(channelId);
  });
});
