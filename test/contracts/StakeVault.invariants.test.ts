import { expect } from "chai";
import { deployed, loadFixture, open, parameter, time } from "./fixtures.ts";
import { sequence } from "./sequence.ts";
import { appoint, WHOLE } from "./stake.ts";

async function two() {
  const suite = await deployed();
  const { stakeVault, validator, operator, stranger } = suite;
  for (const [account, commission] of [
    [validator, 1000],
    [operator, 0],
  ] as const) {
    await stakeVault.connect(account).register(commission);
  }
  await appoint(suite, stranger);
  return suite;
}

describe("StakeVault's invariants", () => {
  for (const [seed, slashes] of [
    [1n, 0],
    [2n, 6],
    [3n, 6],
    [4n, 30],
  ] as const) {
    it(`hold through 250 random actions (seed ${seed}, ${slashes} slashes)`, async () => {
      const { stakeVault, openToken, alice, bob, carol, staker, validator, operator, stranger } =
        await loadFixture(two);
      const random = sequence(seed);
      const accounts = [alice, bob, carol, validator, operator];
      const pools = [validator, operator];
      let rewarded = 0n;
      let collected = 0n;
      const live = new Map<bigint, typeof alice>();
      const ignore = () => undefined; // a wiped pool takes nothing, and a validator stays: both are tested elsewhere
      for (let step = 0; step < 250; step++) {
        const account = accounts[random(accounts.length)]!;
        const vault = stakeVault.connect(account);
        const amount = BigInt(random(1_000_000)) * 10n ** BigInt(random(15)) + 1n;
        const now = BigInt(await time.latest());
        const action = random(40);
        if (action < 12) await vault.stake(amount).catch(ignore);
        else if (action < 18) {
          const staked = await stakeVault.stakeOf(account);
          if (staked > 0n) await vault.unstake(staked < amount ? staked : amount);
        } else if (action < 22) {
          await stakeVault.connect(staker).addReward(amount);
          rewarded += amount;
        } else if (action < 26) {
          const before = await openToken.balanceOf(account);
          await stakeVault.collect(account).catch(ignore);
          collected += (await openToken.balanceOf(account)) - before;
        } else if (action < 30) await time.increase(random(2000) + 1);
        else if (action < 34) {
          await vault.delegate([account, validator, operator][random(3)]!).catch(ignore);
        } else if (action === 34) {
          const mine = stakeVault.connect(pools[random(2)]!);
          await mine.setCommission(random(5001)).catch(ignore);
        } else if (action === 35 && random(30) < slashes) {
          const slashed = pools[random(2)]!;
          const before = await parts(slashed.address);
          const fraction = random(20) === 0 ? WHOLE : (WHOLE * BigInt(random(1000) + 1)) / 1001n;
          const paid = await openToken.balanceOf(stranger);
          await stakeVault.connect(stranger).slash(slashed, fraction).catch(ignore);
          const after = await parts(slashed.address);
          if (fraction !== WHOLE && after.price > 0n) {
            // the same fraction of both, but for the rounding of a wei or the price
            for (const part of ["staked", "thawing"] as const) {
              const expected = (before[part] * (WHOLE - fraction)) / WHOLE;
              expect(after[part]).to.be.within(expected - expected / 10n ** 9n - 2n, expected + 1n);
            }
          }
          const taken = before.staked + before.thawing - after.staked - after.thawing;
          expect((await openToken.balanceOf(stranger)) - paid).to.be.within(taken - 1n, taken + 1n);
        } else {
          for (const [ticket, owner] of live) {
            if ((await stakeVault.tickets(ticket)).availableAt > now) continue;
            if (random(2) === 0) await stakeVault.connect(owner).withdraw(ticket);
            else await stakeVault.connect(owner).restake(ticket).catch(ignore);
            break;
          }
        }
        await noteTickets();
        await check();
      }
      // Everybody can leave with all that is theirs, at any time, and next to nothing stays.
      await stakeVault.connect(staker).stake(open(1));
      await time.increase(2n * parameter("stream"));
      for (const account of accounts) {
        const staked = await stakeVault.stakeOf(account);
        if (staked > 0n) await stakeVault.connect(account).unstake(staked);
        await stakeVault.collect(account).catch(ignore);
      }
      await stakeVault.connect(staker).unstake(open(1));
      await stakeVault.collect(staker).catch(ignore);
      await noteTickets();
      await time.increase(parameter("unbonding"));
      for (const [ticket, owner] of live) await stakeVault.connect(owner).withdraw(ticket);
      expect(await stakeVault.totalStaked()).to.equal(0n);
      expect(await openToken.balanceOf(stakeVault)).to.be.at.most(10_000n);

      async function noteTickets() {
        const events = await stakeVault.queryFilter(stakeVault.filters.Unstaked());
        for (const { args } of events) {
          const { account } = await stakeVault.tickets(args.ticket);
          const owner = [...accounts, staker].find(({ address }) => address === account);
          if (owner === undefined) live.delete(args.ticket);
          else live.set(args.ticket, owner);
        }
      }

      async function parts(address: string) {
        const { staked, thawing, price } = await stakeVault.validators(address);
        return { staked, thawing, price };
      }

      async function check() {
        const all = await stakeVault.totalStaked();
        let earned = 0n;
        let votes = 0n;
        const inPool = new Map<string, bigint>();
        for (const each of accounts) {
          earned += await stakeVault.earned(each);
          votes += await stakeVault.getVotes(each);
          const pool = await stakeVault.delegates(each);
          inPool.set(pool, (inPool.get(pool) ?? 0n) + (await stakeVault.stakeOf(each)));
        }
        // Σ user assets ≤ pool assets, and Σ pools = total votes
        expect(votes).to.equal(all);
        for (const [pool, assets] of inPool) expect(assets).to.be.at.most(await stakeVault.getVotes(pool));
        let thawing = 0n;
        for (const ticket of live.keys()) thawing += (await stakeVault.tickets(ticket)).amount;
        expect(earned).to.be.at.most(rewarded - collected);
        expect(await openToken.balanceOf(stakeVault)).to.be.at.least(all + thawing + rewarded - collected);
      }
    });
  }
});
