import { expect } from "chai";
import { signRefund } from "./batches.ts";
import { ethers, funded, loadFixture, open, PURSE } from "./fixtures.ts";

describe("Channels.refundWithSignature", () => {
  it("refunds for whoever brings the authorizer's signature", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, stranger, payer, config, channelId } = suite;
    const signature = await signRefund(suite, open(300));
    await expect(channels.connect(stranger).refundWithSignature(config, open(300), 0, signature))
      .to.emit(channels, "Refunded")
      .withArgs(channelId, stranger, open(300));
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(700));
    expect(await channels.refundNonce(channelId)).to.equal(1n);
  });

  it("signs what the contract's own digest says", async () => {
    const suite = await loadFixture(funded);
    const digest = await suite.channels.getRefundDigest(suite.channelId, 3, open(1));
    expect(ethers.recoverAddress(digest, await signRefund(suite, open(1), 3n))).to.equal(suite.operator.address);
  });

  it("reverts when it was used, or a direct refund came between", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, config, channelId } = suite;
    const first = await signRefund(suite, open(300));
    await channels.refundWithSignature(config, open(300), 0, first);
    await expect(channels.refundWithSignature(config, open(300), 0, first))
      .to.be.revertedWithCustomError(channels, "ChannelInvalidRefundNonce")
      .withArgs(channelId, 0n, 1n);
    const second = await signRefund(suite, open(100), 1n);
    await channels.connect(operator).refund(config, open(1));
    await expect(channels.refundWithSignature(config, open(100), 1, second))
      .to.be.revertedWithCustomError(channels, "ChannelInvalidRefundNonce")
      .withArgs(channelId, 1n, 2n);
  });

  it("reverts when another signed, or another amount", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, config } = suite;
    const byStranger = await signRefund(suite, open(300), 0n, suite.stranger);
    for (const signature of [byStranger, await signRefund(suite, open(299))]) {
      await expect(channels.refundWithSignature(config, open(300), 0, signature))
        .to.be.revertedWithCustomError(channels, "ChannelInvalidAuthorization")
        .withArgs(operator);
    }
  });

  it("reverts when the amount is zero", async () => {
    const suite = await loadFixture(funded);
    const signature = await signRefund(suite, 0n);
    await expect(suite.channels.refundWithSignature(suite.config, 0, 0, signature)).to.be.revertedWithCustomError(
      suite.channels,
      "ChannelZeroAmount",
    );
  });
});
