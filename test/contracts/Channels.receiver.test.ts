import { expect } from "chai";
import { connection, ethers, funded, loadFixture, open, voucherClaim } from "./fixtures.ts";

/** A channel whose receiver is bob, who has a key, with the operator as authorizer. */
async function own() {
  const suite = await funded();
  const { channels, payer, bob, approvalCollector } = suite;
  const config = { ...suite.config, receiver: bob.address };
  await approvalCollector.connect(payer).deposit(config, open(10));
  return { ...suite, config, channelId: await channels.getChannelId(config) };
}

describe("Channels for a receiver with a key of its own", () => {
  it("claims and refunds on its own call", async () => {
    const suite = await loadFixture(own);
    const { channels, bob, payer, config, channelId } = suite;
    await channels.connect(bob).claim([await voucherClaim(suite, open(4), payer, open(4), config)]);
    await expect(channels.connect(bob).refund(config, open(1)))
      .to.emit(channels, "Refunded")
      .withArgs(channelId, bob, open(1));
    expect(await channels.channels(channelId)).to.deep.equal([open(9), open(4)]);
  });

  it("claims, settles and refunds a single wei", async () => {
    const suite = await loadFixture(own);
    const { channels, openToken, bob, payer, config } = suite;
    await channels.connect(bob).claim([await voucherClaim(suite, 1n, payer, 1n, config)]);
    expect(await channels.receivers(bob, openToken)).to.deep.equal([1n, 0n]);
    await expect(channels.settle(bob, openToken)).to.changeTokenBalances(
      connection.ethers,
      openToken,
      [channels, bob],
      [-1n, 1n],
    );
    await expect(channels.connect(bob).refund(config, 1n)).to.changeTokenBalances(
      connection.ethers,
      openToken,
      [channels, payer],
      [-1n, 1n],
    );
  });

  it("settles what was claimed since the last time alone", async () => {
    const suite = await loadFixture(own);
    const { channels, openToken, bob, payer, config } = suite;
    for (const [total, gain] of [
      [open(4), open(4)],
      [open(6), open(2)],
    ] as const) {
      await channels.connect(bob).claim([await voucherClaim(suite, total, payer, total, config)]);
      await expect(channels.settle(bob, openToken)).to.changeTokenBalance(connection.ethers, openToken, bob, gain);
    }
    expect(await channels.receivers(bob, openToken)).to.deep.equal([open(6), open(6)]);
  });

  it("is credited with each token of a batch", async () => {
    const suite = await loadFixture(own);
    const { channels, openToken, bob, payer, approvalCollector } = suite;
    const other = await ethers.getContractAt("OpenToken", await ethers.deployContract("OpenToken", [payer.address]));
    await other.connect(payer).approve(approvalCollector, open(10));
    const foreign = { ...suite.config, token: await other.getAddress() };
    await approvalCollector.connect(payer).deposit(foreign, open(10));
    const claims = [
      await voucherClaim(suite, open(3), payer, open(3), suite.config),
      await voucherClaim(suite, open(5), payer, open(5), foreign),
    ];
    await channels.connect(bob).claim(claims);
    expect((await channels.receivers(bob, openToken)).totalClaimed).to.equal(open(3));
    expect((await channels.receivers(bob, other)).totalClaimed).to.equal(open(5));
  });
});

describe("Channels.refund", () => {
  it("forgets an announced withdrawal of a single wei", async () => {
    const { channels, payer, operator, config, channelId } = await loadFixture(funded);
    await channels.connect(payer).initiateWithdraw(config, 1n);
    await channels.connect(operator).refund(config, open(1));
    expect(await channels.pendingWithdrawals(channelId)).to.deep.equal([0n, 0n]);
  });
});

describe("Channels.deposit", () => {
  it("takes the shortest and the longest delay", async () => {
    const { channels, payer, approvalCollector, config } = await loadFixture(funded);
    for (const withdrawDelay of [900, 2_592_000]) {
      const channel = { ...config, withdrawDelay };
      await approvalCollector.connect(payer).deposit(channel, 1n);
      expect((await channels.channels(await channels.getChannelId(channel))).balance).to.equal(1n);
    }
  });
});
