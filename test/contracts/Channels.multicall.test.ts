import { expect } from "chai";
import { signClaims, signRefund } from "./batches.ts";
import { funded, loadFixture, open, PURSE, voucherClaim } from "./fixtures.ts";

describe("Channels.multicall", () => {
  it("claims and refunds the rest at once, by signatures", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, payer, stranger, config, channelId } = suite;
    const claims = [await voucherClaim(suite, open(400))];
    const { interface: abi } = channels;
    await channels
      .connect(stranger)
      .multicall([
        abi.encodeFunctionData("claimWithSignature", [claims, await signClaims(suite, claims)]),
        abi.encodeFunctionData("refundWithSignature", [config, open(1000), 0, await signRefund(suite, open(1000))]),
      ]);
    expect(await channels.channels(channelId)).to.deep.equal([open(400), open(400)]);
    expect(await openToken.balanceOf(payer)).to.equal(PURSE - open(400));
  });

  it("acts as its caller, and does all or nothing", async () => {
    const suite = await loadFixture(funded);
    const { channels, operator, stranger, till, openToken, channelId } = suite;
    const { interface: abi } = channels;
    const calls = [
      abi.encodeFunctionData("claim", [[await voucherClaim(suite, open(10))]]),
      abi.encodeFunctionData("settle", [await till.getAddress(), await openToken.getAddress()]),
    ];
    await expect(channels.connect(stranger).multicall(calls))
      .to.be.revertedWithCustomError(channels, "ChannelNotAuthorized")
      .withArgs(stranger);
    expect((await channels.channels(channelId)).totalClaimed).to.equal(0n);
    await channels.connect(operator).multicall(calls);
    expect(await openToken.balanceOf(till)).to.equal(open(10));
  });
});
