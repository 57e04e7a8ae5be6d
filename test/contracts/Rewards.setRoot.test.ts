import { expect } from "chai";
import { hash, loadFixture, open, posted } from "./fixtures.ts";

describe("Rewards.setRoot, voidRoot and releaseUnattributed", () => {
  it("revert when anybody but Attribution calls", async () => {
    const { rewards, poster } = await loadFixture(posted);
    const stranger = rewards.connect(poster);
    for (const call of [
      stranger.setRoot(0, hash("mine"), 0),
      stranger.voidRoot(0, open(1)),
      stranger.releaseUnattributed(open(1)),
    ]) {
      await expect(call).to.be.revertedWithCustomError(rewards, "RewardsNotAttribution").withArgs(poster);
    }
  });

  it("keep the first 27 bytes of the root and its time in one word", async () => {
    const { rewards, attribution, payouts, id } = await loadFixture(posted);
    const { activatesAt } = await attribution.statusOf(id);
    expect(await rewards.rootAt(0)).to.deep.equal([payouts.root.slice(0, 2 + 54), activatesAt]);
  });
});
