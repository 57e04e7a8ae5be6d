import { expect } from "chai";
import { active, emptyPosting, loadFixture, parameter, passDeadline, post, posted, time, vote } from "./fixtures.ts";

describe("Attribution.idAt", () => {
  it("tells nothing of a place whose slot a void posting has used", async function () {
    this.timeout(60_000);
    const suite = await loadFixture(active);
    const { attribution, rewards, epoch } = suite;
    const ring = await rewards.RING();
    const step = async (i: bigint) => {
      await passDeadline(suite, epoch + i);
      return post(suite, await emptyPosting(suite));
    };
    for (let i = 1n; i < ring; i++) {
      const { entry } = await step(i);
      await time.increase(parameter("window"));
      await attribution.finalize(entry);
    }
    const kept = await attribution.idAt(await attribution.MAX_PENDING());
    const { entry } = await step(ring); // in the slot of place 0
    await vote(suite, await attribution.getAddress(), attribution.interface.encodeFunctionData("voidPosting", [entry]));
    expect((await attribution.lineOf()).places).to.equal(ring);
    for (const place of [0n, (await attribution.MAX_PENDING()) - 1n]) {
      await expect(attribution.idAt(place))
        .to.be.revertedWithCustomError(attribution, "AttributionUnknownPlace")
        .withArgs(place);
    }
    expect(await attribution.idAt(await attribution.MAX_PENDING())).to.equal(kept);
  });

  it("knows nothing of a place that the line has not reached", async () => {
    const { attribution, id } = await loadFixture(posted);
    expect(await attribution.idAt(0)).to.equal(id);
    await expect(attribution.idAt(1)).to.be.revertedWithCustomError(attribution, "AttributionUnknownPlace").withArgs(1);
  });
});
