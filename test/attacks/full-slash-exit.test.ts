import { expect } from "chai";
import { loadFixture, open, PURSE, parameter, time } from "../contracts/fixtures.ts";
import { delegated, WHOLE } from "../contracts/stake.ts";

async function wiped() {
  const suite = await delegated();
  const { stakeVault, alice, validator, stranger } = suite;
  await stakeVault.connect(alice).unstake(open(10));
  await stakeVault.connect(stranger).slash(validator, WHOLE);
  return suite;
}

describe("attack: full-slash exit", () => {
  it("takes everything, and leaves no vote", async () => {
    const { stakeVault, openToken, validator, alice, bob, stranger } = await loadFixture(wiped);
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE + open(100));
    expect(await openToken.balanceOf(stakeVault)).to.equal(0n);
    for (const account of [validator, alice, bob]) expect(await stakeVault.stakeOf(account)).to.equal(0n);
    expect(await stakeVault.getVotes(validator)).to.equal(0n);
    expect(await stakeVault.totalStaked()).to.equal(0n);
    await expect(stakeVault.connect(bob).unstake(1)).to.be.revertedWithCustomError(stakeVault, "StakeInsufficient");
    await expect(stakeVault.connect(stranger).slash(validator, 1)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeNotValidator",
    );
  });

  it("locks nobody in: an empty ticket ends, and everybody starts anew elsewhere", async () => {
    const { stakeVault, openToken, validator, alice, bob, carol } = await loadFixture(wiped);
    await time.increase(parameter("unbonding"));
    await stakeVault.connect(alice).withdraw(0);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(30));
    await stakeVault.connect(carol).register(0);
    for (const [account, to] of [
      [alice, alice],
      [bob, carol],
      [validator, carol],
    ] as const) {
      await stakeVault.connect(account).delegate(to);
      await stakeVault.connect(account).stake(open(5));
      expect(await stakeVault.stakeOf(account)).to.equal(open(5));
    }
    expect(await stakeVault.totalStaked()).to.equal(open(15));
    const { staked, thawing } = await stakeVault.validators(validator);
    expect([staked, thawing]).to.deep.equal([0n, 0n]);
  });

  it("does not let the validator come back at the old price, or its pool take new stake", async () => {
    const { stakeVault, validator, bob, carol } = await loadFixture(wiped);
    await expect(stakeVault.connect(bob).stake(1)).to.be.revertedWithCustomError(stakeVault, "StakeNotValidator");
    await expect(stakeVault.connect(carol).delegate(validator)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeNotValidator",
    );
    await expect(stakeVault.connect(validator).stake(1)).to.be.revertedWithCustomError(stakeVault, "StakeNotValidator");
    await expect(stakeVault.connect(validator).register(0)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeIsValidator",
    );
  });

  it("a slash that leaves almost nothing takes the rest too, so that a wei never buys shares without end", async () => {
    const { stakeVault, validator, stranger, staker } = await loadFixture(delegated);
    await stakeVault.connect(stranger).slash(validator, WHOLE - 10n ** 10n);
    expect((await stakeVault.validators(validator)).price).to.equal(10n ** 19n);
    await stakeVault.connect(staker).delegate(validator);
    await stakeVault.connect(staker).stake(open(1_000_000));
    expect(await stakeVault.stakeOf(staker)).to.be.within(open(1_000_000) - 1n, open(1_000_000));
    await stakeVault.connect(stranger).slash(validator, (WHOLE * 91n) / 100n);
    expect((await stakeVault.validators(validator)).price).to.equal(0n);
  });
});
