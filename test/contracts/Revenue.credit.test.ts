import { expect } from "chai";
import { earn, funded, loadFixture, nextEpoch, open } from "./fixtures.ts";

describe("Revenue.credit", () => {
  it("books income per Till and epoch", async () => {
    const suite = await loadFixture(funded);
    const { revenue, till } = suite;
    const epoch = await revenue.currentEpoch();
    await earn(suite, open(3));
    await earn(suite, open(4));
    await nextEpoch(suite);
    await earn(suite, open(5));
    expect(await revenue.income(till, epoch)).to.equal(open(7));
    expect(await revenue.income(till, epoch + 1n)).to.equal(open(5));
    expect(await revenue.openTills(epoch)).to.equal(1n);
  });

  it("tells of a Till's first income of an epoch", async () => {
    const suite = await loadFixture(funded);
    const { revenue, till } = suite;
    const epoch = await revenue.currentEpoch();
    await earn(suite, open(3));
    await earn(suite, open(4));
    await nextEpoch(suite);
    await earn(suite, open(5));
    const events = await revenue.queryFilter(revenue.filters.Earning());
    expect(events.map(({ args }) => [args.till, args.epoch])).to.deep.equal([
      [await till.getAddress(), epoch],
      [await till.getAddress(), epoch + 1n],
    ]);
  });

  it("reverts when the caller is no Till", async () => {
    const { revenue, stranger } = await loadFixture(funded);
    await expect(revenue.connect(stranger).credit(open(1)))
      .to.be.revertedWithCustomError(revenue, "RevenueNotTill")
      .withArgs(stranger);
  });
});
