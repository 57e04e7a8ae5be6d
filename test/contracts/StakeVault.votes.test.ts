import { expect } from "chai";
import { loadFixture, open, time } from "./fixtures.ts";
import { delegated, WHOLE } from "./stake.ts";

describe("StakeVault's past", () => {
  it("tells balance and delegate of every account at every time, whatever came after", async () => {
    const { stakeVault, validator, alice, carol, stranger } = await loadFixture(delegated);
    await stakeVault.connect(carol).stake(open(5));
    const alone = await time.latest();
    await stakeVault.connect(carol).delegate(validator);
    const joined = await time.latest();
    await stakeVault.connect(stranger).slash(validator, WHOLE / 2n);
    const slashed = await time.latest();
    await stakeVault.connect(carol).delegate(carol);
    await stakeVault.connect(carol).stake(open(1));
    const back = await time.latest();
    await time.increase(10);
    const past = async (account: typeof carol, at: number) =>
      [await stakeVault.getPastDelegate(account, at), await stakeVault.getPastBalanceOf(account, at)] as const;
    expect(await past(carol, alone - 1)).to.deep.equal([carol.address, 0n]);
    expect(await past(carol, alone)).to.deep.equal([carol.address, open(5)]);
    expect(await past(carol, joined)).to.deep.equal([validator.address, open(5)]);
    expect(await past(carol, slashed)).to.deep.equal([validator.address, open("2.5")]);
    expect(await past(carol, back)).to.deep.equal([carol.address, open(1)]);
    expect(await past(alice, joined)).to.deep.equal([validator.address, open(30)]);
    expect(await past(alice, back)).to.deep.equal([validator.address, open(15)]);
    expect(await past(validator, joined)).to.deep.equal([validator.address, open(20)]);
    expect(await past(validator, back)).to.deep.equal([validator.address, open(10)]);
    expect(await stakeVault.getPastVotes(validator, joined)).to.equal(open(105));
    expect(await stakeVault.getPastVotes(validator, slashed)).to.equal(open("52.5"));
    expect(await stakeVault.getPastTotalSupply(back)).to.equal(open(51));
  });

  it("tells a validator's stake of before it was one", async () => {
    const { stakeVault, carol } = await loadFixture(delegated);
    await stakeVault.connect(carol).stake(open(5));
    const before = await time.latest();
    await stakeVault.connect(carol).register(0);
    const after = await time.latest();
    await time.increase(1);
    expect(await stakeVault.getPastBalanceOf(carol, before)).to.equal(open(5));
    expect(await stakeVault.getPastBalanceOf(carol, after)).to.equal(open(5));
  });

  it("reverts for a time that is not over", async () => {
    const { stakeVault, alice } = await loadFixture(delegated);
    for (const view of ["getPastBalanceOf", "getPastDelegate"] as const) {
      await expect(stakeVault[view](alice, (await time.latest()) + 1)).to.be.revertedWithCustomError(
        stakeVault,
        "ERC5805FutureLookup",
      );
    }
  });
});
