import { expect } from "chai";
import { ethers, funded, loadFixture, open, PURSE, ZERO } from "./fixtures.ts";

describe("ApprovalCollector.collect", () => {
  it("brings a deposit that the payer asks for here", async () => {
    const { channels, approvalCollector, openToken, payer, config, channelId } = await loadFixture(funded);
    await approvalCollector.connect(payer).deposit(config, open(5));
    expect((await channels.channels(channelId)).balance).to.equal(open(1005));
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(1005));
  });

  it("reverts when a stranger spends the payer's allowance on a channel of the payer", async () => {
    const { channels, approvalCollector, stranger, payer, config } = await loadFixture(funded);
    await expect(approvalCollector.connect(stranger).deposit(config, open(5)))
      .to.be.revertedWithCustomError(approvalCollector, "CollectorNotPayer")
      .withArgs(stranger, payer);
    await expect(channels.connect(stranger).deposit(config, open(5), approvalCollector, "0x"))
      .to.be.revertedWithCustomError(approvalCollector, "CollectorNotPayer")
      .withArgs(ethers.ZeroAddress, payer);
  });

  it("reverts when the payer gave no allowance", async () => {
    const { approvalCollector, openToken, payer, config } = await loadFixture(funded);
    await openToken.connect(payer).approve(approvalCollector, 0);
    await expect(approvalCollector.connect(payer).deposit(config, open(5))).to.be.revertedWithCustomError(
      openToken,
      "ERC20InsufficientAllowance",
    );
  });

  it("reverts when anybody but Channels calls", async () => {
    const { approvalCollector, openToken, stranger, payer } = await loadFixture(funded);
    await expect(approvalCollector.connect(stranger).collect(payer, openToken, open(5), ZERO, "0x"))
      .to.be.revertedWithCustomError(approvalCollector, "CollectorNotChannels")
      .withArgs(stranger);
  });
});
