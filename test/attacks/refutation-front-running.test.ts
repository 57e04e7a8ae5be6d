import { expect } from "chai";
import { closed, ethers, loadFixture, open, post, postingOf, time } from "../contracts/fixtures.ts";
import {
  commitmentTo,
  inOneBlock,
  judged,
  mockVerifiers,
  OTHER_PROOF,
  PROOF,
  passReveal,
  SALT,
} from "../contracts/refutations.ts";

/** alice has found that a posting is wrong; the stranger watches the mempool. */
describe("attack: copying a refutation", () => {
  it("brings nothing in the same block, ahead of the one that was copied", async () => {
    const suite = await loadFixture(judged);
    const { refutations, openToken, postingVerifier, alice, stranger, entry, id } = suite;
    await refutations.connect(alice).commitRefutation(await commitmentTo(suite, alice, id));
    const [copied, original] = await inOneBlock(
      (fees) => refutations.connect(stranger).refute(entry, postingVerifier, PROOF, fees),
      (fees) => refutations.connect(alice).refute(entry, postingVerifier, PROOF, fees),
    );
    expect([copied!.status, original!.status]).to.deep.equal([1, 0]);
    expect((await refutations.rewardOf(id)).refuter).to.equal(stranger.address);
    await refutations.connect(alice).takePrecedence(entry, postingVerifier, PROOF, SALT);
    await passReveal(suite);
    await expect(refutations.connect(stranger).takeReward(id)).to.changeTokenBalances(
      ethers,
      openToken,
      [alice, stranger],
      [open(2500), 0n],
    );
  });

  it("brings nothing with other evidence, or with a commitment of the same block", async () => {
    const suite = await loadFixture(judged);
    const { refutations, openToken, postingVerifier, alice, stranger, entry, id } = suite;
    await refutations.connect(alice).commitRefutation(await commitmentTo(suite, alice, id));
    const late = await commitmentTo(suite, stranger, id, OTHER_PROOF);
    await inOneBlock(
      (fees) => refutations.connect(stranger).commitRefutation(late, fees),
      (fees) => refutations.connect(stranger).refute(entry, postingVerifier, OTHER_PROOF, fees),
    );
    await expect(
      refutations.connect(stranger).takePrecedence(entry, postingVerifier, OTHER_PROOF, SALT),
    ).to.be.revertedWithCustomError(refutations, "RefutationNotEarlier");
    await refutations.connect(alice).takePrecedence(entry, postingVerifier, PROOF, SALT);
    await expect(
      refutations.connect(stranger).takePrecedence(entry, postingVerifier, OTHER_PROOF, SALT),
    ).to.be.revertedWithCustomError(refutations, "RefutationNotEarlier");
    await passReveal(suite);
    await expect(refutations.takeReward(id)).to.changeTokenBalances(
      ethers,
      openToken,
      [alice, stranger],
      [open(2500), 0n],
    );
  });

  it("brings nothing by taking a commitment for one's own, or by committing for everybody", async () => {
    const suite = await loadFixture(judged);
    const { refutations, postingVerifier, alice, stranger, entry, id } = suite;
    const commitment = await commitmentTo(suite, alice, id);
    await refutations.connect(stranger).commitRefutation(commitment);
    await refutations.connect(stranger).refute(entry, postingVerifier, PROOF);
    await expect(
      refutations.connect(stranger).takePrecedence(entry, postingVerifier, PROOF, SALT),
    ).to.be.revertedWithCustomError(refutations, "RefutationNotEarlier");
    // It was alice's, whoever sent it.
    await refutations.connect(alice).takePrecedence(entry, postingVerifier, PROOF, SALT);
    expect((await refutations.rewardOf(id)).refuter).to.equal(alice.address);
  });
});

describe("attack: refuting oneself", () => {
  it("costs a poster half of its bond, though its commitment is the earliest there can be", async () => {
    const suite = await loadFixture(closed);
    await mockVerifiers(suite);
    const { refutations, attribution, openToken, postingVerifier, poster, alice } = suite;
    const posting = await postingOf(suite);
    const before = (await openToken.balanceOf(poster)) + (await attribution.freeBond(poster));
    const activatesAt = BigInt(await time.latest()) + 100n + (await attribution.WINDOW());
    const id = await attribution.idOf({ posting, poster, activatesAt });
    await refutations.connect(poster).commitRefutation(await commitmentTo(suite, poster, id));
    await time.setNextBlockTimestamp(activatesAt - (await attribution.WINDOW()));
    const { entry } = await post(suite, posting);
    await refutations.connect(alice).refute(entry, postingVerifier, PROOF);
    await refutations.connect(poster).takePrecedence(entry, postingVerifier, PROOF, SALT);
    await passReveal(suite);
    await refutations.takeReward(id);
    const after = (await openToken.balanceOf(poster)) + (await attribution.freeBond(poster));
    expect(before - after).to.equal(open(2500));
  });
});
