import { expect } from "chai";
import { deployed, loadFixture, open, PURSE, time } from "./fixtures.ts";

describe("StakeVault.stake", () => {
  it("takes the stake, and gives its votes at once to the staker", async () => {
    const { stakeVault, openToken, alice } = await loadFixture(deployed);
    await expect(stakeVault.connect(alice).stake(open(10)))
      .to.emit(stakeVault, "Staked")
      .withArgs(alice, alice, open(10));
    expect(await stakeVault.stakeOf(alice)).to.equal(open(10));
    expect(await stakeVault.totalStaked()).to.equal(open(10));
    expect(await stakeVault.getVotes(alice)).to.equal(open(10));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(10));
  });

  it("goes to the pool that the staker chose before", async () => {
    const { stakeVault, alice, bob } = await loadFixture(deployed);
    await stakeVault.connect(bob).register(0);
    await stakeVault.connect(alice).delegate(bob);
    await expect(stakeVault.connect(alice).stake(open(10)))
      .to.emit(stakeVault, "Staked")
      .withArgs(alice, bob, open(10));
    expect(await stakeVault.getVotes(alice)).to.equal(0n);
    expect(await stakeVault.getVotes(bob)).to.equal(open(10));
    expect(await stakeVault.stakeOf(alice)).to.equal(open(10));
  });

  it("checkpoints votes by timestamp", async () => {
    const { stakeVault, alice } = await loadFixture(deployed);
    expect(await stakeVault.CLOCK_MODE()).to.equal("mode=timestamp");
    await stakeVault.connect(alice).stake(open(10));
    const then = await time.latest();
    await time.increase(100);
    await stakeVault.connect(alice).stake(open(5));
    expect(await stakeVault.getPastVotes(alice, then)).to.equal(open(10));
    expect(await stakeVault.getPastVotes(alice, then - 1)).to.equal(0n);
    expect(await stakeVault.getPastTotalSupply(then)).to.equal(open(10));
  });

  it("reverts when the amount is zero", async () => {
    const { stakeVault, alice } = await loadFixture(deployed);
    await expect(stakeVault.connect(alice).stake(0)).to.be.revertedWithCustomError(stakeVault, "StakeZeroAmount");
  });
});
