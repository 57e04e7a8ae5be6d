import { expect } from "chai";
import {
  approved,
  evaluated,
  impersonate,
  live,
  loadFixture,
  open,
  proposed,
  State,
  type Suite,
  trained,
} from "./fixtures.ts";

/** With a signer for the judge, which is Refutations. */
const judged = async <S extends Suite>(suite: S) => ({ ...suite, judge: await impersonate(suite.refutations) });
const judgedProposed = async () => judged(await proposed());
const judgedApproved = async () => judged(await approved());
const judgedTrained = async () => judged(await trained());
const judgedEvaluated = async () => judged(await evaluated());
const judgedLive = async () => judged(await live());

describe("Models.strike", () => {
  for (const [name, fixture] of [
    ["proposed", judgedProposed],
    ["approved", judgedApproved],
    ["trained", judgedTrained],
    ["evaluated", judgedEvaluated],
  ] as const) {
    it(`retires a version that is ${name}, and gives its bond to the judge`, async () => {
      const { models, openToken, judge } = await loadFixture(fixture);
      const before = await openToken.balanceOf(judge);
      expect(await models.connect(judge).strike.staticCall(0)).to.equal(open(1000));
      await expect(models.connect(judge).strike(0))
        .to.emit(models, "Retired")
        .withArgs(0)
        .and.to.emit(models, "BondForfeited")
        .withArgs(0, open(1000));
      expect(await models.stateOf(0)).to.equal(State.Retired);
      expect(await openToken.balanceOf(judge)).to.equal(before + open(1000));
    });
  }

  it("suspends a live one, whose bond went back when it went live", async () => {
    const { models, openToken, judge } = await loadFixture(judgedLive);
    const before = await openToken.balanceOf(judge);
    await expect(models.connect(judge).strike(0)).to.emit(models, "Suspended").withArgs(0);
    expect(await models.stateOf(0)).to.equal(State.Suspended);
    expect(await openToken.balanceOf(judge)).to.equal(before);
  });

  it("reverts when the version is over already", async () => {
    const { models, judge } = await loadFixture(judgedLive);
    await models.connect(judge).strike(0);
    await expect(models.connect(judge).strike(0))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Suspended);
  });

  it("reverts when there is no such version", async () => {
    const { models, judge } = await loadFixture(judgedLive);
    await expect(models.connect(judge).strike(1)).to.be.revertedWithCustomError(models, "ModelUnknown").withArgs(1);
  });

  it("reverts when anybody but the judge calls", async () => {
    const { models, developer, holder } = await loadFixture(judgedLive);
    for (const account of [developer, holder]) {
      await expect(models.connect(account).strike(0))
        .to.be.revertedWithCustomError(models, "ModelNotJudge")
        .withArgs(account);
    }
  });
});
