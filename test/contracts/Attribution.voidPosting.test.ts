import { expect } from "chai";
import { DOMAIN } from "../../protocol/domains.ts";
import { List } from "../../protocol/list.ts";
import {
  closed,
  hash,
  impersonate,
  leafOf,
  loadFixture,
  open,
  PURSE,
  parameter,
  passDeadline,
  posted,
  postingOf,
  time,
  totalBalance,
  vote,
} from "./fixtures.ts";

/** Two postings in one window: the poster's (35 OPEN), and alice's on top of it (an empty epoch). */
async function stacked() {
  const suite = await closed();
  const { attribution, poster, alice, epoch } = suite;
  // Posted late, so that the next epoch's deadline falls into the same window.
  await time.increaseTo((await attribution.logDeadline(epoch + 1n)) - 100n);
  await attribution.connect(poster).post(await postingOf(suite), "");
  const first = await attribution.head();
  await passDeadline(suite, epoch + 1n);
  await attribution.connect(alice).depositBond(open(5000));
  const next = await postingOf(suite, {
    parent: first,
    fromEpoch: epoch + 1n,
    toEpoch: epoch + 1n,
    pool: 0,
    distributed: 0,
  });
  await attribution.connect(alice).post(next, "");
  return { ...suite, first, second: await attribution.head() };
}

describe("Attribution.voidPosting", () => {
  it("lets a vote void an inflated posting in time: it is never paid, and its bond is slashed", async () => {
    const suite = await loadFixture(closed);
    const { attribution, rewards, revenue, openToken, timelock, poster, stranger } = suite;
    const inflated = new List(DOMAIN.payouts, [leafOf(stranger.address, open(35))]);
    const posting = await postingOf(suite, { payoutRoot: inflated.root });
    const supply = await openToken.totalSupply();
    await attribution.connect(poster).post(posting, "file:bundle");
    const id = await attribution.head();

    const call = attribution.interface.encodeFunctionData("voidPosting", [id]);
    await vote(suite, await attribution.getAddress(), call);
    expect((await attribution.statusOf(id)).voided).to.equal(true);
    expect(await openToken.totalSupply()).to.equal(supply - open(2500));
    expect(await openToken.balanceOf(timelock)).to.equal(open(2500));
    expect(await openToken.balanceOf(rewards)).to.equal(0n);
    expect(await openToken.balanceOf(revenue)).to.equal(open(100));
    expect(await attribution.freeBond(poster)).to.equal(open(10_000));

    await time.increase(10n * parameter("window"));
    await expect(rewards.claim(0, 1, 0, stranger, open(35), []))
      .to.be.revertedWithCustomError(rewards, "RewardsNotActive")
      .withArgs(0, 2n ** 40n - 1n);
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE);
    expect(await totalBalance(suite)).to.equal(await openToken.totalSupply());
  });

  it("takes the line back to the parent, so the same epochs can be posted again in the same slot", async () => {
    const suite = await loadFixture(posted);
    const { attribution, rewards, openToken, timelock, poster, id } = suite;
    await attribution.connect(await impersonate(timelock)).voidPosting(id);
    expect(await attribution.head()).to.equal(`0x${"00".repeat(32)}`);
    await attribution.connect(poster).post(await postingOf(suite, { payoutRoot: hash("right") }), "");
    expect((await attribution.statusOf(await attribution.head())).slot).to.equal(0n);
    expect(await openToken.balanceOf(rewards)).to.equal(open(35));
  });

  it("voids the descendants, and returns the others' bonds", async () => {
    const suite = await loadFixture(stacked);
    const { attribution, rewards, timelock, poster, alice, first, second } = suite;
    await expect(attribution.connect(await impersonate(timelock)).voidPosting(first))
      .to.emit(attribution, "Voided")
      .withArgs(second, alice, false)
      .and.to.emit(attribution, "Voided")
      .withArgs(first, poster, true);
    expect(await attribution.freeBond(alice)).to.equal(open(5000));
    expect(await attribution.freeBond(poster)).to.equal(open(10_000));
    expect((await rewards.rootAt(1)).activatesAt).to.equal(2n ** 40n - 1n);
    expect(await totalBalance(suite)).to.equal(await suite.openToken.totalSupply());
  });

  it("leaves the parent where only the last is voided", async () => {
    const { attribution, timelock, first, second } = await loadFixture(stacked);
    await attribution.connect(await impersonate(timelock)).voidPosting(second);
    expect(await attribution.head()).to.equal(first);
    expect((await attribution.statusOf(first)).voided).to.equal(false);
  });

  it("reverts when the same poster posts the same again", async () => {
    const suite = await loadFixture(posted);
    const { attribution, timelock, poster, posting, id } = suite;
    await attribution.connect(await impersonate(timelock)).voidPosting(id);
    await expect(attribution.connect(poster).post(posting, ""))
      .to.be.revertedWithCustomError(attribution, "AttributionDuplicate")
      .withArgs(id);
  });

  it("reverts when anybody but the arbiter calls", async () => {
    const { attribution, holder, id } = await loadFixture(posted);
    await expect(attribution.connect(holder).voidPosting(id))
      .to.be.revertedWithCustomError(attribution, "AttributionNotArbiter")
      .withArgs(holder);
  });

  it("reverts once the window is over", async () => {
    const { attribution, timelock, id } = await loadFixture(posted);
    const arbiter = attribution.connect(await impersonate(timelock));
    await time.increase(parameter("window"));
    await expect(arbiter.voidPosting(id))
      .to.be.revertedWithCustomError(attribution, "AttributionWindowClosed")
      .withArgs(id);
    await attribution.finalize(id);
    await expect(arbiter.voidPosting(id)).to.be.revertedWithCustomError(attribution, "AttributionFinal").withArgs(id);
  });

  it("reverts when it is void already, or was never posted", async () => {
    const { attribution, timelock, id } = await loadFixture(posted);
    const arbiter = attribution.connect(await impersonate(timelock));
    await arbiter.voidPosting(id);
    await expect(arbiter.voidPosting(id)).to.be.revertedWithCustomError(attribution, "AttributionVoid").withArgs(id);
    await expect(arbiter.voidPosting(hash("none")))
      .to.be.revertedWithCustomError(attribution, "AttributionUnknownPosting")
      .withArgs(hash("none"));
  });
});
