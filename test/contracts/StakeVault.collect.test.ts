import { expect } from "chai";
import { deployed, loadFixture, open, PURSE, parameter, time } from "./fixtures.ts";

async function streamed() {
  const suite = await deployed();
  const { stakeVault, alice, bob, stranger } = suite;
  await stakeVault.connect(alice).stake(open(30));
  await stakeVault.connect(bob).stake(open(10));
  await stakeVault.connect(stranger).addReward(open(40));
  await time.increase(parameter("stream"));
  return suite;
}

describe("StakeVault.collect", () => {
  it("pays the account, whoever calls, once", async () => {
    const { stakeVault, openToken, alice, stranger } = await loadFixture(streamed);
    await expect(stakeVault.connect(stranger).collect(alice))
      .to.emit(stakeVault, "RewardPaid")
      .withArgs(alice, open(30));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE);
    await expect(stakeVault.collect(alice)).to.be.revertedWithCustomError(stakeVault, "StakeZeroAmount");
  });

  it("pays what was earned before leaving", async () => {
    const { stakeVault, openToken, bob } = await loadFixture(streamed);
    await stakeVault.connect(bob).unstake(open(10));
    await stakeVault.collect(bob);
    expect(await openToken.balanceOf(bob)).to.equal(PURSE - open(10) + open(10));
  });

  it("never pays out stake", async () => {
    const { stakeVault, openToken, alice, bob } = await loadFixture(streamed);
    await stakeVault.collect(alice);
    await stakeVault.collect(bob);
    expect(await openToken.balanceOf(stakeVault)).to.equal(await stakeVault.totalStaked());
  });

  it("reverts when nothing is earned", async () => {
    const { stakeVault, carol } = await loadFixture(streamed);
    await expect(stakeVault.collect(carol)).to.be.revertedWithCustomError(stakeVault, "StakeZeroAmount");
  });
});
