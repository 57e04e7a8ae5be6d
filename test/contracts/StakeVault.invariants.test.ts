import { expect } from "chai";
import { deployed, loadFixture, open, time } from "./fixtures.ts";
import { sequence } from "./sequence.ts";

describe("StakeVault's invariants", () => {
  it("hold through 200 random actions: it can pay all stake, tickets and rewards, and votes equal stake", async () => {
    const { stakeVault, openToken, alice, bob, carol, stranger } = await loadFixture(deployed);
    const random = sequence(1n);
    const accounts = [alice, bob, carol];
    let thawing = 0n;
    let rewarded = 0n;
    let collected = 0n;
    let tickets: { ticket: bigint; account: typeof alice; amount: bigint }[] = [];
    let count = 0n;
    for (let step = 0; step < 200; step++) {
      const account = accounts[random(3)]!;
      const vault = stakeVault.connect(account);
      const amount = BigInt(random(1_000_000)) * 10n ** BigInt(random(15)) + 1n;
      const action = random(6);
      if (action === 0) await vault.stake(amount);
      else if (action === 1) {
        const staked = await stakeVault.stakeOf(account);
        const part = staked < amount ? staked : amount;
        if (part === 0n) continue;
        await vault.unstake(part);
        tickets.push({ ticket: count++, account, amount: part });
        thawing += part;
      } else if (action === 2) {
        await stakeVault.connect(stranger).addReward(amount);
        rewarded += amount;
      } else if (action === 3) {
        const earned = await stakeVault.earned(account);
        if (earned === 0n) continue;
        const before = await openToken.balanceOf(account);
        await stakeVault.collect(account);
        collected += (await openToken.balanceOf(account)) - before;
      } else if (action === 4) {
        await time.increase(random(4000) + 1);
      } else {
        const now = BigInt(await time.latest());
        const due = await Promise.all(
          tickets.map(async ({ ticket }) => (await stakeVault.tickets(ticket)).availableAt),
        );
        const ready = tickets.find((_, i) => due[i]! <= now);
        if (ready === undefined) continue;
        await stakeVault.connect(ready.account).withdraw(ready.ticket);
        thawing -= ready.amount;
        tickets = tickets.filter((each) => each !== ready);
      }
      const staked = await stakeVault.totalStaked();
      let earned = 0n;
      let votes = 0n;
      for (const each of accounts) {
        earned += await stakeVault.earned(each);
        votes += await stakeVault.getVotes(each);
      }
      expect(votes).to.equal(staked);
      expect(earned).to.be.at.most(rewarded - collected);
      expect(await openToken.balanceOf(stakeVault)).to.equal(staked + thawing + rewarded - collected);
    }
    // Everybody can leave with all that is theirs, and next to nothing stays.
    if ((await stakeVault.totalStaked()) === 0n) await stakeVault.connect(alice).stake(open(1));
    await time.increase(8000);
    for (const each of accounts) {
      const staked = await stakeVault.stakeOf(each);
      if (staked > 0n) await stakeVault.connect(each).unstake(staked);
      if ((await stakeVault.earned(each)) > 0n) await stakeVault.collect(each);
      thawing += staked;
    }
    expect((await openToken.balanceOf(stakeVault)) - thawing).to.be.within(0n, 1000n);
  });
});
