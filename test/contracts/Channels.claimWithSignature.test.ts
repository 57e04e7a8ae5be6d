import { expect } from "chai";
import { signClaims } from "./batches.ts";
import { channelOf, ethers, funded, loadFixture, open, voucherClaim } from "./fixtures.ts";

describe("Channels.claimWithSignature", () => {
  it("claims for whoever brings the authorizer's signature of the batch", async () => {
    const suite = await loadFixture(funded);
    const { channels, stranger, channelId } = suite;
    const claims = [await voucherClaim(suite, open(3)), await voucherClaim(suite, open(8), suite.payer, open(7))];
    await expect(channels.connect(stranger).claimWithSignature(claims, await signClaims(suite, claims)))
      .to.emit(channels, "Claimed")
      .withArgs(channelId, stranger, open(4), open(7));
    expect((await channels.channels(channelId)).totalClaimed).to.equal(open(7));
  });

  it("takes the signature of an authorizer that is a contract (ERC-1271)", async () => {
    const suite = await loadFixture(funded);
    const { channels, payer, alice, approvalCollector } = suite;
    const wallet = await ethers.deployContract("Wallet", [alice.address]);
    const config = { ...suite.config, receiverAuthorizer: await wallet.getAddress() };
    await approvalCollector.connect(payer).deposit(config, open(10));
    const claims = [await voucherClaim(suite, open(4), payer, open(4), config)];
    await channels.claimWithSignature(claims, await signClaims(suite, claims, alice));
    expect((await channels.channels(await channels.getChannelId(config))).totalClaimed).to.equal(open(4));
  });

  it("does nothing the second time", async () => {
    const suite = await loadFixture(funded);
    const claims = [await voucherClaim(suite, open(3))];
    const signature = await signClaims(suite, claims);
    await suite.channels.claimWithSignature(claims, signature);
    await expect(suite.channels.claimWithSignature(claims, signature)).not.to.emit(suite.channels, "Claimed");
  });

  it("signs what the contract's own digest says, for an empty batch too", async () => {
    const suite = await loadFixture(funded);
    const claims = [await voucherClaim(suite, open(3)), await voucherClaim(suite, open(8))];
    for (const batch of [claims, []]) {
      const digest = await suite.channels.getClaimBatchDigest(batch);
      expect(ethers.recoverAddress(digest, await signClaims(suite, batch))).to.equal(suite.operator.address);
    }
  });

  it("reverts when another signed, or another batch", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator } = suite;
    const claims = [await voucherClaim(suite, open(3), suite.payer, open(2))];
    const less = [await voucherClaim(suite, open(3), suite.payer, open(1))];
    for (const signature of [await signClaims(suite, claims, suite.stranger), await signClaims(suite, less)]) {
      await expect(channels.claimWithSignature(claims, signature))
        .to.be.revertedWithCustomError(channels, "ChannelInvalidAuthorization")
        .withArgs(operator);
    }
  });

  it("reverts when a channel has another authorizer", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, alice, bob, approvalCollector } = suite;
    const foreign = { ...(await channelOf(suite, alice.address)), receiverAuthorizer: bob.address };
    await approvalCollector.connect(alice).deposit(foreign, open(10));
    const claims = [await voucherClaim(suite, open(3)), await voucherClaim(suite, open(3), alice, open(3), foreign)];
    await expect(channels.claimWithSignature(claims, await signClaims(suite, claims)))
      .to.be.revertedWithCustomError(channels, "ChannelNotAuthorized")
      .withArgs(operator);
  });

  it("reverts when there is nothing in the batch", async () => {
    const { channels } = await loadFixture(funded);
    await expect(channels.claimWithSignature([], "0x")).to.be.revertedWithCustomError(channels, "ChannelEmptyBatch");
  });

  it("reverts when the payer did not sign a voucher", async () => {
    const suite = await loadFixture(funded);
    const claims = [await voucherClaim(suite, open(3), suite.stranger)];
    await expect(suite.channels.claimWithSignature(claims, await signClaims(suite, claims)))
      .to.be.revertedWithCustomError(suite.channels, "ChannelInvalidSignature")
      .withArgs(suite.channelId);
  });
});
