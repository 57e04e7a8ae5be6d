import { expect } from "chai";
import { channelOf, ethers, funded, live, loadFixture, open } from "./fixtures.ts";

describe("Channels.deposit", () => {
  it("opens a channel, and adds to one", async () => {
    const { channels, payer, approvalCollector, openToken, config, channelId } = await loadFixture(funded);
    expect(await channels.queryFilter(channels.filters.ChannelCreated(channelId))).to.have.length(1);
    await expect(approvalCollector.connect(payer).deposit(config, open(5)))
      .to.emit(channels, "Deposited")
      .withArgs(channelId, approvalCollector, open(5), open(1005));
    expect(await channels.queryFilter(channels.filters.ChannelCreated(channelId))).to.have.length(1);
    expect(await channels.channels(channelId)).to.deep.equal([open(1005), 0n]);
    expect(await openToken.balanceOf(channels)).to.equal(open(1005));
  });

  it("reverts when the config is invalid", async () => {
    const suite = await loadFixture(live);
    const { channels, payer, approvalCollector } = suite;
    const config = await channelOf(suite, payer.address);
    const none = ethers.ZeroAddress;
    for (const changes of [
      { payer: none },
      { receiver: none },
      { receiverAuthorizer: none },
      { token: none },
      { withdrawDelay: 899 },
      { withdrawDelay: 2_592_001 },
    ]) {
      await expect(
        channels.connect(payer).deposit({ ...config, ...changes }, open(1), approvalCollector, "0x"),
      ).to.be.revertedWithCustomError(channels, "ChannelInvalidConfig");
    }
  });

  it("reverts when the amount is zero", async () => {
    const { channels, payer, approvalCollector, config } = await loadFixture(funded);
    await expect(approvalCollector.connect(payer).deposit(config, 0)).to.be.revertedWithCustomError(
      channels,
      "ChannelZeroAmount",
    );
  });

  it("reverts when the collector brings less", async () => {
    const { channels, openToken, payer, config } = await loadFixture(funded);
    const collector = await ethers.deployContract("ShortCollector");
    await openToken.connect(payer).approve(collector, open(5));
    await expect(channels.connect(payer).deposit(config, open(5), collector, "0x"))
      .to.be.revertedWithCustomError(channels, "ChannelDepositMismatch")
      .withArgs(open(5) - 1n, open(5));
  });

  it("reverts when the collector enters again to have one transfer counted twice", async () => {
    const { channels, openToken, payer, config } = await loadFixture(funded);
    const collector = await ethers.deployContract("ReentrantCollector");
    await openToken.connect(payer).approve(collector, open(5));
    const type = "tuple(address,address,address,address,address,uint40,bytes32)";
    const data = ethers.AbiCoder.defaultAbiCoder().encode([type], [Object.values(config)]);
    await expect(channels.connect(payer).deposit(config, open(5), collector, data)).to.be.revertedWithCustomError(
      channels,
      "ReentrancyGuardReentrantCall",
    );
  });
});
