import { expect } from "chai";
import { signClaims, signRefund } from "./batches.ts";
import { channelOf, type FundedSuite, funded, loadFixture, time, voucherClaim } from "./fixtures.ts";
import { sequence } from "./sequence.ts";

describe("Channels' invariants", () => {
  it("hold through 300 random actions: it holds what is unclaimed and unsettled, to the wei", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, operator, approvalCollector, till } = suite;
    const random = sequence(2n);
    const payers = [suite.alice, suite.bob, suite.payer];
    const configs = await Promise.all(payers.map((payer) => channelOf(suite, payer.address)));
    const ids = await Promise.all(configs.map((config) => channels.getChannelId(config)));
    for (let step = 0; step < 300; step++) {
      const i = random(3);
      const [payer, config, channelId] = [payers[i]!, configs[i]!, ids[i]!];
      const amount = BigInt(random(1_000_000_000)) + 1n;
      const before = await channels.channels(channelId);
      const unclaimed = before.balance - before.totalClaimed;
      const action = random(9);
      const one = { ...suite, config, channelId } as FundedSuite;
      if (action <= 1) await approvalCollector.connect(payer).deposit(config, amount);
      else if (action === 2) {
        await channels.connect(operator).claim([await voucherClaim(one, before.totalClaimed + amount, payer)]);
        const { totalClaimed } = await channels.channels(channelId);
        expect(totalClaimed - before.totalClaimed).to.equal(unclaimed < amount ? unclaimed : amount);
      } else if (action === 3) {
        const { totalClaimed, totalSettled } = await channels.receivers(till, openToken);
        if (totalClaimed > totalSettled) await channels.settle(till, openToken);
      } else if (action === 4) {
        await channels.connect(operator).refund(config, amount);
      } else if (action === 5) {
        const pending = await channels.pendingWithdrawals(channelId);
        const most = unclaimed < amount ? unclaimed : amount;
        if (pending.amount === 0n && most > 0n) await channels.connect(payer).initiateWithdraw(config, most);
      } else if (action === 6) {
        const claims = [await voucherClaim(one, before.totalClaimed + amount, payer)];
        await channels.claimWithSignature(claims, await signClaims(one, claims));
      } else if (action === 7) {
        const nonce = await channels.refundNonce(channelId);
        await channels.refundWithSignature(config, amount, nonce, await signRefund(one, amount, nonce));
      } else {
        await time.increase(3600);
        const pending = await channels.pendingWithdrawals(channelId);
        if (pending.amount > 0n) await channels.finalizeWithdraw(config);
      }

      let held = 0n;
      let claimed = 0n;
      for (const id of ids) {
        const { balance, totalClaimed } = await channels.channels(id);
        expect(totalClaimed).to.be.at.most(balance);
        expect((await channels.pendingWithdrawals(id)).amount).to.be.at.most(balance);
        held += balance - totalClaimed;
        claimed += totalClaimed;
      }
      const receiver = await channels.receivers(till, openToken);
      expect(receiver.totalClaimed).to.equal(claimed);
      expect(await openToken.balanceOf(till)).to.equal(receiver.totalSettled);
      expect(await openToken.balanceOf(channels)).to.equal(held + receiver.totalClaimed - receiver.totalSettled);
    }
  });
});
