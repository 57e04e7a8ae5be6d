import { expect } from "chai";
import { deployed, ethers, loadFixture, open, PURSE, time } from "./fixtures.ts";

describe("StakeVault.stake", () => {
  it("takes the stake, and gives its votes at once to the staker", async () => {
    const { stakeVault, openToken, alice } = await loadFixture(deployed);
    await expect(stakeVault.connect(alice).stake(open(10)))
      .to.emit(stakeVault, "Staked")
      .withArgs(alice, open(10));
    expect(await stakeVault.stakeOf(alice)).to.equal(open(10));
    expect(await stakeVault.totalStaked()).to.equal(open(10));
    expect(await stakeVault.getVotes(alice)).to.equal(open(10));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(10));
  });

  it("keeps the votes with whom the staker chose", async () => {
    const { stakeVault, alice, bob } = await loadFixture(deployed);
    await stakeVault.connect(alice).delegate(bob);
    await stakeVault.connect(alice).stake(open(10));
    expect(await stakeVault.getVotes(alice)).to.equal(0n);
    expect(await stakeVault.getVotes(bob)).to.equal(open(10));
  });

  it("respects that a staker delegated to nobody", async () => {
    const { stakeVault, alice } = await loadFixture(deployed);
    await stakeVault.connect(alice).stake(open(10));
    await stakeVault.connect(alice).delegate(ethers.ZeroAddress);
    await stakeVault.connect(alice).stake(open(10));
    expect(await stakeVault.getVotes(alice)).to.equal(0n);
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
