import { expect } from "chai";
import { approved, hash, loadFixture, proposed, State } from "./fixtures.ts";

describe("Models.recordTrained", () => {
  it("takes the artifacts whose hashes were proposed", async () => {
    const { models, developer } = await loadFixture(approved);
    await expect(models.connect(developer).recordTrained(0, hash("manifest"), hash("adapter"), "file:a"))
      .to.emit(models, "Trained")
      .withArgs(0, "file:a");
    expect(await models.stateOf(0)).to.equal(State.Trained);
  });

  it("reverts when a hash is another", async () => {
    const { models, developer } = await loadFixture(approved);
    await expect(models.connect(developer).recordTrained(0, hash("manifest"), hash("other"), ""))
      .to.be.revertedWithCustomError(models, "ModelHashMismatch")
      .withArgs(hash("adapter"), hash("other"));
    await expect(models.connect(developer).recordTrained(0, hash("other"), hash("adapter"), ""))
      .to.be.revertedWithCustomError(models, "ModelHashMismatch")
      .withArgs(hash("manifest"), hash("other"));
  });

  it("reverts when the caller is not the developer", async () => {
    const { models, stranger } = await loadFixture(approved);
    await expect(models.connect(stranger).recordTrained(0, hash("manifest"), hash("adapter"), ""))
      .to.be.revertedWithCustomError(models, "ModelNotDeveloper")
      .withArgs(stranger);
  });

  it("reverts before the approval", async () => {
    const { models, developer } = await loadFixture(proposed);
    await expect(models.connect(developer).recordTrained(0, hash("manifest"), hash("adapter"), ""))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Proposed);
  });
});
