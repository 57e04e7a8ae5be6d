import { expect } from "chai";
import { commitScores, sealed } from "./contributions.ts";
import { accepted, pending } from "./datanet.ts";
import { hash, loadFixture, parameter, time } from "./fixtures.ts";

describe("Datanets.commitScore", () => {
  it("seals a member's score", async () => {
    const suite = await loadFixture(pending);
    const { datanets, member } = suite;
    await expect(datanets.connect(member).commitScore(0, hash("sealed")))
      .to.emit(datanets, "ScoreCommitted")
      .withArgs(0, member, 1);
    expect((await datanets.reviewOf(0)).committed).to.equal(1n);
  });

  it("opens the reveals at once when the whole committee has committed", async () => {
    const suite = await loadFixture(pending);
    const { datanets, member, staker, validator } = suite;
    await commitScores(suite, 0, [
      [member, 1],
      [staker, 2],
      [validator, 3],
    ]);
    const { committed, revealsAt } = await datanets.reviewOf(0);
    expect([committed, revealsAt]).to.deep.equal([7n, BigInt(await time.latest())]);
  });

  it("reverts when the caller has no seat in this committee", async () => {
    const { datanets, alice, stranger } = await loadFixture(pending);
    await datanets.create("Wasps", "MIT", 0, [stranger]);
    for (const account of [alice, stranger]) {
      await expect(datanets.connect(account).commitScore(0, hash("sealed")))
        .to.be.revertedWithCustomError(datanets, "DatanetNotCommittee")
        .withArgs(account);
    }
  });

  it("reverts the second time", async () => {
    const suite = await loadFixture(pending);
    const { datanets, member } = suite;
    await datanets.connect(member).commitScore(0, hash("sealed"));
    await expect(datanets.connect(member).commitScore(0, hash("other")))
      .to.be.revertedWithCustomError(datanets, "DatanetAlreadyScored")
      .withArgs(member);
  });

  it("reverts when scores are being revealed", async () => {
    const { datanets, member } = await loadFixture(pending);
    const { revealsAt } = await datanets.reviewOf(0);
    await time.setNextBlockTimestamp(revealsAt);
    await expect(datanets.connect(member).commitScore(0, hash("sealed")))
      .to.be.revertedWithCustomError(datanets, "DatanetTooLate")
      .withArgs(0, revealsAt);
    expect(revealsAt).to.equal((await datanets.reviewOf(0)).startedAt + parameter("scorePeriod"));
  });

  it("reverts when no round is open, or there is no such contribution", async () => {
    const { datanets, member } = await loadFixture(accepted);
    await expect(datanets.connect(member).commitScore(0, hash("sealed")))
      .to.be.revertedWithCustomError(datanets, "DatanetNoRound")
      .withArgs(0);
    await expect(datanets.connect(member).commitScore(9, hash("sealed")))
      .to.be.revertedWithCustomError(datanets, "DatanetUnknownContribution")
      .withArgs(9);
  });

  it("is bound to contribution, round, member and score", async () => {
    const suite = await loadFixture(pending);
    const { datanets, member, staker } = suite;
    const SALT = hash("salt");
    const all = new Set([
      await sealed(suite, 0, member, 1),
      await sealed(suite, 0, staker, 1),
      await sealed(suite, 0, member, 2),
      await datanets.scoreCommitmentOf(1, 1, member, 1, SALT),
      await datanets.scoreCommitmentOf(0, 2, member, 1, SALT),
    ]);
    expect(all.size).to.equal(5);
  });
});
