import { expect } from "chai";
import { ethers, live, loadFixture, open, proposed, State } from "./fixtures.ts";
import { commitmentTo, mockVerifiers, NO_PROOF, PROOF, passReveal, SALT } from "./refutations.ts";

async function indexed() {
  const suite = await proposed();
  await mockVerifiers(suite);
  const verifier = await suite.refutations.INDEX_VERIFIER();
  const coder = ethers.AbiCoder.defaultAbiCoder();
  return { ...suite, verifier, target: ethers.keccak256(coder.encode(["address", "uint256"], [verifier, 0])) };
}

describe("Refutations.refuteIndex", () => {
  it("ends the version and owes half of its bond to the refuter", async () => {
    const suite = await loadFixture(indexed);
    const { refutations, models, openToken, stranger, target } = suite;
    await refutations.connect(stranger).refuteIndex(0, PROOF);
    expect(await models.stateOf(0)).to.equal(State.Retired);
    await passReveal(suite);
    await expect(refutations.takeReward(target)).to.changeTokenBalances(
      ethers,
      openToken,
      [refutations, stranger],
      [-open(500), open(500)],
    );
  });

  it("gives the reward to an earlier commitment", async () => {
    const suite = await loadFixture(indexed);
    const { refutations, openToken, alice, stranger, verifier, target } = suite;
    await refutations.connect(alice).commitRefutation(await commitmentTo(suite, alice, target, PROOF, verifier));
    await refutations.connect(stranger).refuteIndex(0, "0x01");
    await refutations.connect(alice).takeIndexPrecedence(0, PROOF, SALT);
    await passReveal(suite);
    await expect(refutations.takeReward(target)).to.changeTokenBalances(ethers, openToken, [alice], [open(500)]);
  });

  it("suspends a live version, whose bond is back, for no reward", async () => {
    const suite = await loadFixture(live);
    await mockVerifiers(suite);
    const { refutations, models } = suite;
    await expect(refutations.refuteIndex(0, PROOF)).not.to.emit(refutations, "Refuted");
    expect(await models.stateOf(0)).to.equal(State.Suspended);
  });

  it("reverts the second time", async () => {
    const suite = await loadFixture(indexed);
    const { refutations, models } = suite;
    await refutations.refuteIndex(0, PROOF);
    await expect(refutations.refuteIndex(0, PROOF))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Retired);
  });

  it("reverts when the evidence proves nothing", async () => {
    const { refutations, target } = await loadFixture(indexed);
    for (const call of [
      () => refutations.refuteIndex(0, NO_PROOF),
      () => refutations.takeIndexPrecedence(0, NO_PROOF, SALT),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(refutations, "RefutationNotProved").withArgs(target);
    }
  });
});
