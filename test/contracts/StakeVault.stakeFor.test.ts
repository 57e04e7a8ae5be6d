import { expect } from "chai";
import { deployed, ethers, loadFixture, open, PURSE } from "./fixtures.ts";

describe("StakeVault.stakeFor", () => {
  it("stakes the caller's money in another's name", async () => {
    const { stakeVault, openToken, alice, bob } = await loadFixture(deployed);
    await stakeVault.connect(alice).stakeFor(bob, open(10));
    expect(await stakeVault.stakeOf(bob)).to.equal(open(10));
    expect(await stakeVault.getVotes(bob)).to.equal(open(10));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(10));
    expect(await openToken.balanceOf(bob)).to.equal(PURSE);
  });

  it("reverts when the account is zero", async () => {
    const { stakeVault, alice } = await loadFixture(deployed);
    await expect(stakeVault.connect(alice).stakeFor(ethers.ZeroAddress, open(10))).to.be.revertedWithCustomError(
      stakeVault,
      "StakeZeroAddress",
    );
  });
});
