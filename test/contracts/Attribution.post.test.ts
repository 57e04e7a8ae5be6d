import { expect } from "chai";
import {
  active,
  type ClosedSuite,
  closed,
  earn,
  emptyPosting,
  funded,
  hash,
  loadFixture,
  open,
  parameter,
  passDeadline,
  post,
  posted,
  postingOf,
  time,
} from "./fixtures.ts";

describe("Attribution.post", () => {
  it("puts the id in the line, takes the bond, and moves nothing else", async () => {
    const suite = await loadFixture(closed);
    const { attribution, openToken, revenue, rewards, poster } = suite;
    const posting = await postingOf(suite);
    const activatesAt = BigInt(await time.latest()) + 100n + parameter("window");
    const id = await attribution.idOf({ posting, poster, activatesAt });
    await time.setNextBlockTimestamp(activatesAt - parameter("window"));
    await expect(attribution.connect(poster).post(posting, "file:bundle"))
      .to.emit(attribution, "Posted")
      .withArgs(id, poster, Object.values(posting), activatesAt, "file:bundle");
    expect(await attribution.head()).to.equal(id);
    expect(await attribution.idAt(0)).to.equal(id);
    expect(await attribution.lineOf()).to.deep.equal([1n, 0n, suite.epoch + 1n, 0n]);
    expect(await attribution.freeBond(poster)).to.equal(open(10_000));
    expect(await openToken.balanceOf(rewards)).to.equal(0n);
    expect(await openToken.balanceOf(revenue)).to.equal(open(100));
    expect((await rewards.rootAt(0)).activatesAt).to.equal(2n ** 40n - 1n);
  });

  it("continues the line, in the next slot", async () => {
    const suite = await loadFixture(posted);
    const { attribution, epoch } = suite;
    await passDeadline(suite, epoch + 1n);
    const { id } = await post(suite, await emptyPosting(suite));
    expect(await attribution.head()).to.equal(id);
    expect(await attribution.idAt(1)).to.equal(id);
  });

  it("reverts when the parent is not the head", async () => {
    const suite = await loadFixture(posted);
    const { attribution, poster, id } = suite;
    await expect(attribution.connect(poster).post(await postingOf(suite), ""))
      .to.be.revertedWithCustomError(attribution, "AttributionWrongParent")
      .withArgs(id, `0x${"00".repeat(32)}`);
  });

  it("reverts when the epochs do not follow, are none, or too many", async () => {
    const suite = await loadFixture(closed);
    const { attribution, poster, epoch } = suite;
    const first = await attribution.FIRST_EPOCH();
    for (const [fromEpoch, toEpoch] of [
      [first + 1n, epoch],
      [first - 1n, epoch],
      [first, first - 1n],
      [first, first + 64n],
    ] as const) {
      await expect(attribution.connect(poster).post(await postingOf(suite, { fromEpoch, toEpoch }), ""))
        .to.be.revertedWithCustomError(attribution, "AttributionWrongEpochs")
        .withArgs(first, fromEpoch, toEpoch);
    }
  });

  it("reverts until the log deadline of its last epoch is over", async () => {
    const suite = await loadFixture(closed);
    const { attribution, poster, epoch } = suite;
    await time.setNextBlockTimestamp(await attribution.logDeadline(epoch + 1n));
    await expect(attribution.connect(poster).post(await postingOf(suite, { toEpoch: epoch + 1n }), ""))
      .to.be.revertedWithCustomError(attribution, "AttributionEpochOpen")
      .withArgs(epoch + 1n);
  });

  it("reverts when it distributes more than its pool", async () => {
    const suite = await loadFixture(closed);
    const { attribution, poster } = suite;
    await expect(attribution.connect(poster).post(await postingOf(suite, { distributed: open(35) + 1n }), ""))
      .to.be.revertedWithCustomError(attribution, "AttributionOverPool")
      .withArgs(open(35), open(35) + 1n);
  });

  it("reverts when its pool is not what the epochs hold", async () => {
    const suite = await loadFixture(closed);
    const { attribution, revenue, poster } = suite;
    for (const pool of [open(35) + 1n, open(35) - 1n, open(65)]) {
      await expect(attribution.connect(poster).post(await postingOf(suite, { pool }), ""))
        .to.be.revertedWithCustomError(revenue, "RevenuePoolMismatch")
        .withArgs(open(35), pool);
    }
  });

  it("reverts while a Till with income in its epochs is not closed", async () => {
    const suite = await loadFixture(funded);
    const { attribution, revenue, poster } = suite;
    const epoch = await revenue.currentEpoch();
    await earn(suite, open(1));
    await passDeadline(suite, epoch);
    await attribution.connect(poster).depositBond(open(5000));
    const posting = await postingOf({ ...suite, epoch } as ClosedSuite, { pool: 0, distributed: 0 });
    await expect(attribution.connect(poster).post(posting, ""))
      .to.be.revertedWithCustomError(revenue, "RevenueOpenTills")
      .withArgs(epoch, 1);
  });

  it("reverts when the poster's free bond is too low", async () => {
    const suite = await loadFixture(closed);
    const { attribution, poster } = suite;
    await attribution.connect(poster).withdrawBond(open(10_000) + 1n);
    await expect(attribution.connect(poster).post(await postingOf(suite), ""))
      .to.be.revertedWithCustomError(attribution, "AttributionBondTooLow")
      .withArgs(open(5000) - 1n, open(5000));
  });

  it("reverts when eight are pending", async () => {
    const suite = await loadFixture(posted);
    const { attribution, poster, epoch } = suite;
    await attribution.connect(poster).depositBond(open(100_000));
    for (let i = 1n; i <= 8n; i++) {
      await passDeadline(suite, epoch + i);
      const next = await emptyPosting(suite);
      if (i < 8n) await post(suite, next);
      else {
        await expect(attribution.connect(poster).post(next, ""))
          .to.be.revertedWithCustomError(attribution, "AttributionTooManyPending")
          .withArgs(8);
      }
    }
    expect(await attribution.MAX_PENDING()).to.equal(8n);
  });

  it("reuses a slot only when the line has grown by the whole ring", async function () {
    this.timeout(60_000);
    const suite = await loadFixture(active);
    const { attribution, rewards, epoch } = suite;
    const ring = await rewards.RING();
    const first = await attribution.idAt(0);
    for (let i = 1n; i <= ring; i++) {
      expect((await rewards.rootAt(0)).root).to.equal(suite.payouts.root.slice(0, 56));
      await passDeadline(suite, epoch + i);
      const { entry, id } = await post(suite, await emptyPosting(suite, { payoutRoot: hash(`root ${i}`) }));
      expect(await attribution.idAt(i)).to.equal(id);
      await time.increase(parameter("window"));
      await attribution.finalize(entry);
    }
    expect((await rewards.rootAt(0)).root).to.equal(hash(`root ${ring}`).slice(0, 56));
    expect(await attribution.idAt(ring)).not.to.equal(first);
    await expect(attribution.idAt(0)).to.be.revertedWithCustomError(attribution, "AttributionUnknownPlace").withArgs(0);
  });
});
