import { expect } from "chai";
import { ethers, loadFixture, networkHelpers, open } from "./fixtures.ts";
import { commitmentTo, judged, NO_PROOF, OTHER_PROOF, PROOF, passReveal, SALT } from "./refutations.ts";

/** alice has committed first, bob next, and the stranger has shown the refutation without a commitment. */
async function contested() {
  const suite = await judged();
  const { refutations, postingVerifier, alice, bob, stranger, entry, id } = suite;
  await refutations.connect(alice).commitRefutation(await commitmentTo(suite, alice, id));
  await refutations.connect(bob).commitRefutation(await commitmentTo(suite, bob, id, OTHER_PROOF));
  const bobAt = BigInt(await ethers.provider.getBlockNumber());
  await refutations.connect(stranger).refute(entry, postingVerifier, PROOF);
  return { ...suite, bobAt };
}

describe("Refutations.takePrecedence", () => {
  it("gives the reward to the earliest commitment that is shown, by whatever evidence", async () => {
    const suite = await loadFixture(contested);
    const { refutations, openToken, postingVerifier, alice, bob, entry, id, bobAt } = suite;
    await expect(refutations.connect(bob).takePrecedence(entry, postingVerifier, OTHER_PROOF, SALT))
      .to.emit(refutations, "PrecedenceTaken")
      .withArgs(id, bob, bobAt);
    await refutations.connect(alice).takePrecedence(entry, postingVerifier, PROOF, SALT);
    await expect(refutations.connect(bob).takePrecedence(entry, postingVerifier, OTHER_PROOF, SALT))
      .to.be.revertedWithCustomError(refutations, "RefutationNotEarlier")
      .withArgs(bobAt, bobAt - 1n);
    await passReveal(suite);
    await expect(refutations.takeReward(id)).to.changeTokenBalances(ethers, openToken, [alice], [open(2500)]);
  });

  it("takes no commitment of the refutation's own block, or a later one", async () => {
    const suite = await loadFixture(contested);
    const { refutations, postingVerifier, carol, entry, id } = suite;
    const { committedBlock } = await refutations.rewardOf(id);
    await refutations.connect(carol).commitRefutation(await commitmentTo(suite, carol, id));
    await expect(refutations.connect(carol).takePrecedence(entry, postingVerifier, PROOF, SALT))
      .to.be.revertedWithCustomError(refutations, "RefutationNotEarlier")
      .withArgs(committedBlock + 1n, committedBlock);
  });

  it("takes nobody else's commitment, and none with another salt or evidence", async () => {
    const { refutations, postingVerifier, alice, stranger, entry } = await loadFixture(contested);
    for (const [account, evidence, salt] of [
      [stranger, PROOF, SALT],
      [alice, OTHER_PROOF, SALT],
      [alice, PROOF, ethers.id("other")],
    ] as const) {
      await expect(
        refutations.connect(account).takePrecedence(entry, postingVerifier, evidence, salt),
      ).to.be.revertedWithCustomError(refutations, "RefutationNotEarlier");
    }
  });

  it("takes no commitment to evidence that proves nothing", async () => {
    const suite = await loadFixture(judged);
    const { refutations, postingVerifier, bob, stranger, entry, id } = suite;
    await refutations.connect(bob).commitRefutation(await commitmentTo(suite, bob, id, NO_PROOF));
    await refutations.connect(stranger).refute(entry, postingVerifier, PROOF);
    await expect(refutations.connect(bob).takePrecedence(entry, postingVerifier, NO_PROOF, SALT))
      .to.be.revertedWithCustomError(refutations, "RefutationNotProved")
      .withArgs(id);
  });

  it("is open while the reward cannot be taken, and no longer", async () => {
    const { refutations, postingVerifier, alice, bob, entry, id } = await loadFixture(contested);
    const { takeableAt } = await refutations.rewardOf(id);
    await networkHelpers.mineUpTo(takeableAt - 2n);
    await refutations.connect(bob).takePrecedence(entry, postingVerifier, OTHER_PROOF, SALT);
    await expect(refutations.connect(alice).takePrecedence(entry, postingVerifier, PROOF, SALT))
      .to.be.revertedWithCustomError(refutations, "RefutationRevealOver")
      .withArgs(takeableAt);
  });

  it("reverts where nothing was refuted", async () => {
    const { refutations, postingVerifier, entry, id } = await loadFixture(judged);
    await expect(refutations.takePrecedence(entry, postingVerifier, PROOF, SALT))
      .to.be.revertedWithCustomError(refutations, "RefutationNoReward")
      .withArgs(id);
  });

  it("counts a commitment from its first block on", async () => {
    const suite = await loadFixture(judged);
    const { refutations, alice, bob, id } = suite;
    const commitment = await commitmentTo(suite, alice, id);
    // Whoever copies it commits for alice.
    await expect(refutations.connect(bob).commitRefutation(commitment))
      .to.emit(refutations, "RefutationCommitted")
      .withArgs(commitment);
    const block = BigInt(await ethers.provider.getBlockNumber());
    await expect(refutations.connect(alice).commitRefutation(commitment))
      .to.be.revertedWithCustomError(refutations, "RefutationKnown")
      .withArgs(commitment);
    expect(await refutations.committedAt(commitment)).to.equal(block);
  });
});
