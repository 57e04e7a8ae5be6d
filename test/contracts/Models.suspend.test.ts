import { expect } from "chai";
import { evaluated, impersonate, live, loadFixture, open, parameter, proposed, State, time, vote } from "./fixtures.ts";

describe("Models.suspend", () => {
  it("suspends a live version by a governor vote", async () => {
    const suite = await loadFixture(live);
    await vote(suite, await suite.models.getAddress(), suite.models.interface.encodeFunctionData("suspend", [0]));
    expect(await suite.models.stateOf(0)).to.equal(State.Suspended);
  });

  it("forfeits a bond that is still held to the treasury, and keeps the version from going live", async () => {
    const { models, openToken, timelock } = await loadFixture(evaluated);
    await expect(models.connect(await impersonate(timelock)).suspend(0))
      .to.emit(models, "BondForfeited")
      .withArgs(0, open(1000));
    expect(await openToken.balanceOf(timelock)).to.equal(open(1000));
    await time.increase(parameter("evaluationWindow"));
    await expect(models.goLive(0))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Suspended);
  });

  it("reverts when anybody but the timelock calls", async () => {
    const { models, developer } = await loadFixture(live);
    await expect(models.connect(developer).suspend(0))
      .to.be.revertedWithCustomError(models, "ModelNotGovernance")
      .withArgs(developer);
  });

  it("reverts when the version is only proposed", async () => {
    const { models, timelock } = await loadFixture(proposed);
    await expect(models.connect(await impersonate(timelock)).suspend(0))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Proposed);
  });
});
