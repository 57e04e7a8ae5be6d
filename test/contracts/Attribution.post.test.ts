import { expect } from "chai";
import {
  type ClosedSuite,
  closed,
  earn,
  funded,
  hash,
  loadFixture,
  open,
  parameter,
  passDeadline,
  posted,
  postingOf,
  time,
} from "./fixtures.ts";

describe("Attribution.post", () => {
  it("moves the pool, sets the root behind the window, and takes the bond", async () => {
    const suite = await loadFixture(closed);
    const { attribution, openToken, rewards, poster } = suite;
    const posting = await postingOf(suite);
    const id = await attribution.idOf(posting, poster);
    const activatesAt = BigInt(await time.latest()) + 100n + parameter("window");
    await time.setNextBlockTimestamp(activatesAt - parameter("window"));
    await expect(attribution.connect(poster).post(posting, "file:bundle"))
      .to.emit(attribution, "Posted")
      .withArgs(id, poster, 0, Object.values(posting), activatesAt, "file:bundle");
    expect(await attribution.head()).to.equal(id);
    expect(await attribution.postingOf(id)).to.deep.equal(Object.values(posting));
    expect(await attribution.statusOf(id)).to.deep.equal([poster.address, 0n, activatesAt, false, false]);
    expect(await attribution.freeBond(poster)).to.equal(open(10_000));
    expect(await openToken.balanceOf(rewards)).to.equal(open(35));
    expect((await rewards.rootAt(0)).activatesAt).to.equal(activatesAt);
  });

  it("continues the line, in the next slot", async () => {
    const suite = await loadFixture(posted);
    const { attribution, poster, id, epoch } = suite;
    await passDeadline(suite, epoch + 1n);
    const next = await postingOf(suite, {
      parent: id,
      fromEpoch: epoch + 1n,
      toEpoch: epoch + 1n,
      pool: 0,
      distributed: 0,
    });
    await attribution.connect(poster).post(next, "");
    const status = await attribution.statusOf(await attribution.head());
    expect(status.slot).to.equal(1n);
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
      const parent = await attribution.head();
      const toEpoch = epoch + i;
      const next = await postingOf(suite, { parent, fromEpoch: toEpoch, toEpoch, pool: 0, distributed: 0 });
      const call = attribution.connect(poster).post(next, "");
      if (i < 8n) await call;
      else {
        await expect(call).to.be.revertedWithCustomError(attribution, "AttributionTooManyPending").withArgs(8);
      }
    }
    expect(await attribution.MAX_PENDING()).to.equal(8n);
  });

  it("reuses a slot only when the line has grown by the whole ring", async function () {
    this.timeout(60_000);
    const suite = await loadFixture(posted);
    const { attribution, rewards, poster, epoch } = suite;
    const ring = await rewards.RING();
    for (let i = 1n; i <= ring; i++) {
      await passDeadline(suite, epoch + i);
      const parent = await attribution.head();
      await attribution.finalize(parent);
      const toEpoch = epoch + i;
      const payoutRoot = hash(`root ${i}`);
      const next = await postingOf(suite, { parent, fromEpoch: toEpoch, toEpoch, payoutRoot, pool: 0, distributed: 0 });
      await attribution.connect(poster).post(next, "");
      expect((await attribution.statusOf(await attribution.head())).slot).to.equal(i % ring);
    }
    expect((await rewards.rootAt(0)).root).to.equal(hash(`root ${ring}`).slice(0, 56));
  });

  it("knows nothing of an id that was not posted", async () => {
    const { attribution } = await loadFixture(closed);
    for (const call of [attribution.postingOf(hash("none")), attribution.statusOf(hash("none"))]) {
      await expect(call).to.be.revertedWithCustomError(attribution, "AttributionUnknownPosting").withArgs(hash("none"));
    }
  });
});
