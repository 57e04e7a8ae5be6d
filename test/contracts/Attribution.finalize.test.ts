import { expect } from "chai";
import {
  active,
  closed,
  emptyPosting,
  ethers,
  impersonate,
  loadFixture,
  open,
  parameter,
  passDeadline,
  post,
  posted,
  postingOf,
  time,
  ZERO,
} from "./fixtures.ts";

describe("Attribution.finalize", () => {
  it("moves the pool, opens the claims and frees the bond, whoever calls", async () => {
    const { attribution, revenue, rewards, openToken, payouts, poster, stranger, entry, id } =
      await loadFixture(posted);
    await time.increase(parameter("window"));
    const call = attribution.connect(stranger).finalize(entry);
    await expect(call).to.changeTokenBalances(ethers, openToken, [revenue, rewards], [-open(30), open(30)]);
    await expect(call).to.emit(attribution, "Finalized").withArgs(id, open(5));
    await expect(call).to.emit(rewards, "RootSet").withArgs(0, payouts.root.slice(0, 56), entry.activatesAt);
    expect((await attribution.lineOf()).finals).to.equal(1n);
    expect(await attribution.freeBond(poster)).to.equal(open(15_000));
    expect(await revenue.treasuryOwed()).to.equal(open(5));
  });

  it("takes a posting that gives all of its pool, and one that gives nothing", async () => {
    const suite = await loadFixture(closed);
    const { attribution, rewards, revenue, openToken, epoch } = suite;
    const all = await post(suite, await postingOf(suite, { distributed: open(35) }));
    await passDeadline(suite, epoch + 1n);
    const nothing = await post(suite, await emptyPosting(suite));
    await time.increase(parameter("window"));
    await attribution.finalize(all.entry);
    await attribution.finalize(nothing.entry);
    expect(await openToken.balanceOf(rewards)).to.equal(open(35));
    expect(await revenue.treasuryOwed()).to.equal(0n);
  });

  it("reverts while the window is open", async () => {
    const { attribution, entry, id } = await loadFixture(posted);
    const activatesAt = BigInt(entry.activatesAt);
    await time.setNextBlockTimestamp(activatesAt - 1n);
    await expect(attribution.finalize(entry))
      .to.be.revertedWithCustomError(attribution, "AttributionWindowOpen")
      .withArgs(id, activatesAt);
  });

  it("reverts before the parent is final", async () => {
    const suite = await loadFixture(posted);
    const { attribution, entry, id, epoch } = suite;
    await passDeadline(suite, epoch + 1n);
    const second = await post(suite, await emptyPosting(suite));
    await time.increase(parameter("window"));
    await expect(attribution.finalize(second.entry))
      .to.be.revertedWithCustomError(attribution, "AttributionNotNext")
      .withArgs(id, second.id);
    await attribution.finalize(entry);
    await attribution.finalize(second.entry);
    expect((await attribution.lineOf()).finals).to.equal(2n);
  });

  it("reverts the second time", async () => {
    const { attribution, entry, id } = await loadFixture(active);
    await expect(attribution.finalize(entry))
      .to.be.revertedWithCustomError(attribution, "AttributionNotNext")
      .withArgs(ZERO, id);
  });

  it("reverts when it is void", async () => {
    const { attribution, timelock, entry, id } = await loadFixture(posted);
    await attribution.connect(await impersonate(timelock)).voidPosting(entry);
    await time.increase(parameter("window"));
    await expect(attribution.finalize(entry))
      .to.be.revertedWithCustomError(attribution, "AttributionNotNext")
      .withArgs(ZERO, id);
  });

  it("reverts when anything of the entry is not what was posted", async () => {
    const { attribution, stranger, entry, posting, id } = await loadFixture(posted);
    await time.increase(parameter("window"));
    for (const wrong of [
      { ...entry, poster: stranger.address }, // whose bond it would free
      { ...entry, activatesAt: BigInt(entry.activatesAt) - 1n },
      { ...entry, posting: { ...posting, distributed: open(35) } },
      { ...entry, posting: { ...posting, pool: open(36) } },
      { ...entry, posting: { ...posting, payoutRoot: ethers.id("mine") } },
    ]) {
      await expect(attribution.finalize(wrong))
        .to.be.revertedWithCustomError(attribution, "AttributionNotNext")
        .withArgs(id, await attribution.idOf(wrong));
    }
  });
});
