import { expect } from "chai";
import { contributed, ethers, loadFixture, open, PURSE, SPLIT, State, terms, ZERO } from "./fixtures.ts";

describe("Models.propose", () => {
  it("freezes the terms under a bond, as an ERC-721 of the developer", async () => {
    const suite = await loadFixture(contributed);
    const { models, openToken, developer } = suite;
    const proposal = await terms(suite);
    await expect(models.connect(developer).propose(proposal, open(1000), "file:p")).to.emit(models, "Proposed");
    expect(await models.stateOf(0)).to.equal(State.Proposed);
    expect(await models.ownerOf(0)).to.equal(developer.address);
    expect(await models.developerOf(0)).to.equal(developer.address);
    expect(await models.modelCount()).to.equal(1n);
    expect(await openToken.balanceOf(developer)).to.equal(PURSE - open(1000));
    const frozen = await models.termsOf(0);
    expect(frozen.operator).to.equal(proposal.operator);
    expect(frozen.split).to.deep.equal(Object.values(SPLIT));
    expect(frozen.indexRoot).to.equal(proposal.indexRoot);
    expect(frozen.targetMilliPerplexity).to.equal(9000n);
  });

  it("reverts when the split does not add up to 10,000", async () => {
    const suite = await loadFixture(contributed);
    const { models, developer } = suite;
    const split = { ...SPLIT, treasury: 501n };
    await expect(models.connect(developer).propose({ ...(await terms(suite)), split }, open(1000), ""))
      .to.be.revertedWithCustomError(models, "ModelSplitSum")
      .withArgs(10_001);
  });

  it("reverts when no operator is named", async () => {
    const suite = await loadFixture(contributed);
    const { models, developer } = suite;
    await expect(
      models.connect(developer).propose({ ...(await terms(suite)), operator: ethers.ZeroAddress }, open(1000), ""),
    ).to.be.revertedWithCustomError(models, "ModelNoOperator");
  });

  for (const name of ["manifestHash", "baseHash", "adapterHash", "indexRoot"]) {
    it(`reverts when ${name} is missing`, async () => {
      const suite = await loadFixture(contributed);
      const { models, developer } = suite;
      await expect(
        models.connect(developer).propose({ ...(await terms(suite)), [name]: ZERO }, open(1000), ""),
      ).to.be.revertedWithCustomError(models, "ModelMissingHash");
    });
  }

  it("reverts when the snapshot is of a block to come", async () => {
    const suite = await loadFixture(contributed);
    const { models, developer } = suite;
    const snapshotBlock = (await ethers.provider.getBlockNumber()) + 2;
    await expect(models.connect(developer).propose({ ...(await terms(suite)), snapshotBlock }, open(1000), ""))
      .to.be.revertedWithCustomError(models, "ModelFutureSnapshot")
      .withArgs(snapshotBlock);
  });

  it("reverts when the Datanet is not there", async () => {
    const suite = await loadFixture(contributed);
    const { models, datanets, developer } = suite;
    await expect(models.connect(developer).propose({ ...(await terms(suite)), datanet: 1 }, open(1000), ""))
      .to.be.revertedWithCustomError(datanets, "DatanetUnknown")
      .withArgs(1);
  });

  it("reverts when the bond is below the minimum", async () => {
    const suite = await loadFixture(contributed);
    const { models, developer } = suite;
    await expect(models.connect(developer).propose(await terms(suite), open(1000) - 1n, ""))
      .to.be.revertedWithCustomError(models, "ModelBondTooLow")
      .withArgs(open(1000) - 1n, open(1000));
  });

  it("reverts when asked for a version that is not there", async () => {
    const { models } = await loadFixture(contributed);
    expect(await models.stateOf(0)).to.equal(0n);
    for (const call of [models.termsOf(0), models.developerOf(0), models.evaluatorOf(0)]) {
      await expect(call).to.be.revertedWithCustomError(models, "ModelUnknown").withArgs(0);
    }
  });
});
