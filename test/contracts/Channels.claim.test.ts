import { expect } from "chai";
import { ethers, funded, loadFixture, nextVoucher, open, voucherClaim } from "./fixtures.ts";

describe("Channels.claim", () => {
  it("claims up to the voucher, for the receiver's authorizer", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, channelId, till, openToken } = suite;
    await expect(channels.connect(operator).claim([await voucherClaim(suite, open(10), suite.payer, open(7))]))
      .to.emit(channels, "Claimed")
      .withArgs(channelId, operator, open(7), open(7));
    expect(await channels.channels(channelId)).to.deep.equal([open(1000), open(7)]);
    expect(await channels.receivers(till, openToken)).to.deep.equal([open(7), 0n]);
  });

  it("claims several vouchers at once, of one channel too", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, channelId } = suite;
    const claims = [await voucherClaim(suite, open(3)), await voucherClaim(suite, open(8))];
    await channels.connect(operator).claim(claims);
    expect((await channels.channels(channelId)).totalClaimed).to.equal(open(8));
  });

  it("credits each receiver of a batch with its own", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, payer, bob, approvalCollector, openToken, till } = suite;
    const other = { ...suite.config, receiver: bob.address };
    await approvalCollector.connect(payer).deposit(other, open(10));
    const claims = [
      await voucherClaim(suite, open(3)),
      await voucherClaim(suite, open(4), payer, open(4), other),
      await voucherClaim(suite, open(8)),
    ];
    await channels.connect(operator).claim(claims);
    expect(await channels.receivers(till, openToken)).to.deep.equal([open(8), 0n]);
    expect(await channels.receivers(bob, openToken)).to.deep.equal([open(4), 0n]);
  });

  it("ignores an old voucher", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, channelId } = suite;
    await channels.connect(operator).claim([await voucherClaim(suite, open(8))]);
    for (const amount of [open(8), open(3)]) {
      await expect(channels.connect(operator).claim([await voucherClaim(suite, amount)])).not.to.emit(
        channels,
        "Claimed",
      );
    }
    expect((await channels.channels(channelId)).totalClaimed).to.equal(open(8));
  });

  it("pays what is there of an underfunded voucher, and the rest after a deposit", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, payer, approvalCollector, config, channelId } = suite;
    const claim = await voucherClaim(suite, open(1200));
    await channels.connect(operator).claim([claim]);
    expect((await channels.channels(channelId)).totalClaimed).to.equal(open(1000));
    await approvalCollector.connect(payer).deposit(config, open(500));
    await channels.connect(operator).claim([claim]);
    expect(await channels.channels(channelId)).to.deep.equal([open(1500), open(1200)]);
  });

  it("takes the authorizer's signature alone where one is named", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, payer, alice, approvalCollector } = suite;
    const config = { ...suite.config, payerAuthorizer: alice.address };
    await approvalCollector.connect(payer).deposit(config, open(10));
    const byPayer = await voucherClaim(suite, open(4), payer, open(4), config);
    await expect(channels.connect(operator).claim([byPayer]))
      .to.be.revertedWithCustomError(channels, "ChannelInvalidSignature")
      .withArgs(await channels.getChannelId(config));
    await channels.connect(operator).claim([await voucherClaim(suite, open(4), alice, open(4), config)]);
    expect((await channels.channels(await channels.getChannelId(config))).totalClaimed).to.equal(open(4));
  });

  it("takes the signature of a payer that is a contract (ERC-1271)", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, openToken, alice, approvalCollector } = suite;
    const wallet = await ethers.deployContract("Wallet", [alice.address]);
    const config = { ...suite.config, payer: await wallet.getAddress() };
    await openToken.connect(alice).transfer(wallet, open(10));
    const approve = openToken.interface.encodeFunctionData("approve", [
      await approvalCollector.getAddress(),
      ethers.MaxUint256,
    ]);
    const deposit = approvalCollector.interface.encodeFunctionData("deposit", [config, open(10)]);
    await wallet.connect(alice).execute(openToken, approve);
    await wallet.connect(alice).execute(approvalCollector, deposit);
    await channels.connect(operator).claim([await voucherClaim(suite, open(4), alice, open(4), config)]);
    expect((await channels.channels(await channels.getChannelId(config))).totalClaimed).to.equal(open(4));
  });

  it("takes no contract's word for that of an authorizer", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, payer, alice, approvalCollector } = suite;
    const wallet = await ethers.deployContract("Wallet", [alice.address]);
    const config = { ...suite.config, payerAuthorizer: await wallet.getAddress() };
    await approvalCollector.connect(payer).deposit(config, open(10));
    const claim = await voucherClaim(suite, open(4), alice, open(4), config);
    await expect(channels.connect(operator).claim([claim]))
      .to.be.revertedWithCustomError(channels, "ChannelInvalidSignature")
      .withArgs(await channels.getChannelId(config));
  });

  it("reverts when there is nothing in the batch", async () => {
    const { channels, operator } = await loadFixture(funded);
    await expect(channels.connect(operator).claim([])).to.be.revertedWithCustomError(channels, "ChannelEmptyBatch");
  });

  it("reverts when the signature is another's, or of another amount", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, stranger, channelId } = suite;
    const forged = await voucherClaim(suite, open(10), stranger);
    const raised = await voucherClaim(suite, open(10));
    raised.voucher = { channel: suite.config, maxClaimableAmount: open(11) };
    for (const claim of [forged, raised, { ...forged, signature: "0x" }]) {
      await expect(channels.connect(operator).claim([claim]))
        .to.be.revertedWithCustomError(channels, "ChannelInvalidSignature")
        .withArgs(channelId);
    }
  });

  it("reverts when the voucher was signed for another chain", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, payer, channelId, config } = suite;
    const { name, version, verifyingContract } = await channels.eip712Domain();
    const signature = await payer.signTypedData(
      { name, version, chainId: 1, verifyingContract },
      {
        Voucher: [
          { name: "channelId", type: "bytes32" },
          { name: "maxClaimableAmount", type: "uint128" },
        ],
      },
      { channelId, maxClaimableAmount: open(1) },
    );
    const voucher = { channel: config, maxClaimableAmount: open(1) };
    await expect(
      channels.connect(operator).claim([{ voucher, signature, totalClaimed: open(1) }]),
    ).to.be.revertedWithCustomError(channels, "ChannelInvalidSignature");
  });

  it("reverts when more is claimed than the voucher says", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, channelId } = suite;
    await expect(channels.connect(operator).claim([await voucherClaim(suite, open(10), suite.payer, open(11))]))
      .to.be.revertedWithCustomError(channels, "ChannelClaimAboveVoucher")
      .withArgs(channelId, open(11), open(10));
  });

  it("reverts when the caller is neither receiver nor its authorizer", async () => {
    const suite = await loadFixture(funded);
    const { channels, stranger } = suite;
    await expect(channels.connect(stranger).claim([await nextVoucher(suite, open(10))]))
      .to.be.revertedWithCustomError(channels, "ChannelNotAuthorized")
      .withArgs(stranger);
  });

  it("signs what the contract's own digest says", async () => {
    const suite = await loadFixture(funded);
    const { channels, channelId, payer } = suite;
    const { signature } = await voucherClaim(suite, open(10));
    const digest = await channels.getVoucherDigest(channelId, open(10));
    expect(ethers.recoverAddress(digest, String(signature))).to.equal(payer.address);
  });
});
