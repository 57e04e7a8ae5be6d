import { expect } from "chai";
import { DOMAIN } from "../../protocol/domains.ts";
import { claimPlace } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import {
  active,
  closed,
  emptyPosting,
  ethers,
  hash,
  impersonate,
  leafOf,
  loadFixture,
  open,
  PURSE,
  parameter,
  passDeadline,
  post,
  posted,
  postingOf,
  time,
  totalBalance,
  vote,
  ZERO,
} from "./fixtures.ts";

/** Two postings in one window: the poster's (35 OPEN), and alice's on top of it (an empty epoch). */
async function stacked() {
  const suite = await closed();
  const { attribution, alice, epoch } = suite;
  // Posted late, so that the next epoch's deadline falls into the same window.
  await time.increaseTo((await attribution.logDeadline(epoch + 1n)) - 100n);
  const first = await post(suite, await postingOf(suite));
  await passDeadline(suite, epoch + 1n);
  await attribution.connect(alice).depositBond(open(5000));
  const second = await post(suite, await emptyPosting(suite), alice);
  return { ...suite, first, second };
}

describe("Attribution.voidPosting", () => {
  it("lets a vote void an inflated posting in time: it is never paid, and its bond is slashed", async () => {
    const suite = await loadFixture(closed);
    const { attribution, rewards, revenue, openToken, timelock, poster, stranger } = suite;
    const inflated = new List(DOMAIN.payouts, [leafOf(stranger.address, open(35))]);
    const supply = await openToken.totalSupply();
    const { entry, id } = await post(suite, await postingOf(suite, { payoutRoot: inflated.root }));

    const call = attribution.interface.encodeFunctionData("voidPosting", [entry]);
    await vote(suite, await attribution.getAddress(), call);
    expect(await attribution.head()).to.equal(ZERO);
    expect(await openToken.totalSupply()).to.equal(supply - open(2500));
    expect(await openToken.balanceOf(timelock)).to.equal(open(2500));
    expect(await openToken.balanceOf(rewards)).to.equal(0n);
    expect(await openToken.balanceOf(revenue)).to.equal(open(100));
    expect(await attribution.freeBond(poster)).to.equal(open(10_000));

    await time.increase(10n * parameter("window"));
    await expect(attribution.finalize(entry))
      .to.be.revertedWithCustomError(attribution, "AttributionNotNext")
      .withArgs(ZERO, id);
    await expect(rewards.claim(claimPlace(0, 1, 0), leafOf(stranger, open(35)), []))
      .to.be.revertedWithCustomError(rewards, "RewardsNotActive")
      .withArgs(0, 2n ** 40n - 1n);
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE);
    expect(await totalBalance(suite)).to.equal(await openToken.totalSupply());
  });

  it("is not defeated by postings that are put on top while the vote runs", async () => {
    const suite = await loadFixture(stacked);
    const { attribution, timelock, first } = suite;
    const call = attribution.interface.encodeFunctionData("voidPosting", [first.entry]);
    const arbiter = await impersonate(timelock);
    await arbiter.sendTransaction({ to: await attribution.getAddress(), data: call });
    expect((await attribution.lineOf()).places).to.equal(0n);
  });

  it("takes the line back to the parent, so the same epochs can be posted again in the same slot", async () => {
    const suite = await loadFixture(posted);
    const { attribution, rewards, openToken, timelock, entry } = suite;
    await attribution.connect(await impersonate(timelock)).voidPosting(entry);
    expect(await attribution.lineOf()).to.deep.equal([0n, 0n, await attribution.FIRST_EPOCH(), 0n]);
    const right = await post(suite, await postingOf(suite, { payoutRoot: hash("right") }));
    expect(await attribution.idAt(0)).to.equal(right.id);
    await time.increase(parameter("window"));
    await attribution.finalize(right.entry);
    expect((await rewards.rootAt(0)).root).to.equal(hash("right").slice(0, 56));
    expect(await openToken.balanceOf(rewards)).to.equal(open(30));
  });

  it("voids the descendants, whose bonds can be reclaimed, once, for their posters", async () => {
    const suite = await loadFixture(stacked);
    const { attribution, openToken, timelock, poster, alice, stranger, first, second } = suite;
    await expect(attribution.connect(await impersonate(timelock)).voidPosting(first.entry))
      .to.emit(attribution, "Voided")
      .withArgs(second.id, false)
      .and.to.emit(attribution, "Voided")
      .withArgs(first.id, true);
    const reclaim = () => attribution.connect(stranger).reclaimBond(second.entry);
    await expect(reclaim()).to.emit(attribution, "BondReclaimed").withArgs(second.id, alice);
    expect(await attribution.freeBond(alice)).to.equal(open(5000));
    expect(await attribution.freeBond(poster)).to.equal(open(10_000));
    await expect(reclaim()).to.be.revertedWithCustomError(attribution, "AttributionNotReclaimable").withArgs(second.id);
    await attribution.connect(alice).withdrawBond(open(5000));
    await attribution.connect(poster).withdrawBond(open(10_000));
    expect(await openToken.balanceOf(attribution)).to.equal(0n);
    expect(await totalBalance(suite)).to.equal(await openToken.totalSupply());
  });

  it("leaves no bond to reclaim to who is slashed, pending or final", async () => {
    const { attribution, timelock, entry, id } = await loadFixture(posted);
    const refused = () =>
      expect(attribution.reclaimBond(entry))
        .to.be.revertedWithCustomError(attribution, "AttributionNotReclaimable")
        .withArgs(id);
    await refused();
    await attribution.connect(await impersonate(timelock)).voidPosting(entry);
    await refused();
    const final = await loadFixture(active);
    await expect(final.attribution.reclaimBond(final.entry)).to.be.revertedWithCustomError(
      attribution,
      "AttributionNotReclaimable",
    );
  });

  it("leaves the parent where only the last is voided", async () => {
    const { attribution, timelock, epoch, first, second } = await loadFixture(stacked);
    await attribution.connect(await impersonate(timelock)).voidPosting(second.entry);
    expect(await attribution.head()).to.equal(first.id);
    expect(await attribution.lineOf()).to.deep.equal([1n, 0n, epoch + 1n, 0n]);
  });

  it("reverts when anybody but the arbiter calls", async () => {
    const { attribution, holder, entry } = await loadFixture(posted);
    await expect(attribution.connect(holder).voidPosting(entry))
      .to.be.revertedWithCustomError(attribution, "AttributionNotArbiter")
      .withArgs(holder);
  });

  it("reverts once the window is over", async () => {
    const { attribution, timelock, entry, id } = await loadFixture(posted);
    const arbiter = attribution.connect(await impersonate(timelock));
    await time.increase(parameter("window"));
    await expect(arbiter.voidPosting(entry))
      .to.be.revertedWithCustomError(attribution, "AttributionWindowClosed")
      .withArgs(id);
  });

  it("reverts when it is void already, or was never posted", async () => {
    const { attribution, timelock, entry, id } = await loadFixture(posted);
    const arbiter = attribution.connect(await impersonate(timelock));
    const other = { ...entry, poster: ethers.ZeroAddress };
    await expect(arbiter.voidPosting(other))
      .to.be.revertedWithCustomError(attribution, "AttributionNotPending")
      .withArgs(await attribution.idOf(other));
    await arbiter.voidPosting(entry);
    await expect(arbiter.voidPosting(entry))
      .to.be.revertedWithCustomError(attribution, "AttributionNotPending")
      .withArgs(id);
  });

  it("reverts for a final posting below a pending one", async () => {
    const suite = await loadFixture(active);
    const { attribution, timelock, entry, id } = suite;
    await passDeadline(suite, suite.epoch + 1n);
    await post(suite, await emptyPosting(suite));
    const later = { ...entry, activatesAt: 2n ** 40n };
    await expect(attribution.connect(await impersonate(timelock)).voidPosting(later))
      .to.be.revertedWithCustomError(attribution, "AttributionNotPending")
      .withArgs(await attribution.idOf(later));
    expect(await attribution.idAt(0)).to.equal(id);
  });
});
