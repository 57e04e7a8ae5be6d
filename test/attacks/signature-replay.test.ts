import { expect } from "chai";
import {
  authorization,
  fields,
  RECEIVE_BYTES,
  signAuthorization,
  TRANSFER_BYTES,
  TRANSFER_VRS,
} from "../contracts/authorization.ts";
import { otherForms, signClaims, signRefund } from "../contracts/batches.ts";
import {
  channelOf,
  domainOf,
  ethers,
  type FundedSuite,
  funded,
  hash,
  loadFixture,
  open,
  voucherClaim,
} from "../contracts/fixtures.ts";
import { permitDeposit } from "../contracts/permit.ts";

const VOUCHER = {
  Voucher: [
    { name: "channelId", type: "bytes32" },
    { name: "maxClaimableAmount", type: "uint128" },
  ],
};

/** A claim whose voucher the payer signed under a changed domain. */
async function foreignClaim(suite: FundedSuite, changes: object) {
  const domain = { ...(await domainOf(suite.channels)), ...changes };
  const message = { channelId: suite.channelId, maxClaimableAmount: open(5) };
  const signature = await suite.payer.signTypedData(domain, VOUCHER, message);
  return { voucher: { channel: suite.config, maxClaimableAmount: open(5) }, signature, totalClaimed: open(5) };
}

describe("attack: signature replay", () => {
  it("a voucher of another chain or another contract pays nothing", async () => {
    const suite = await loadFixture(funded);
    for (const changes of [{ chainId: 1 }, { verifyingContract: suite.stranger.address }]) {
      await expect(suite.channels.connect(suite.operator).claim([await foreignClaim(suite, changes)]))
        .to.be.revertedWithCustomError(suite.channels, "ChannelInvalidSignature")
        .withArgs(suite.channelId);
    }
  });

  it("a voucher of one channel pays nothing out of another of the same payer", async () => {
    const suite = await loadFixture(funded);
    const { channels, approvalCollector, operator, payer } = suite;
    const other = { ...(await channelOf(suite, payer.address)), salt: hash("other") };
    await approvalCollector.connect(payer).deposit(other, open(50));
    const { signature } = await voucherClaim(suite, open(5));
    const voucher = { channel: other, maxClaimableAmount: open(5) };
    await expect(channels.connect(operator).claim([{ voucher, signature, totalClaimed: open(5) }]))
      .to.be.revertedWithCustomError(channels, "ChannelInvalidSignature")
      .withArgs(await channels.getChannelId(other));
  });

  it("a voucher again pays nothing again, in any form of its signature", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, channelId } = suite;
    const claim = await voucherClaim(suite, open(5));
    const { short, high } = otherForms(String(claim.signature));
    for (const signature of [short, high]) {
      await expect(channels.connect(operator).claim([{ ...claim, signature }]))
        .to.be.revertedWithCustomError(channels, "ChannelInvalidSignature")
        .withArgs(channelId);
    }
    await channels.connect(operator).claim([claim]);
    for (const signature of [claim.signature, short, high]) {
      await channels.connect(operator).claim([{ ...claim, signature }]);
      expect((await channels.channels(channelId)).totalClaimed).to.equal(open(5));
    }
  });

  it("a batch's signature covers neither another batch nor a refund", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, config } = suite;
    const claims = [await voucherClaim(suite, open(5), suite.payer, open(4))];
    const signature = await signClaims(suite, claims);
    const more = [await voucherClaim(suite, open(5))];
    await expect(channels.claimWithSignature(more, signature))
      .to.be.revertedWithCustomError(channels, "ChannelInvalidAuthorization")
      .withArgs(operator);
    await expect(channels.refundWithSignature(config, open(5), 0, signature))
      .to.be.revertedWithCustomError(channels, "ChannelInvalidAuthorization")
      .withArgs(operator);
  });

  it("a refund's signature works once, in one form, for one channel", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, config, channelId } = suite;
    const signature = await signRefund(suite, open(5));
    const { short, high } = otherForms(signature);
    const other = { ...config, salt: hash("other") };
    for (const [at, form] of [
      [config, short],
      [config, high],
      [other, signature],
    ] as const) {
      await expect(channels.refundWithSignature(at, open(5), 0, form))
        .to.be.revertedWithCustomError(channels, "ChannelInvalidAuthorization")
        .withArgs(operator);
    }
    await channels.refundWithSignature(config, open(5), 0, signature);
    await expect(channels.refundWithSignature(config, open(5), 0, signature))
      .to.be.revertedWithCustomError(channels, "ChannelInvalidRefundNonce")
      .withArgs(channelId, 0n, 1n);
    await expect(channels.refundWithSignature(config, open(5), 1, signature))
      .to.be.revertedWithCustomError(channels, "ChannelInvalidAuthorization")
      .withArgs(operator);
  });

  it("an ERC-3009 authorization works once, in one form, for one call, token and chain", async () => {
    const suite = await loadFixture(funded);
    const { openToken, alice, bob, stranger } = suite;
    const message = await authorization(suite);
    const signature = await signAuthorization(suite, "TransferWithAuthorization", message);
    const { short, high } = otherForms(signature);
    for (const form of [short, high]) {
      await expect(openToken[TRANSFER_BYTES](...fields(message), form)).to.be.revertedWithCustomError(
        openToken,
        "ERC3009InvalidSignature",
      );
    }
    const [r, s, v] = [
      ethers.dataSlice(high, 0, 32),
      ethers.dataSlice(high, 32, 64),
      Number(ethers.dataSlice(high, 64)),
    ];
    await expect(openToken[TRANSFER_VRS](...fields(message), v, r, s)).to.be.revertedWithCustomError(
      openToken,
      "ERC3009InvalidSignature",
    );
    await expect(openToken.connect(bob)[RECEIVE_BYTES](...fields(message), signature)).to.be.revertedWithCustomError(
      openToken,
      "ERC3009InvalidSignature",
    );
    const twin = await ethers.deployContract("OpenToken", [alice.address]);
    await expect(twin[TRANSFER_BYTES](...fields(message), signature)).to.be.revertedWithCustomError(
      twin,
      "ERC3009InvalidSignature",
    );
    await openToken.connect(stranger)[TRANSFER_BYTES](...fields(message), signature);
    await expect(openToken[TRANSFER_BYTES](...fields(message), signature)).to.be.revertedWithCustomError(
      openToken,
      "ERC3009UsedAuthorization",
    );
  });

  it("a permit that a stranger takes out of a deposit moves no money", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, permitCollector, stranger, alice } = suite;
    const config = await channelOf(suite, alice.address);
    const data = await permitDeposit(suite, await channels.getChannelId(config));
    const thief = { ...config, payerAuthorizer: stranger.address, receiverAuthorizer: stranger.address };
    const before = await openToken.balanceOf(alice);
    await expect(channels.connect(stranger).deposit(thief, open(5), permitCollector, data))
      .to.be.revertedWithCustomError(permitCollector, "CollectorInvalidSignature")
      .withArgs(alice);
    expect(await openToken.balanceOf(alice)).to.equal(before);
  });

  it("a permitted deposit works once, in one form, at one collector", async () => {
    const suite = await loadFixture(funded);
    const { channels, permitCollector, alice } = suite;
    const config = await channelOf(suite, alice.address);
    const data = await permitDeposit(suite, await channels.getChannelId(config));
    const head = ethers.dataSlice(data, 0, 192);
    const { short, high } = otherForms(ethers.dataSlice(data, 192));
    for (const form of [short, high]) {
      await expect(channels.deposit(config, open(5), permitCollector, ethers.concat([head, form])))
        .to.be.revertedWithCustomError(permitCollector, "CollectorInvalidSignature")
        .withArgs(alice);
    }
    const twin = await ethers.deployContract("PermitCollector", [await channels.getAddress()]);
    await expect(channels.deposit(config, open(5), twin, data))
      .to.be.revertedWithCustomError(twin, "CollectorInvalidSignature")
      .withArgs(alice);
    await channels.deposit(config, open(5), permitCollector, data);
    await expect(channels.deposit(config, open(5), permitCollector, data))
      .to.be.revertedWithCustomError(permitCollector, "CollectorUsed")
      .withArgs(alice, hash("deposit"));
  });
});
