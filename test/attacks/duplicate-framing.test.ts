import { expect } from "chai";
import { commit, contribute, reveal, scoreAll } from "../contracts/contributions.ts";
import { batch, COPY, copy, ORIGINAL, original, refused, repeated, score } from "../contracts/duplicates.ts";
import { deployed, loadFixture, open, PURSE, parameter, Status, time, ZERO } from "../contracts/fixtures.ts";

async function empty() {
  const suite = await deployed();
  await suite.datanets.create("Bees", "CC-BY-4.0", open(10), [suite.member]);
  return suite;
}

describe("attack: a duplicate proof that frames an honest contributor", () => {
  it("does not take the copy for the original", async () => {
    const suite = await loadFixture(repeated);
    await score(suite, 1, 90);
    await refused(suite, copy, original);
  });

  it("cannot copy what is committed: the copy has no rows to reveal, and is later", async () => {
    const suite = await loadFixture(empty);
    const { datanets, alice, bob } = suite;
    await commit(suite, alice, batch(ORIGINAL));
    const { root: seen } = await datanets.contributionOf(0);
    await datanets.connect(bob).commit(0, seen, open(12)); // the same words, in another's name
    await reveal(suite, alice, 0, batch(ORIGINAL));
    await expect(reveal(suite, bob, 1, batch(ORIGINAL))).to.be.revertedWithCustomError(
      datanets,
      "DatanetWrongCommitment",
    );
  });

  it("cannot be earlier by revealing first", async () => {
    const suite = await loadFixture(empty);
    const { datanets, alice, bob, carol } = suite;
    await commit(suite, alice, batch(ORIGINAL));
    await contribute(suite, bob, batch(COPY)); // bob knows one of alice's rows, and is quicker to reveal
    await score(suite, 1, 90);
    await reveal(suite, alice, 0, batch(ORIGINAL));
    await score(suite, 0, 90);
    await refused(suite, copy, original);
    await refused(suite, original, copy); // nor could bob know that it was there already
    expect((await datanets.connect(carol).contributionOf(0)).status).to.equal(Status.Accepted);
  });

  it("cannot spring rows that were kept sealed until the honest contributor had committed", async () => {
    const suite = await loadFixture(empty);
    const { alice, bob } = suite;
    await commit(suite, bob, batch(ORIGINAL)); // rows that anybody could have, kept in reserve
    await commit(suite, alice, batch(COPY));
    await reveal(suite, bob, 0, batch(ORIGINAL));
    await reveal(suite, alice, 1, batch(COPY));
    await score(suite, 0, 90);
    await refused(suite, original, copy);
  });

  it("pays for every reserve that is never revealed", async () => {
    const suite = await loadFixture(empty);
    const { datanets, openToken, bob } = suite;
    await commit(suite, bob, batch(ORIGINAL));
    await time.increase(parameter("revealWindow") + 1n);
    await datanets.expire(0);
    expect(await openToken.balanceOf(bob)).to.equal(PURSE - open(12));
  });

  it("cannot use a Datanet whose committee is its own", async () => {
    const suite = await loadFixture(empty);
    const { datanets, alice, bob } = suite;
    await datanets.connect(bob).create("Mine", "MIT", 0, [bob]);
    await contribute(suite, bob, { ...batch(ORIGINAL), datanet: 1 });
    await scoreAll(suite, 0, [[bob, 100]]);
    await contribute(suite, alice, batch(COPY));
    await refused(suite, original, copy);
  });

  it("cannot use rows that its committee turned down, or that it took back", async () => {
    for (const how of ["rejected", "withdrawn"]) {
      const suite = await loadFixture(empty);
      await contribute(suite, suite.bob, batch(ORIGINAL));
      if (how === "rejected") await score(suite, 0, 10);
      else await suite.datanets.connect(suite.bob).withdrawConsent(0);
      await contribute(suite, suite.alice, batch(COPY));
      await refused(suite, original, copy);
    }
  });

  it("cannot pass an inner node, or an empty place, off as a row", async () => {
    const { datanets } = await loadFixture(repeated);
    const inner = { row: ORIGINAL.proof(0)[1]!, position: 1, siblings: [ORIGINAL.proof(2)[1]!] };
    const empty = { row: ZERO, position: 3, siblings: [ORIGINAL.leaf(2), ORIGINAL.proof(2)[1]!] };
    for (const { row, ...place } of [inner, empty]) {
      const forged = { contribution: 0, ...place };
      await expect(datanets.proveDuplicate(row, forged, copy)).to.be.revertedWithCustomError(
        datanets,
        "DatanetInvalidProof",
      );
    }
  });
});
