import { expect } from "chai";
import { approved, impersonate, loadFixture, proposed, State } from "./fixtures.ts";

describe("Models.approve", () => {
  it("approves by a governor vote", async () => {
    const { models } = await loadFixture(approved);
    expect(await models.stateOf(0)).to.equal(State.Approved);
  });

  it("reverts when anybody but the timelock calls", async () => {
    const { models, governor, developer } = await loadFixture(proposed);
    for (const account of [developer, await impersonate(governor)]) {
      await expect(models.connect(account)["approve(uint256)"](0))
        .to.be.revertedWithCustomError(models, "ModelNotGovernance")
        .withArgs(account);
    }
  });

  it("reverts when the version is approved already, or not there", async () => {
    const { models, timelock } = await loadFixture(approved);
    const governance = models.connect(await impersonate(timelock));
    await expect(governance["approve(uint256)"](0))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Approved);
    await expect(governance["approve(uint256)"](1)).to.be.revertedWithCustomError(models, "ModelUnknown").withArgs(1);
  });
});
