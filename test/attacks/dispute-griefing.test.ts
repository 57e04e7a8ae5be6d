import { expect } from "chai";
import { scoreAll } from "../contracts/contributions.ts";
import { accepted, rejected } from "../contracts/datanet.ts";
import { loadFixture, open, PURSE, parameter, Status, type Suite, time } from "../contracts/fixtures.ts";

const agree = (suite: Suite, score: number) =>
  scoreAll(suite, 0, [
    [suite.member, score],
    [suite.staker, score],
    [suite.validator, score],
  ]);

describe("attack: dispute griefing", () => {
  it("stalls nothing: an accepted contribution stays accepted all along", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, stranger } = suite;
    for (let i = 0; i < 4; i++) {
      await datanets.connect(stranger).challenge(0);
      expect((await datanets.contributionOf(0)).status).to.equal(Status.Accepted);
      await agree(suite, 80);
    }
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Accepted);
  });

  it("costs its author twice as much every time, and pays its victim half of it", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, openToken, alice, stranger } = suite;
    for (let i = 0; i < 5; i++) {
      await datanets.connect(stranger).challenge(0);
      await agree(suite, 80);
    }
    const lost = open(100 + 200 + 400 + 800 + 1600);
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE - lost);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(12) + lost / 2n);
  });

  it("by oneself, to price others out, costs half of every bond", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, openToken, alice, timelock } = suite;
    for (let i = 0; i < 3; i++) {
      await datanets.connect(alice).challenge(0);
      await agree(suite, 80);
    }
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(12) - open(350));
    expect(await openToken.balanceOf(timelock)).to.equal(open(350));
    // and prices nobody out: the window is open anew, at a price that is known
    expect(await datanets.challengeBondOf(0)).to.equal(open(800));
  });

  it("does not block the contributor's exit", async () => {
    const { datanets, openToken, alice, stranger } = await loadFixture(accepted);
    await datanets.connect(stranger).challenge(0);
    await datanets.connect(alice).withdrawConsent(0);
    await time.increase(parameter("scorePeriod") * 2n);
    await datanets.decide(0); // the committee is silent
    await time.increase(parameter("challengeWindow"));
    await datanets.returnBond(0);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE);
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE);
  });

  it("cannot hold a withdrawn or rejected bond longer than its own rounds last", async () => {
    const suite = await loadFixture(rejected);
    const { datanets, openToken, alice, stranger } = suite;
    await datanets.connect(stranger).challenge(0);
    await agree(suite, 10);
    await time.increase(parameter("challengeWindow"));
    await expect(datanets.connect(stranger).challenge(0)).to.be.revertedWithCustomError(datanets, "DatanetTooLate");
    await datanets.returnBond(0);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE);
  });

  it("cannot take the contribution's bond before the verdict is final", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, alice, stranger } = suite;
    await datanets.connect(stranger).challenge(0);
    await agree(suite, 10);
    await expect(datanets.returnBond(0)).to.be.revertedWithCustomError(datanets, "DatanetTooEarly");
    await datanets.connect(alice).challenge(0);
    await agree(suite, 80);
    expect((await datanets.contributionOf(0)).bond).to.equal(open(12));
  });

  it("cannot buy the verdict with stake that comes after the challenge", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, stakeVault, stranger, validator } = suite;
    await datanets.connect(stranger).challenge(0);
    await stakeVault.connect(validator).stake(open(900_000));
    await scoreAll(suite, 0, [
      [suite.member, 90],
      [suite.staker, 80],
      [validator, 0],
    ]);
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Accepted);
  });
});
