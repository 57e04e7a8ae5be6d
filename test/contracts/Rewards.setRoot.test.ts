import { expect } from "chai";
import { active, hash, loadFixture } from "./fixtures.ts";

describe("Rewards.setRoot", () => {
  it("reverts when anybody but Attribution calls", async () => {
    const { rewards, poster } = await loadFixture(active);
    await expect(rewards.connect(poster).setRoot(0, hash("mine"), 0))
      .to.be.revertedWithCustomError(rewards, "RewardsNotAttribution")
      .withArgs(poster);
  });

  it("keeps the first 27 bytes of the root and its time in one word", async () => {
    const { rewards, payouts, entry } = await loadFixture(active);
    expect(await rewards.rootAt(0)).to.deep.equal([payouts.root.slice(0, 2 + 54), entry.activatesAt]);
  });
});
