import { expect } from "chai";
import { evaluated, loadFixture, open, PURSE, parameter, State, time, trained } from "./fixtures.ts";

describe("Models.goLive", () => {
  it("goes live after the window, whoever calls, and returns the bond", async () => {
    const { models, openToken, developer, stranger } = await loadFixture(evaluated);
    await time.increase(parameter("evaluationWindow"));
    await expect(models.connect(stranger).goLive(0))
      .to.emit(models, "Live")
      .and.to.emit(models, "BondReturned")
      .withArgs(0, developer, open(1000));
    expect(await models.stateOf(0)).to.equal(State.Live);
    expect(await openToken.balanceOf(developer)).to.equal(PURSE);
  });

  it("reverts while the window is open", async () => {
    const { models } = await loadFixture(evaluated);
    const liveFrom = BigInt(await time.latest()) + parameter("evaluationWindow");
    await time.setNextBlockTimestamp(liveFrom - 1n);
    await expect(models.goLive(0)).to.be.revertedWithCustomError(models, "ModelWindowOpen").withArgs(0, liveFrom);
  });

  it("reverts before the evaluation", async () => {
    const { models } = await loadFixture(trained);
    await expect(models.goLive(0)).to.be.revertedWithCustomError(models, "ModelWrongState").withArgs(0, State.Trained);
  });
});
