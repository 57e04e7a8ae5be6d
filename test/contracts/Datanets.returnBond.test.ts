import { expect } from "chai";
import { commit, scoreAll } from "./contributions.ts";
import { accepted, BATCH, pending, rejected } from "./datanet.ts";
import { hash, loadFixture, open, PURSE, parameter, Status, time } from "./fixtures.ts";

describe("Datanets.returnBond", () => {
  it("pays the bond of a rejected contribution to its contributor after the window, whoever calls", async () => {
    const { datanets, openToken, alice, stranger } = await loadFixture(rejected);
    await time.increase(parameter("challengeWindow"));
    await expect(datanets.connect(stranger).returnBond(0))
      .to.emit(datanets, "BondReturned")
      .withArgs(0, alice, open(12));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE);
  });

  it("pays the bond of a withdrawn contribution", async () => {
    for (const fixture of [accepted, pending]) {
      const { datanets, openToken, alice } = await loadFixture(fixture);
      await datanets.connect(alice).withdrawConsent(0);
      await time.increase(parameter("challengeWindow"));
      await datanets.returnBond(0);
      expect(await openToken.balanceOf(alice)).to.equal(PURSE);
    }
  });

  it("reverts while the verdict can be challenged, and for as long after a withdrawal", async () => {
    const { datanets, alice } = await loadFixture(accepted);
    await time.increase(parameter("challengeWindow"));
    await datanets.connect(alice).withdrawConsent(0);
    const { settlesAt } = await datanets.reviewOf(0);
    await time.setNextBlockTimestamp(settlesAt - 1n);
    await expect(datanets.returnBond(0))
      .to.be.revertedWithCustomError(datanets, "DatanetTooEarly")
      .withArgs(0, settlesAt);
  });

  it("reverts during a challenge", async () => {
    const suite = await loadFixture(rejected);
    await suite.datanets.connect(suite.bob).challenge(0);
    await time.increase(parameter("challengeWindow"));
    await expect(suite.datanets.returnBond(0))
      .to.be.revertedWithCustomError(suite.datanets, "DatanetUnderReview")
      .withArgs(0);
  });

  it("reverts the second time", async () => {
    const { datanets } = await loadFixture(rejected);
    await time.increase(parameter("challengeWindow"));
    await datanets.returnBond(0);
    await expect(datanets.returnBond(0)).to.be.revertedWithCustomError(datanets, "DatanetNoBond").withArgs(0);
  });

  it("reverts while the contribution is committed, pending or accepted", async () => {
    const suite = await loadFixture(pending);
    const { datanets, member, staker, validator, bob } = suite;
    const refused = async (contribution: number, status: bigint) =>
      expect(datanets.returnBond(contribution))
        .to.be.revertedWithCustomError(datanets, "DatanetWrongStatus")
        .withArgs(contribution, status);
    await commit(suite, bob, { ...BATCH, root: hash("more") });
    await refused(1, Status.Committed);
    await refused(0, Status.Pending);
    await scoreAll(suite, 0, [
      [member, 90],
      [staker, 80],
      [validator, 70],
    ]);
    await refused(0, Status.Accepted);
  });
});
