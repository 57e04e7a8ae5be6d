import { expect } from "chai";
import {
  closed,
  emptyPosting,
  ethers,
  loadFixture,
  open,
  parameter,
  passDeadline,
  post,
  postingOf,
  time,
  ZERO,
} from "./fixtures.ts";
import { judged, mockVerifiers, NO_PROOF, PROOF, passReveal } from "./refutations.ts";

/** Two postings in one window: the poster's, and alice's of an empty epoch on top of it. */
async function stacked() {
  const suite = await closed();
  await mockVerifiers(suite);
  const { attribution, alice, epoch } = suite;
  await time.increaseTo((await attribution.logDeadline(epoch + 1n)) - 100n);
  const first = await post(suite, await postingOf(suite));
  await passDeadline(suite, epoch + 1n);
  await attribution.connect(alice).depositBond(open(5000));
  const second = await post(suite, await emptyPosting(suite), alice);
  return { ...suite, first, second };
}

describe("Refutations.refute", () => {
  it("voids a posting by proof, and owes half of its bond to the refuter", async () => {
    const { refutations, attribution, openToken, postingVerifier, stranger, entry, id, poster } =
      await loadFixture(judged);
    const supply = await openToken.totalSupply();
    const call = refutations.connect(stranger).refute(entry, postingVerifier, PROOF);
    await expect(call).to.emit(attribution, "Voided").withArgs(id, true);
    const block = BigInt(await ethers.provider.getBlockNumber());
    const takeableAt = block + (await refutations.REVEAL_BLOCKS());
    await expect(call).to.emit(refutations, "Refuted").withArgs(id, stranger, postingVerifier, takeableAt);
    expect(await refutations.rewardOf(id)).to.deep.equal([stranger.address, block, takeableAt]);
    expect(await attribution.head()).to.equal(ZERO);
    expect(await attribution.isPending(entry)).to.equal(false);
    // Nothing has moved yet but the poster's claim to its bond.
    expect(await openToken.totalSupply()).to.equal(supply);
    expect(await openToken.balanceOf(attribution)).to.equal(open(15_000));
    expect(await attribution.freeBond(poster)).to.equal(open(10_000));
  });

  it("lets the epochs be posted again", async () => {
    const suite = await loadFixture(judged);
    const { refutations, attribution, postingVerifier, stranger, entry } = suite;
    await refutations.connect(stranger).refute(entry, postingVerifier, PROOF);
    const again = await post(suite, await postingOf(suite));
    expect(await attribution.head()).to.equal(again.id);
    expect(await attribution.isPending(again.entry)).to.equal(true);
  });

  it("voids what was posted on top, whose bonds can be reclaimed", async () => {
    const suite = await loadFixture(stacked);
    const { refutations, attribution, postingVerifier, poster, alice, stranger, first, second } = suite;
    const call = refutations.connect(stranger).refute(first.entry, postingVerifier, PROOF);
    await expect(call).to.emit(attribution, "Voided").withArgs(second.id, false);
    await expect(call).to.emit(attribution, "Voided").withArgs(first.id, true);
    await attribution.reclaimBond(second.entry);
    expect(await attribution.freeBond(alice)).to.equal(open(5000));
    expect(await attribution.freeBond(poster)).to.equal(open(10_000));
  });

  it("leaves an ancestor in the line", async () => {
    const { refutations, attribution, postingVerifier, stranger, first, second } = await loadFixture(stacked);
    await refutations.connect(stranger).refute(second.entry, postingVerifier, PROOF);
    expect(await attribution.head()).to.equal(first.id);
    expect(await attribution.isPending(first.entry)).to.equal(true);
    expect(await attribution.isPending(second.entry)).to.equal(false);
  });

  it("reverts when the evidence proves nothing", async () => {
    const { refutations, postingVerifier, entry, id } = await loadFixture(judged);
    for (const evidence of [NO_PROOF, "0x"]) {
      await expect(refutations.refute(entry, postingVerifier, evidence))
        .to.be.revertedWithCustomError(refutations, "RefutationNotProved")
        .withArgs(id);
    }
  });

  it("asks no verifier but those that were fixed", async () => {
    const { refutations, stranger, entry } = await loadFixture(judged);
    const mine = await ethers.deployContract("Verifiers");
    expect(await refutations.isVerifier(mine)).to.equal(false);
    for (const verifier of [await mine.getAddress(), stranger.address, ethers.ZeroAddress]) {
      await expect(refutations.refute(entry, verifier, PROOF))
        .to.be.revertedWithCustomError(refutations, "RefutationUnknownVerifier")
        .withArgs(verifier);
    }
  });

  it("reverts the second time, be the reward taken or not", async () => {
    const suite = await loadFixture(judged);
    const { refutations, attribution, postingVerifier, entry, id } = suite;
    await refutations.refute(entry, postingVerifier, PROOF);
    await expect(refutations.refute(entry, postingVerifier, PROOF))
      .to.be.revertedWithCustomError(refutations, "RefutationDone")
      .withArgs(id);
    await passReveal(suite);
    await refutations.takeReward(id);
    await expect(refutations.refute(entry, postingVerifier, PROOF))
      .to.be.revertedWithCustomError(attribution, "AttributionNotPending")
      .withArgs(id);
  });

  it("reverts once the window is over, final or not", async () => {
    const { refutations, attribution, postingVerifier, entry, id } = await loadFixture(judged);
    await time.increase(parameter("window"));
    const late = () =>
      expect(refutations.refute(entry, postingVerifier, PROOF))
        .to.be.revertedWithCustomError(attribution, "AttributionWindowClosed")
        .withArgs(id);
    await late();
    await attribution.finalize(entry);
    await late();
  });

  it("reverts for a posting that never was", async () => {
    const { refutations, attribution, postingVerifier, stranger, entry } = await loadFixture(judged);
    const other = { ...entry, poster: stranger.address };
    await expect(refutations.refute(other, postingVerifier, PROOF))
      .to.be.revertedWithCustomError(attribution, "AttributionNotPending")
      .withArgs(await attribution.idOf(other));
  });
});
