import { expect } from "chai";
import { ethers, evaluated, impersonate, live, loadFixture, open, proposed, State } from "./fixtures.ts";

describe("Models.voidIndex", () => {
  it("suspends a version that is proposed, burns half of its bond and pays half to who refuted", async () => {
    const { models, refutations, openToken } = await loadFixture(proposed);
    const supply = await openToken.totalSupply();
    const call = models.connect(await impersonate(refutations)).voidIndex(0);
    await expect(call).to.emit(models, "BondForfeited").withArgs(0, open(1000));
    await expect(call).to.changeTokenBalances(ethers, openToken, [models, refutations], [-open(1000), open(500)]);
    expect(await openToken.totalSupply()).to.equal(supply - open(500));
    expect(await models.stateOf(0)).to.equal(State.Suspended);
  });

  it("suspends a version on its way, whose bond is held still, and a live one, which has none", async () => {
    const waiting = await loadFixture(evaluated);
    const call = waiting.models.connect(await impersonate(waiting.refutations)).voidIndex(0);
    await expect(call).to.emit(waiting.models, "BondForfeited").withArgs(0, open(1000));
    const { models, refutations, openToken } = await loadFixture(live);
    const late = models.connect(await impersonate(refutations)).voidIndex(0);
    await expect(late).to.emit(models, "Suspended").withArgs(0);
    await expect(late).to.changeTokenBalances(ethers, openToken, [models, refutations], [0n, 0n]);
    expect(await models.stateOf(0)).to.equal(State.Suspended);
  });

  it("reverts where the version is suspended or retired already, or unknown", async () => {
    const { models, refutations, developer } = await loadFixture(proposed);
    const judge = models.connect(await impersonate(refutations));
    await models.connect(developer).retire(0);
    await expect(judge.voidIndex(0))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Retired);
    await expect(judge.voidIndex(1)).to.be.revertedWithCustomError(models, "ModelUnknown").withArgs(1);
    const twice = await loadFixture(live);
    const again = twice.models.connect(await impersonate(twice.refutations));
    await again.voidIndex(0);
    await expect(again.voidIndex(0))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Suspended);
  });

  it("reverts when anybody else calls", async () => {
    const { models, holder, timelock } = await loadFixture(proposed);
    for (const caller of [holder, await impersonate(timelock)]) {
      await expect(models.connect(caller).voidIndex(0))
        .to.be.revertedWithCustomError(models, "ModelNotRefutations")
        .withArgs(caller);
    }
  });

  it("is for the contract that the deployer has named, once", async () => {
    const { models, refutations, holder, stranger, datanets, stakeVault, timelock, openToken } =
      await loadFixture(proposed);
    expect(await models.refutations()).to.equal(await refutations.getAddress());
    await expect(models.connect(holder).wire(stranger)).to.be.revertedWithCustomError(models, "ModelSealed");
    const bounds = [open(1), open(1), 60, 60, 60, 10];
    const fresh = await ethers.deployContract("Models", [openToken, datanets, stakeVault, timelock, ...bounds]);
    await expect(fresh.connect(stranger).wire(stranger)).to.be.revertedWithCustomError(models, "ModelSealed");
    await fresh.wire(stranger);
  });
});
