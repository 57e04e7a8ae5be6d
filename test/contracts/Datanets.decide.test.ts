import { expect } from "chai";
import { commitScores, SALT, scoreAll } from "./contributions.ts";
import { accepted, pending } from "./datanet.ts";
import { loadFixture, parameter, Status, time } from "./fixtures.ts";

/** member and staker have committed; only `reveals` of them have revealed, and the time for it is over. */
async function silent(reveals: number) {
  const suite = await pending();
  const { datanets, member, staker } = suite;
  await commitScores(suite, 0, [
    [member, 90],
    [staker, 80],
  ]);
  await time.increase(parameter("scorePeriod"));
  if (reveals) await datanets.connect(member).revealScore(0, 90, SALT);
  await time.increase(parameter("scorePeriod"));
  return suite;
}

describe("Datanets.decide", () => {
  it("decides by a strict majority of the seats when the rest is silent", async () => {
    const suite = await loadFixture(pending);
    const { datanets, member, staker, validator } = suite;
    await commitScores(suite, 0, [
      [member, 90],
      [staker, 80],
      [validator, 0],
    ]);
    await datanets.connect(member).revealScore(0, 90, SALT);
    await datanets.connect(staker).revealScore(0, 80, SALT);
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Pending);
    await time.increase(parameter("scorePeriod"));
    await expect(datanets.connect(suite.stranger).decide(0)).to.emit(datanets, "Decided").withArgs(0, 1, 80, true);
  });

  for (const reveals of [0, 1]) {
    it(`opens the round again when ${reveals} of three reveal`, async () => {
      const { datanets, member, staker, ...suite } = await silent(reveals);
      await expect(datanets.decide(0)).to.emit(datanets, "RoundOpened").and.not.to.emit(datanets, "Decided");
      const { round, committed, revealed, scores } = await datanets.reviewOf(0);
      expect([round, committed, revealed, scores]).to.deep.equal([2n, 0n, 0n, 0n]);
      await scoreAll({ datanets }, 0, [
        [member, 20],
        [staker, 30],
        [suite.validator, 40],
      ]);
      expect((await datanets.contributionOf(0)).status).to.equal(Status.Rejected);
    });
  }

  it("reverts before the end of the round", async () => {
    const { datanets } = await loadFixture(pending);
    const opensAt = (await datanets.reviewOf(0)).revealsAt + parameter("scorePeriod");
    await time.setNextBlockTimestamp(opensAt - 1n);
    await expect(datanets.decide(0)).to.be.revertedWithCustomError(datanets, "DatanetTooEarly").withArgs(0, opensAt);
  });

  it("reverts when no round is open", async () => {
    const { datanets } = await loadFixture(accepted);
    await expect(datanets.decide(0)).to.be.revertedWithCustomError(datanets, "DatanetNoRound").withArgs(0);
  });
});
