import { expect } from "chai";
import { commitScores, contribute, SALT, scoreAll } from "./contributions.ts";
import { BATCH, pending } from "./datanet.ts";
import { ethers, hash, loadFixture, networkHelpers, open, parameter, Status, time } from "./fixtures.ts";

/** All three have committed: 90, 80 and 10. */
async function committed() {
  const suite = await pending();
  const { member, staker, validator } = suite;
  await commitScores(suite, 0, [
    [member, 90],
    [staker, 80],
    [validator, 10],
  ]);
  return suite;
}

describe("Datanets.revealScore", () => {
  it("decides by the median with the last of the committed", async () => {
    const { datanets, member, staker, validator } = await loadFixture(committed);
    await expect(datanets.connect(member).revealScore(0, 90, SALT))
      .to.emit(datanets, "Scored")
      .withArgs(0, member, 1, 90)
      .and.not.to.emit(datanets, "Decided");
    await datanets.connect(validator).revealScore(0, 10, SALT);
    await expect(datanets.connect(staker).revealScore(0, 80, SALT))
      .to.emit(datanets, "Decided")
      .withArgs(0, 1, 80, true)
      .and.to.emit(datanets, "StatusChanged")
      .withArgs(0, Status.Accepted);
    const { startedAt, settlesAt } = await datanets.reviewOf(0);
    expect([startedAt, settlesAt]).to.deep.equal([0n, BigInt(await time.latest()) + parameter("challengeWindow")]);
  });

  it("rejects by a median below 50, and accepts by 50", async () => {
    for (const [score, status] of [
      [49, Status.Rejected],
      [50, Status.Accepted],
    ] as const) {
      const suite = await loadFixture(pending);
      const { datanets, member, staker, validator } = suite;
      await scoreAll(suite, 0, [
        [member, 0],
        [staker, score],
        [validator, 100],
      ]);
      expect((await datanets.contributionOf(0)).status).to.equal(status);
    }
  });

  it("weighs by the stake of the moment before the round", async () => {
    const suite = await loadFixture(pending);
    const { datanets, stakeVault, member, staker, validator, bob } = suite;
    await stakeVault.connect(validator).stake(open(10));
    await stakeVault.connect(staker).stake(open(4));
    await contribute(suite, bob, { ...BATCH, root: hash("more") });
    await stakeVault.connect(member).stake(open(1000)); // too late to count
    await scoreAll(suite, 1, [
      [member, 90],
      [staker, 80],
      [validator, 10],
    ]);
    expect((await datanets.contributionOf(1)).status).to.equal(Status.Rejected);
  });

  it("takes the lower of two scores with half the weight each", async () => {
    const suite = await loadFixture(pending);
    const { datanets, member, staker, alice } = suite;
    await datanets.create("Wasps", "MIT", 0, [member, staker]);
    await contribute(suite, alice, { ...BATCH, datanet: 1 });
    await scoreAll(suite, 1, [
      [member, 100],
      [staker, 20],
    ]);
    expect((await datanets.contributionOf(1)).status).to.equal(Status.Rejected);
  });

  it("gives the last of sixteen members a seat of its own", async () => {
    const suite = await loadFixture(pending);
    const { datanets, member, staker, validator, alice, bob, carol, developer, operator, payer, poster } = suite;
    const more = (await ethers.getSigners()).slice(13, 19);
    const members = [member, staker, validator, bob, carol, developer, operator, payer, poster, suite.stranger];
    const seats = [...members, ...more];
    expect(seats).to.have.length(16);
    const addresses = seats.map(({ address }) => address);
    await datanets.create("Wasps", "MIT", 0, addresses);
    await contribute(suite, alice, { ...BATCH, datanet: 1 });
    await scoreAll(
      suite,
      1,
      seats.map((seat, i) => [seat, 85 + i]),
    );
    const [event] = await datanets.queryFilter(datanets.filters.Decided());
    expect(event!.args.median).to.equal(92n); // the lower of the two in the middle
  });

  it("reverts when the score is above 100", async () => {
    const { datanets, member } = await loadFixture(committed);
    await expect(datanets.connect(member).revealScore(0, 101, SALT))
      .to.be.revertedWithCustomError(datanets, "DatanetInvalidScore")
      .withArgs(101);
  });

  it("reverts when it is another score than the committed", async () => {
    const { datanets, member } = await loadFixture(committed);
    await expect(datanets.connect(member).revealScore(0, 91, SALT)).to.be.revertedWithCustomError(
      datanets,
      "DatanetWrongCommitment",
    );
  });

  it("reverts when the member reveals again", async () => {
    const { datanets, member } = await loadFixture(committed);
    await datanets.connect(member).revealScore(0, 90, SALT);
    await expect(datanets.connect(member).revealScore(0, 90, SALT))
      .to.be.revertedWithCustomError(datanets, "DatanetAlreadyScored")
      .withArgs(member);
  });

  it("reverts while scores are committed", async () => {
    const suite = await loadFixture(pending);
    const { datanets, member } = suite;
    await commitScores(suite, 0, [[member, 90]]);
    const { revealsAt } = await datanets.reviewOf(0);
    await expect(datanets.connect(member).revealScore(0, 90, SALT))
      .to.be.revertedWithCustomError(datanets, "DatanetTooEarly")
      .withArgs(0, revealsAt);
  });

  it("reverts after the time for it", async () => {
    const { datanets, member } = await loadFixture(committed);
    const closesAt = (await datanets.reviewOf(0)).revealsAt + parameter("scorePeriod");
    await time.setNextBlockTimestamp(closesAt);
    await expect(datanets.connect(member).revealScore(0, 90, SALT))
      .to.be.revertedWithCustomError(datanets, "DatanetTooLate")
      .withArgs(0, closesAt);
    await networkHelpers.mine();
  });
});
