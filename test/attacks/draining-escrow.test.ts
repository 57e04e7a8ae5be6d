import { expect } from "chai";
import { ethers, funded, loadFixture, open, PURSE, time, voucherClaim } from "../contracts/fixtures.ts";

describe("attack: a payer drains the escrow", () => {
  it("cannot withdraw before the operator's time to claim is over", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, payer, operator, config, channelId } = suite;
    const owed = await voucherClaim(suite, open(900));
    await channels.connect(payer).initiateWithdraw(config, open(1000));
    const due = (await time.latest()) + 3600;
    await time.setNextBlockTimestamp(due - 1);
    await expect(channels.connect(payer).finalizeWithdraw(config))
      .to.be.revertedWithCustomError(channels, "ChannelWithdrawPending")
      .withArgs(channelId, due);
    await channels.connect(operator).claim([owed]);
    await channels.connect(payer).finalizeWithdraw(config);
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(900));
  });

  it("cannot announce early, for more than is there, and take a later deposit at once", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, approvalCollector, payer, config, channelId } = suite;
    await expect(channels.connect(payer).initiateWithdraw(config, 2n ** 128n - 1n))
      .to.be.revertedWithCustomError(channels, "ChannelWithdrawAboveUnclaimed")
      .withArgs(channelId, 2n ** 128n - 1n, open(1000));
    await channels.connect(payer).initiateWithdraw(config, open(1000));
    await time.increase(3600);
    await approvalCollector.connect(payer).deposit(config, open(500));
    await channels.connect(payer).finalizeWithdraw(config);
    expect((await channels.channels(channelId)).balance).to.equal(open(500));
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(500));
  });

  it("cannot take the operator's part of a refund", async () => {
    const { channels, payer, config } = await loadFixture(funded);
    await expect(channels.connect(payer).refund(config, open(1)))
      .to.be.revertedWithCustomError(channels, "ChannelNotAuthorized")
      .withArgs(payer);
  });

  it("cannot empty a channel by another config that differs in a word", async () => {
    const suite = await loadFixture(funded);
    const { channels, payer, config } = suite;
    for (const changes of [{ withdrawDelay: 900 }, { salt: ethers.id("x") }, { payerAuthorizer: payer.address }]) {
      const other = { ...config, ...changes };
      await expect(channels.connect(payer).initiateWithdraw(other, 1))
        .to.be.revertedWithCustomError(channels, "ChannelWithdrawAboveUnclaimed")
        .withArgs(await channels.getChannelId(other), 1n, 0n);
    }
  });

  it("cannot fund a channel out of what Channels hold for others", async () => {
    const { channels, stranger, openToken, config } = await loadFixture(funded);
    const collector = await ethers.deployContract("ShortCollector");
    await openToken.connect(stranger).approve(collector, 1);
    const own = { ...config, payer: stranger.address };
    await expect(channels.connect(stranger).deposit(own, 1, collector, "0x"))
      .to.be.revertedWithCustomError(channels, "ChannelDepositMismatch")
      .withArgs(0n, 1n);
  });
});
