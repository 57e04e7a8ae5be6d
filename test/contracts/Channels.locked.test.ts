import { expect } from "chai";
import { signClaims, signRefund } from "./batches.ts";
import { ethers, funded, loadFixture, nextVoucher, open } from "./fixtures.ts";

/** Every entry of Channels that moves money, as a collector would call it in the middle of a deposit. */
async function entered() {
  const suite = await funded();
  const { channels, openToken, payer, till, config } = suite;
  const collector = await ethers.deployContract("CallingCollector");
  await openToken.connect(payer).approve(collector, open(5));
  const claims = [await nextVoucher(suite, open(10))];
  const { interface: abi } = channels;
  const calls = {
    deposit: abi.encodeFunctionData("deposit", [config, 1, await collector.getAddress(), "0x"]),
    initiateWithdraw: abi.encodeFunctionData("initiateWithdraw", [config, 1]),
    finalizeWithdraw: abi.encodeFunctionData("finalizeWithdraw", [config]),
    claim: abi.encodeFunctionData("claim", [claims]),
    claimWithSignature: abi.encodeFunctionData("claimWithSignature", [claims, await signClaims(suite, claims)]),
    settle: abi.encodeFunctionData("settle", [await till.getAddress(), await openToken.getAddress()]),
    refund: abi.encodeFunctionData("refund", [config, 1]),
    refundWithSignature: abi.encodeFunctionData("refundWithSignature", [config, 1, 0, await signRefund(suite, 1n)]),
  };
  return { ...suite, collector, calls };
}

describe("Channels, while a collector collects,", () => {
  for (const name of [
    ...(["deposit", "initiateWithdraw", "finalizeWithdraw", "claim"] as const),
    ...(["claimWithSignature", "settle", "refund", "refundWithSignature"] as const),
  ]) {
    it(`is locked for ${name}`, async () => {
      const { channels, payer, config, collector, calls } = await loadFixture(entered);
      await expect(
        channels.connect(payer).deposit(config, open(5), collector, calls[name]),
      ).to.be.revertedWithCustomError(channels, "ReentrancyGuardReentrantCall");
    });
  }

  it("answers views", async () => {
    const { channels, payer, config, channelId, collector } = await loadFixture(entered);
    const view = channels.interface.encodeFunctionData("channels", [channelId]);
    await channels.connect(payer).deposit(config, open(5), collector, view);
    expect((await channels.channels(channelId)).balance).to.equal(open(1005));
  });
});
