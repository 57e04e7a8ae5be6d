import { expect } from "chai";
import { funded, loadFixture, nextVoucher, open, time } from "./fixtures.ts";

describe("Channels.initiateWithdraw", () => {
  it("announces a withdrawal of the payer", async () => {
    const { channels, payer, config, channelId } = await loadFixture(funded);
    const now = (await time.latest()) + 10;
    await time.setNextBlockTimestamp(now);
    await expect(channels.connect(payer).initiateWithdraw(config, open(100)))
      .to.emit(channels, "WithdrawInitiated")
      .withArgs(channelId, open(100), now + 3600);
    expect(await channels.pendingWithdrawals(channelId)).to.deep.equal([open(100), BigInt(now)]);
  });

  it("announces one of its authorizer", async () => {
    const suite = await loadFixture(funded);
    const { channels, payer, alice, approvalCollector } = suite;
    const config = { ...suite.config, payerAuthorizer: alice.address };
    await approvalCollector.connect(payer).deposit(config, open(10));
    await channels.connect(alice).initiateWithdraw(config, open(10));
    expect((await channels.pendingWithdrawals(await channels.getChannelId(config))).amount).to.equal(open(10));
  });

  it("reverts when anybody else calls", async () => {
    const { channels, operator, config } = await loadFixture(funded);
    await expect(channels.connect(operator).initiateWithdraw(config, open(100)))
      .to.be.revertedWithCustomError(channels, "ChannelNotAuthorized")
      .withArgs(operator);
  });

  it("reverts when the amount is zero", async () => {
    const { channels, payer, config } = await loadFixture(funded);
    await expect(channels.connect(payer).initiateWithdraw(config, 0)).to.be.revertedWithCustomError(
      channels,
      "ChannelZeroAmount",
    );
  });

  it("reverts when one is pending", async () => {
    const { channels, payer, config, channelId } = await loadFixture(funded);
    await channels.connect(payer).initiateWithdraw(config, open(100));
    const finalizeAfter = (await time.latest()) + 3600;
    await expect(channels.connect(payer).initiateWithdraw(config, open(200)))
      .to.be.revertedWithCustomError(channels, "ChannelWithdrawPending")
      .withArgs(channelId, finalizeAfter);
  });

  it("reverts when the amount is more than what is unclaimed", async () => {
    const suite = await loadFixture(funded);
    const { channels, payer, operator, config, channelId } = suite;
    await channels.connect(operator).claim([await nextVoucher(suite, open(990))]);
    await expect(channels.connect(payer).initiateWithdraw(config, open(11)))
      .to.be.revertedWithCustomError(channels, "ChannelWithdrawAboveUnclaimed")
      .withArgs(channelId, open(11), open(10));
  });
});
