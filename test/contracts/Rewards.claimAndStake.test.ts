import { expect } from "chai";
import { claimPlace } from "../../protocol/leaves.ts";
import { active, ethers, loadFixture, open } from "./fixtures.ts";

describe("Rewards.claimAndStake", () => {
  it("puts the payout into the account's stake, with its votes", async () => {
    const { rewards, stakeVault, openToken, payouts, alice } = await loadFixture(active);
    const staked = await stakeVault.totalStaked();
    await expect(
      rewards.connect(alice).claimAndStake(claimPlace(0, 3, 0), open(20), payouts.proof(0)),
    ).to.changeTokenBalances(ethers, openToken, [rewards, stakeVault, alice], [-open(20), open(20), 0]);
    expect(await stakeVault.stakeOf(alice)).to.equal(open(20));
    expect(await stakeVault.getVotes(alice)).to.equal(open(20));
    expect(await stakeVault.totalStaked()).to.equal(staked + open(20));
    expect(await openToken.allowance(rewards, stakeVault)).to.equal(0n);
    expect(await rewards.claimedOf(0)).to.equal(open(20));
  });

  it("says whose payout went into stake", async () => {
    const { rewards, stakeVault, payouts, alice } = await loadFixture(active);
    await expect(rewards.connect(alice).claimAndStake(claimPlace(0, 3, 0), open(20), payouts.proof(0)))
      .to.emit(rewards, "Redirected")
      .withArgs(0, alice, stakeVault, open(20));
  });

  it("reverts when anybody but the account of the leaf calls", async () => {
    const { rewards, payouts, stranger } = await loadFixture(active);
    await expect(
      rewards.connect(stranger).claimAndStake(claimPlace(0, 3, 0), open(20), payouts.proof(0)),
    ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
  });

  it("reverts the second time", async () => {
    const { rewards, payouts, alice } = await loadFixture(active);
    await rewards.connect(alice).claimAndStake(claimPlace(0, 3, 0), open(20), payouts.proof(0));
    await expect(rewards.connect(alice).claimAndStake(claimPlace(0, 3, 0), open(20), payouts.proof(0)))
      .to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim")
      .withArgs(0);
  });
});
