import { expect } from "chai";
import { otherForms } from "../contracts/batches.ts";
import { claim, claimAndStake, claimWithSig, payoutsOf, signClaim } from "../contracts/claims.ts";
import { active, ethers, impersonate, loadFixture, open, PURSE, time } from "../contracts/fixtures.ts";

/** alice's payout of 20 OPEN, and her signature that it goes to bob. stranger watches. */
async function signed() {
  const suite = await active();
  const { rewards, alice, bob, payouts } = suite;
  const payout = { count: 3, contributor: 0, account: alice.address, cumulative: open(20), proof: payouts.proof(0) };
  return { ...suite, payout, signature: await signClaim(rewards, alice, payout, bob.address) };
}

describe("attack: claim redirect and front-run", () => {
  it("who sends a signed claim first pays whom it names, and gains nothing", async () => {
    const { rewards, openToken, alice, bob, stranger, payout, signature } = await loadFixture(signed);
    await claimWithSig(rewards.connect(stranger), payout, bob, signature);
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE);
    expect(await openToken.balanceOf(bob)).to.equal(PURSE - open(10) + open(20));
    await expect(claimWithSig(rewards.connect(alice), payout, bob, signature)).to.be.revertedWithCustomError(
      rewards,
      "RewardsNothingToClaim",
    );
  });

  it("who claims before a signed claim pays the account that signed", async () => {
    const { rewards, openToken, alice, bob, stranger, payout, signature } = await loadFixture(signed);
    const before = await openToken.balanceOf(alice);
    await claim(rewards.connect(stranger), payout);
    await expect(claimWithSig(rewards, payout, bob, signature)).to.be.revertedWithCustomError(
      rewards,
      "RewardsNothingToClaim",
    );
    expect(await openToken.balanceOf(alice)).to.equal(before + open(20));
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE);
  });

  it("nobody turns a signed claim to another recipient, nor a leaf to another account", async () => {
    const { rewards, openToken, stranger, payout, signature } = await loadFixture(signed);
    const thief = rewards.connect(stranger);
    await expect(claimWithSig(thief, payout, stranger, signature))
      .to.be.revertedWithCustomError(rewards, "RewardsInvalidSignature")
      .withArgs(payout.account);
    const own = await signClaim(rewards, stranger, payout, stranger.address);
    await expect(claimWithSig(thief, payout, stranger, own)).to.be.revertedWithCustomError(
      rewards,
      "RewardsInvalidSignature",
    );
    const mine = { ...payout, account: stranger.address };
    await expect(claim(thief, mine)).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
    await expect(claimWithSig(thief, mine, stranger, own)).to.be.revertedWithCustomError(
      rewards,
      "RewardsInvalidProof",
    );
    await expect(claimAndStake(thief, payout)).to.be.revert(ethers);
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE);
    expect(await rewards.claimedOf(0)).to.equal(0n);
  });

  it("a signature kept for later does not cover what is earned later", async () => {
    const suite = await loadFixture(signed);
    const { rewards, attribution, openToken, alice, bob, payout, signature } = suite;
    const later = payoutsOf([
      [alice.address, open(25)],
      [bob.address, open(10)],
    ]);
    await rewards.connect(await impersonate(attribution)).setRoot(1, later.root, await time.latest());
    const grown = { ...payout, slot: 1, count: 2, cumulative: open(25), proof: later.proof(0) };
    await expect(claimWithSig(rewards, grown, bob, signature))
      .to.be.revertedWithCustomError(rewards, "RewardsInvalidSignature")
      .withArgs(alice);
    // Its own amount it still moves, by the root that says so, and the rest is the account's.
    await claimWithSig(rewards, payout, bob, signature);
    await expect(claim(rewards, grown)).to.changeTokenBalances(ethers, openToken, [alice, bob], [open(5), 0]);
  });

  it("a signature works for one chain, one contract and one contributor id, in one form", async () => {
    const suite = await loadFixture(signed);
    const { rewards, attribution, alice, bob, stranger, payout, signature } = suite;
    const refused = async (changed: typeof payout & { slot?: number }, form: string) =>
      expect(claimWithSig(rewards.connect(stranger), changed, bob, form)).to.be.revertedWithCustomError(
        rewards,
        "RewardsInvalidSignature",
      );
    const { short, high } = otherForms(signature);
    await refused(payout, short);
    await refused(payout, high);
    for (const domain of [{ chainId: 1n }, { verifyingContract: stranger.address }, { version: "2" }]) {
      await refused(payout, await signClaim(rewards, alice, payout, bob.address, domain));
    }
    const twice = payoutsOf([
      [alice.address, open(20)],
      [alice.address, open(20)],
    ]);
    await rewards.connect(await impersonate(attribution)).setRoot(1, twice.root, await time.latest());
    await refused({ ...payout, slot: 1, count: 2, contributor: 1, proof: twice.proof(1) }, signature);
  });
});
