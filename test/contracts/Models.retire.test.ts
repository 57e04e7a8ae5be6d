import { expect } from "chai";
import { impersonate, live, loadFixture, open, PURSE, proposed, State } from "./fixtures.ts";

describe("Models.retire", () => {
  it("retires a live version", async () => {
    const { models, developer } = await loadFixture(live);
    await expect(models.connect(developer).retire(0)).to.emit(models, "Retired").withArgs(0);
    expect(await models.stateOf(0)).to.equal(State.Retired);
  });

  it("takes back a proposal and its bond", async () => {
    const { models, openToken, developer } = await loadFixture(proposed);
    await expect(models.connect(developer).retire(0))
      .to.emit(models, "BondReturned")
      .withArgs(0, developer, open(1000));
    expect(await openToken.balanceOf(developer)).to.equal(PURSE);
  });

  it("reverts when the caller is not the developer", async () => {
    const { models, stranger } = await loadFixture(live);
    await expect(models.connect(stranger).retire(0))
      .to.be.revertedWithCustomError(models, "ModelNotDeveloper")
      .withArgs(stranger);
  });

  it("reverts when the version is suspended or retired", async () => {
    const { models, developer, timelock } = await loadFixture(live);
    await models.connect(await impersonate(timelock)).suspend(0);
    await expect(models.connect(developer).retire(0))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Suspended);
  });

  it("reverts when the version is not there", async () => {
    const { models, developer } = await loadFixture(live);
    await expect(models.connect(developer).retire(5)).to.be.revertedWithCustomError(models, "ModelUnknown").withArgs(5);
  });
});
