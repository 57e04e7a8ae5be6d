import { expect } from "chai";
import { deployed, ethers, loadFixture, open, parameter, time } from "./fixtures.ts";

async function staked() {
  const suite = await deployed();
  await suite.stakeVault.connect(suite.alice).stake(open(10));
  return suite;
}

describe("StakeVault.unstake", () => {
  it("ends votes and stake at once, and thaws under a ticket", async () => {
    const { stakeVault, alice } = await loadFixture(staked);
    await stakeVault.connect(alice).unstake(open(4));
    const availableAt = BigInt(await time.latest()) + parameter("unbonding");
    expect(await stakeVault.getVotes(alice)).to.equal(open(6));
    expect(await stakeVault.stakeOf(alice)).to.equal(open(6));
    expect(await stakeVault.totalStaked()).to.equal(open(6));
    expect(await stakeVault.tickets(0)).to.deep.equal([alice.address, ethers.ZeroAddress, open(4), availableAt]);
  });

  it("reverts when the amount is zero", async () => {
    const { stakeVault, alice } = await loadFixture(staked);
    await expect(stakeVault.connect(alice).unstake(0)).to.be.revertedWithCustomError(stakeVault, "StakeZeroAmount");
  });

  it("reverts when there is less at stake", async () => {
    const { stakeVault, alice } = await loadFixture(staked);
    await expect(stakeVault.connect(alice).unstake(open(10) + 1n))
      .to.be.revertedWithCustomError(stakeVault, "StakeInsufficient")
      .withArgs(alice, open(10), open(10) + 1n);
  });
});
