import { expect } from "chai";
import { contributed, loadFixture, open, parameter, terms, time } from "./fixtures.ts";

describe("Models.requiredBond", () => {
  it("rises by a quarter with every proposal, whoever proposes, and falls back linearly", async () => {
    const suite = await loadFixture(contributed);
    const { models, developer, stranger } = suite;
    const proposal = await terms(suite);
    const start = (await time.latest()) + 10;
    await time.setNextBlockTimestamp(start);
    await models.connect(developer).propose(proposal, open(1000), "");
    expect(await models.requiredBond()).to.equal(open(1250));
    await time.increaseTo(start + Number(parameter("bondDecay")) / 2);
    expect(await models.requiredBond()).to.equal(open(1125));
    await time.setNextBlockTimestamp(BigInt(start) + parameter("bondDecay") - 1n);
    await models.connect(stranger).propose(proposal, open(1001), "");
    expect(await models.requiredBond()).to.be.greaterThan(open(1250));
    await time.increase(parameter("bondDecay"));
    expect(await models.requiredBond()).to.equal(await models.MINIMUM_BOND());
  });

  it("prices a flood out: ten proposals at once cost more than thirty times the minimum", async () => {
    const suite = await loadFixture(contributed);
    const { models, developer } = suite;
    const proposal = await terms(suite);
    let total = 0n;
    for (let i = 0; i < 10; i++) {
      const bond = (await models.requiredBond()) + open(1); // a wei a second would do
      await models.connect(developer).propose(proposal, bond, "");
      total += bond;
    }
    expect(total).to.be.greaterThan(open(30_000));
  });

  it("is refused when it is below", async () => {
    const suite = await loadFixture(contributed);
    const { models, developer } = suite;
    const proposal = await terms(suite);
    const at = (await time.latest()) + 5;
    await time.setNextBlockTimestamp(at);
    await models.connect(developer).propose(proposal, open(1000), "");
    await time.setNextBlockTimestamp(at + 36); // a hundredth of the decay
    await expect(models.connect(developer).propose(proposal, open("1247.5") - 1n, ""))
      .to.be.revertedWithCustomError(models, "ModelBondTooLow")
      .withArgs(open("1247.5") - 1n, open("1247.5"));
  });
});
