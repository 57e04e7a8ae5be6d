import { expect } from "chai";
import { scoreAll } from "./contributions.ts";
import { accepted, pending } from "./datanet.ts";
import { ethers, loadFixture, networkHelpers, type Suite } from "./fixtures.ts";

const blockNumber = () => ethers.provider.getBlockNumber();

/** The whole committee gives contribution 0 one score. */
const agree = (suite: Suite, score: number) =>
  scoreAll(suite, 0, [
    [suite.member, score],
    [suite.staker, score],
    [suite.validator, score],
  ]);

describe("Datanets.acceptedAt", () => {
  it("tells from which block on a contribution is accepted, and whose it is", async () => {
    const { datanets, alice } = await loadFixture(accepted);
    const block = await blockNumber();
    const contributor = await datanets.contributorOf(alice);
    expect(await datanets.acceptedAt(0, block - 1)).to.deep.equal([false, 0n, contributor]);
    expect(await datanets.acceptedAt(0, block)).to.deep.equal([true, 0n, contributor]);
    expect(await datanets.acceptedAt(0, block + 1000)).to.deep.equal([true, 0n, contributor]);
  });

  it("keeps what it was before consent was withdrawn", async () => {
    const { datanets, alice } = await loadFixture(accepted);
    await datanets.connect(alice).withdrawConsent(0);
    const block = await blockNumber();
    expect((await datanets.acceptedAt(0, block - 1)).accepted).to.equal(true);
    expect((await datanets.acceptedAt(0, block)).accepted).to.equal(false);
  });

  it("follows a verdict that is overturned, and overturned again", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, bob, alice } = suite;
    const first = await blockNumber();
    await datanets.connect(bob).challenge(0);
    await agree(suite, 10);
    const second = await blockNumber();
    await datanets.connect(alice).challenge(0);
    await agree(suite, 90);
    const third = await blockNumber();
    const found = [];
    for (const block of [first - 1, first, second - 1, second, third - 1, third]) {
      found.push((await datanets.acceptedAt(0, block)).accepted);
    }
    expect(found).to.deep.equal([false, true, true, false, false, true]);
  });

  it("takes the end of a block", async () => {
    const suite = await loadFixture(accepted);
    const { datanets, alice } = suite;
    const before = await blockNumber();
    await networkHelpers.mine(1);
    await datanets.connect(alice).withdrawConsent(0);
    expect((await datanets.acceptedAt(0, before + 1)).accepted).to.equal(true);
    expect((await datanets.acceptedAt(0, before + 2)).accepted).to.equal(false);
  });

  it("knows no acceptance of what is pending, and nothing of what is not there", async () => {
    const { datanets, alice } = await loadFixture(pending);
    const block = await blockNumber();
    const contributor = await datanets.contributorOf(alice);
    expect(await datanets.acceptedAt(0, block)).to.deep.equal([false, 0n, contributor]);
    expect(await datanets.acceptedAt(1, block)).to.deep.equal([false, 0n, 0n]);
  });
});
