import { expect } from "chai";
import { ethers, loadFixture, networkHelpers, open, PURSE, totalBalance } from "./fixtures.ts";
import { judged, PROOF, passReveal } from "./refutations.ts";

describe("Refutations.takeReward", () => {
  it("burns half of the bond and pays half to the refuter, whoever calls", async () => {
    const suite = await loadFixture(judged);
    const { refutations, attribution, openToken, postingVerifier, stranger, alice, entry, id } = suite;
    await refutations.connect(stranger).refute(entry, postingVerifier, PROOF);
    await passReveal(suite);
    const supply = await openToken.totalSupply();
    const call = refutations.connect(alice).takeReward(id);
    await expect(call).to.changeTokenBalances(ethers, openToken, [attribution, stranger], [-open(5000), open(2500)]);
    await expect(call).to.emit(refutations, "RewardTaken").withArgs(id, stranger);
    await expect(call).to.emit(attribution, "SlashPaid").withArgs(stranger, open(2500));
    expect(await openToken.totalSupply()).to.equal(supply - open(2500));
    expect(await totalBalance(suite)).to.equal(await openToken.totalSupply());
  });

  it("pays once", async () => {
    const suite = await loadFixture(judged);
    const { refutations, postingVerifier, stranger, entry, id } = suite;
    await refutations.connect(stranger).refute(entry, postingVerifier, PROOF);
    await passReveal(suite);
    await refutations.takeReward(id);
    expect(await refutations.rewardOf(id)).to.deep.equal([ethers.ZeroAddress, 0n, 0n]);
    await expect(refutations.takeReward(id))
      .to.be.revertedWithCustomError(refutations, "RefutationNoReward")
      .withArgs(id);
  });

  it("pays from the first block after the reveal on", async () => {
    const suite = await loadFixture(judged);
    const { refutations, postingVerifier, entry, id } = suite;
    await refutations.refute(entry, postingVerifier, PROOF);
    const { takeableAt } = await refutations.rewardOf(id);
    await networkHelpers.mineUpTo(takeableAt - 2n);
    await expect(refutations.takeReward(id))
      .to.be.revertedWithCustomError(refutations, "RefutationRevealOpen")
      .withArgs(takeableAt);
    await networkHelpers.mineUpTo(takeableAt - 1n);
    await refutations.takeReward(id);
  });

  it("leaves a poster that refutes itself with half", async () => {
    const suite = await loadFixture(judged);
    const { refutations, attribution, openToken, postingVerifier, poster, entry, id } = suite;
    await refutations.connect(poster).refute(entry, postingVerifier, PROOF);
    await passReveal(suite);
    await refutations.takeReward(id);
    await attribution.connect(poster).withdrawBond(open(10_000));
    expect(await openToken.balanceOf(poster)).to.equal(PURSE - open(2500));
  });

  it("reverts when nothing was refuted", async () => {
    const { refutations, id } = await loadFixture(judged);
    await expect(refutations.takeReward(id))
      .to.be.revertedWithCustomError(refutations, "RefutationNoReward")
      .withArgs(id);
  });
});
