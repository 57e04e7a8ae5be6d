import { expect } from "chai";
import { scoreAll } from "./contributions.ts";
import { accepted, pending, rejected } from "./datanet.ts";
import { loadFixture, open, PURSE, parameter, Status, type Suite, time } from "./fixtures.ts";

/** The whole committee gives the contribution one score. */
const agree = (suite: Suite, score: number) =>
  scoreAll(suite, 0, [
    [suite.member, score],
    [suite.staker, score],
    [suite.validator, score],
  ]);

describe("Datanets.challenge", () => {
  it("opens another round under a bond, while the verdict stands", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, openToken, bob } = suite;
    expect(await datanets.challengeBondOf(0)).to.equal(open(100));
    await expect(datanets.connect(bob).challenge(0))
      .to.emit(datanets, "Challenged")
      .withArgs(0, bob, open(100))
      .and.to.emit(datanets, "RoundOpened");
    expect(await openToken.balanceOf(bob)).to.equal(PURSE - open(100));
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Accepted);
    expect((await datanets.reviewOf(0)).round).to.equal(2n);
  });

  it("upheld for the contributor, costs its bond: half to the contributor, half to the treasury", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, openToken, alice, bob, timelock } = suite;
    await datanets.connect(bob).challenge(0);
    await agree(suite, 70);
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Accepted);
    expect(await openToken.balanceOf(bob)).to.equal(PURSE - open(100));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(12) + open(50));
    expect(await openToken.balanceOf(timelock)).to.equal(open(50));
    expect((await datanets.reviewOf(0)).challenger).to.match(/^0x0+$/);
  });

  it("upheld against the contributor, costs its bond: all to the treasury", async () => {
    const suite = await loadFixture(rejected);
    const { datanets, openToken, alice, timelock } = suite;
    await datanets.connect(alice).challenge(0);
    await agree(suite, 30);
    expect(await openToken.balanceOf(timelock)).to.equal(open(100));
    await time.increase(parameter("challengeWindow"));
    await datanets.returnBond(0);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(100));
  });

  it("overturning an acceptance, comes back and wins the contribution's bond once settled", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, openToken, alice, bob } = suite;
    await datanets.connect(bob).challenge(0);
    await agree(suite, 20);
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Rejected);
    expect(await openToken.balanceOf(bob)).to.equal(PURSE);
    await time.increase(parameter("challengeWindow"));
    await expect(datanets.returnBond(0)).to.emit(datanets, "BondReturned").withArgs(0, bob, open(12));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(12));
  });

  it("overturning a rejection, comes back and leaves the contribution its bond", async () => {
    const suite = await loadFixture(rejected);
    const { datanets, openToken, alice } = suite;
    await datanets.connect(alice).challenge(0);
    await agree(suite, 90);
    const { status, bond } = await datanets.contributionOf(0);
    expect([status, bond]).to.deep.equal([Status.Accepted, open(12)]);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(12));
  });

  it("doubles its bond every time, whoever was right, and the last verdict counts", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, openToken, alice, bob, carol, timelock } = suite;
    await datanets.connect(bob).challenge(0);
    await agree(suite, 20); // rejected
    expect(await datanets.challengeBondOf(0)).to.equal(open(200));
    await datanets.connect(alice).challenge(0);
    await agree(suite, 80); // accepted again
    expect(await datanets.challengeBondOf(0)).to.equal(open(400));
    await datanets.connect(carol).challenge(0);
    await agree(suite, 80); // upheld
    expect(await openToken.balanceOf(bob)).to.equal(PURSE);
    expect(await openToken.balanceOf(carol)).to.equal(PURSE - open(400));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(12) + open(200));
    expect(await openToken.balanceOf(timelock)).to.equal(open(200));
    expect(await openToken.balanceOf(datanets)).to.equal(open(12));
    await time.increase(parameter("challengeWindow"));
    await datanets.connect(alice).withdrawConsent(0);
    await time.increase(parameter("challengeWindow"));
    await datanets.returnBond(0); // to alice: bob's verdict was overturned
    expect(await openToken.balanceOf(alice)).to.equal(PURSE + open(200));
  });

  it("comes back where the committee is silent, and the verdict stands", async () => {
    const { datanets, openToken, bob } = await loadFixture(accepted);
    await datanets.connect(bob).challenge(0);
    await time.increase(parameter("scorePeriod") * 2n);
    await expect(datanets.decide(0)).to.emit(datanets, "ChallengePaid").withArgs(0, bob, open(100));
    expect(await openToken.balanceOf(bob)).to.equal(PURSE);
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Accepted);
  });

  it("reverts after the window", async () => {
    const { datanets, bob } = await loadFixture(accepted);
    const { settlesAt } = await datanets.reviewOf(0);
    await time.setNextBlockTimestamp(settlesAt);
    await expect(datanets.connect(bob).challenge(0))
      .to.be.revertedWithCustomError(datanets, "DatanetTooLate")
      .withArgs(0, settlesAt);
  });

  it("reverts during another", async () => {
    const { datanets, bob, carol } = await loadFixture(accepted);
    await datanets.connect(bob).challenge(0);
    await expect(datanets.connect(carol).challenge(0))
      .to.be.revertedWithCustomError(datanets, "DatanetUnderReview")
      .withArgs(0);
  });

  it("reverts without a verdict", async () => {
    const { datanets, alice, bob } = await loadFixture(pending);
    await expect(datanets.connect(bob).challenge(0))
      .to.be.revertedWithCustomError(datanets, "DatanetWrongStatus")
      .withArgs(0, Status.Pending);
    await datanets.connect(alice).withdrawConsent(0);
    await expect(datanets.connect(bob).challenge(0))
      .to.be.revertedWithCustomError(datanets, "DatanetWrongStatus")
      .withArgs(0, Status.Withdrawn);
  });
});
