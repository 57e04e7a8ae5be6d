import { expect } from "chai";
import {
  approved,
  hash,
  loadFixture,
  networkHelpers,
  open,
  parameter,
  State,
  time,
  trained,
  ZERO,
} from "./fixtures.ts";

describe("Models.recordEvaluation", () => {
  it("records a met target and opens the window", async () => {
    const { models, validator } = await loadFixture(trained);
    await expect(models.connect(validator).recordEvaluation(0, 9000, hash("report"))).to.emit(models, "Evaluated");
    expect(await models.stateOf(0)).to.equal(State.Evaluated);
    expect(await models.evaluatorOf(0)).to.equal(validator.address);
    const [event] = await models.queryFilter(models.filters.Evaluated());
    expect(event!.args.liveFrom).to.equal(BigInt(await time.latest()) + parameter("evaluationWindow"));
  });

  it("reverts when the target is missed", async () => {
    const { models, validator } = await loadFixture(trained);
    await expect(models.connect(validator).recordEvaluation(0, 9001, hash("report")))
      .to.be.revertedWithCustomError(models, "ModelTargetMissed")
      .withArgs(9000, 9001);
  });

  it("reverts when the caller has too little stake", async () => {
    const { models, stakeVault, alice } = await loadFixture(trained);
    await stakeVault.connect(alice).stake(open(9999));
    await time.increase(10);
    await expect(models.connect(alice).recordEvaluation(0, 8000, hash("report")))
      .to.be.revertedWithCustomError(models, "ModelNotValidator")
      .withArgs(alice, open(9999), open(10_000));
  });

  it("does not count stake of the same moment", async () => {
    const { models, stakeVault, alice } = await loadFixture(trained);
    await networkHelpers.mine();
    const now = (await time.latest()) + 1;
    await time.setNextBlockTimestamp(now);
    await stakeVault.connect(alice).stake(open(10_000));
    await expect(models.connect(alice).recordEvaluation.staticCall(0, 8000, hash("report"), { blockTag: "latest" }))
      .to.be.revertedWithCustomError(models, "ModelNotValidator")
      .withArgs(alice, 0, open(10_000));
  });

  it("reverts when the developer evaluates itself", async () => {
    const { models, stakeVault, developer } = await loadFixture(trained);
    await stakeVault.connect(developer).stake(open(20_000));
    await time.increase(10);
    await expect(models.connect(developer).recordEvaluation(0, 8000, hash("report"))).to.be.revertedWithCustomError(
      models,
      "ModelNotValidator",
    );
  });

  it("reverts without a report", async () => {
    const { models, validator } = await loadFixture(trained);
    await expect(models.connect(validator).recordEvaluation(0, 8000, ZERO)).to.be.revertedWithCustomError(
      models,
      "ModelMissingHash",
    );
  });

  it("reverts before the training", async () => {
    const { models, validator } = await loadFixture(approved);
    await expect(models.connect(validator).recordEvaluation(0, 8000, hash("report")))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Approved);
  });
});
