import { expect } from "chai";
import { claimCall, claimWithSig, payoutsOf } from "../contracts/claims.ts";
import {
  active,
  ethers,
  funded,
  impersonate,
  loadFixture,
  open,
  PURSE,
  time,
  voucherClaim,
} from "../contracts/fixtures.ts";

/** A channel of 100 OPEN whose payer is a wallet that attacks when it is asked about its signature. */
async function armed() {
  const suite = await funded();
  const { channels, openToken, approvalCollector, alice } = suite;
  const wallet = await ethers.deployContract("ReentrantWallet", [await channels.getAddress()]);
  const config = { ...suite.config, payer: await wallet.getAddress() };
  await openToken.connect(alice).transfer(wallet, open(100));
  const spender = await approvalCollector.getAddress();
  await wallet.execute(openToken, openToken.interface.encodeFunctionData("approve", [spender, open(100)]));
  await wallet.execute(
    approvalCollector,
    approvalCollector.interface.encodeFunctionData("deposit", [config, open(100)]),
  );
  return { ...suite, wallet, config, channelId: await channels.getChannelId(config) };
}

describe("attack: reentrancy by an ERC-1271 wallet", () => {
  it("changes nothing: the wallet is asked by a view, and every entry is locked", async () => {
    const suite = await loadFixture(armed);
    const { channels, openToken, operator, wallet, till, config, channelId, stranger } = suite;
    const claim = await voucherClaim(suite, open(40), stranger, open(40), config);
    const { interface: abi } = channels;
    const attacks = [
      abi.encodeFunctionData("initiateWithdraw", [config, open(100)]),
      abi.encodeFunctionData("finalizeWithdraw", [config]),
      abi.encodeFunctionData("settle", [await till.getAddress(), await openToken.getAddress()]),
      abi.encodeFunctionData("claim", [[claim]]),
      abi.encodeFunctionData("refund", [config, open(1)]),
      abi.encodeFunctionData("multicall", [[abi.encodeFunctionData("initiateWithdraw", [config, open(100)])]]),
    ];
    let wanted = 0n;
    for (const attack of attacks) {
      await wallet.arm(attack);
      wanted += open(2);
      // The wallet vouches for whatever it is asked where its attack has failed.
      await channels.connect(operator).claim([await voucherClaim(suite, wanted, stranger, wanted, config)]);
      expect(await channels.channels(channelId)).to.deep.equal([open(100), wanted]);
      expect(await channels.pendingWithdrawals(channelId)).to.deep.equal([0n, 0n]);
    }
    expect(await channels.receivers(till, openToken)).to.deep.equal([wanted, 0n]);
    expect(await openToken.balanceOf(channels)).to.equal(open(1100));
  });

  it("gets no second claim out of Rewards: what it calls while it is asked changes nothing", async () => {
    const suite = await loadFixture(active);
    const { rewards, attribution, openToken, stranger } = suite;
    const wallet = await ethers.deployContract("ReentrantWallet", [await rewards.getAddress()]);
    const account = await wallet.getAddress();
    const payouts = payoutsOf([[account, open(20)]]);
    await rewards.connect(await impersonate(attribution)).setRoot(1, payouts.root, await time.latest());
    const payout = { slot: 1, count: 1, contributor: 0, account, cumulative: open(20), proof: [] };
    await wallet.arm(await claimCall(rewards, payout));
    await claimWithSig(rewards, payout, stranger, "0x");
    expect(await openToken.balanceOf(account)).to.equal(0n);
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE + open(20));
    expect(await openToken.balanceOf(rewards)).to.equal(open(10));
    expect(await rewards.claimedOf(0)).to.equal(open(20));
  });
});
