import { expect } from "chai";
import { rowLeaf } from "../../protocol/rows.ts";
import { commit, contribute } from "./contributions.ts";
import { batch, COPY, copy, original, original0, ROW, refused, repeated, score, text } from "./duplicates.ts";
import { loadFixture, open, PURSE, Status } from "./fixtures.ts";

describe("Datanets.proveDuplicate", () => {
  it("gives the later bond to whoever proves it, without a judge", async () => {
    const { datanets, openToken, bob, carol } = await loadFixture(repeated);
    await expect(datanets.connect(carol).proveDuplicate(ROW, original, copy))
      .to.emit(datanets, "DuplicateProved")
      .withArgs(1, 0, carol, ROW, open(12))
      .and.to.emit(datanets, "StatusChanged")
      .withArgs(1, Status.Duplicate);
    expect(await openToken.balanceOf(carol)).to.equal(PURSE + open(12));
    expect(await openToken.balanceOf(bob)).to.equal(PURSE - open(12));
    expect((await datanets.reviewOf(1)).startedAt).to.equal(0n);
  });

  it("works on an accepted copy, and on one that was rejected or withdrawn and still holds its bond", async () => {
    for (const what of ["accepted", "rejected", "withdrawn"]) {
      const suite = await loadFixture(repeated);
      const { datanets, bob, carol } = suite;
      if (what === "withdrawn") await datanets.connect(bob).withdrawConsent(1);
      else await score(suite, 1, what === "accepted" ? 90 : 10);
      await datanets.connect(carol).proveDuplicate(ROW, original, copy);
      expect((await datanets.contributionOf(1)).status, what).to.equal(Status.Duplicate);
    }
  });

  it("works where the original's consent was withdrawn after its acceptance", async () => {
    const { datanets, alice, carol } = await loadFixture(repeated);
    await datanets.connect(alice).withdrawConsent(0);
    await datanets.connect(carol).proveDuplicate(ROW, original, copy);
    expect((await datanets.contributionOf(1)).status).to.equal(Status.Duplicate);
  });

  it("returns the bond of a challenge that is open", async () => {
    const suite = await loadFixture(repeated);
    const { datanets, openToken, stranger, carol } = suite;
    await score(suite, 1, 90);
    await datanets.connect(stranger).challenge(1);
    await datanets.connect(carol).proveDuplicate(ROW, original, copy);
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE);
    expect(await openToken.balanceOf(datanets)).to.equal(open(12));
  });

  it("reverts when a proof is of another row, place, depth or contribution", async () => {
    const { datanets } = await loadFixture(repeated);
    const other = rowLeaf(text("a hive hums"));
    for (const [row, first, second, culprit] of [
      [other, original, copy, 0],
      [ROW, { ...original, position: 1 }, copy, 0],
      [ROW, { ...original, position: 3 }, copy, 0],
      [ROW, { ...original, siblings: original.siblings.slice(1) }, copy, 0],
      [ROW, original, { ...copy, position: 5 }, 1],
      [ROW, original, { ...copy, siblings: original.siblings }, 1],
    ] as const) {
      await expect(datanets.proveDuplicate(row, first, second))
        .to.be.revertedWithCustomError(datanets, "DatanetInvalidProof")
        .withArgs(culprit);
    }
  });

  it("reverts the second time", async () => {
    const { datanets } = await loadFixture(repeated);
    await datanets.proveDuplicate(ROW, original, copy);
    await expect(datanets.proveDuplicate(ROW, original, copy))
      .to.be.revertedWithCustomError(datanets, "DatanetNoBond")
      .withArgs(1);
  });

  it("reverts when both are the same contributor's", async () => {
    const suite = await loadFixture(original0);
    await score(suite, 0, 90);
    await contribute(suite, suite.alice, batch(COPY));
    await refused(suite, original, copy);
  });

  it("reverts when the original is not accepted, or not any more", async () => {
    const suite = await loadFixture(original0);
    await contribute(suite, suite.bob, batch(COPY));
    await refused(suite, original, copy);
    await score(suite, 0, 10);
    await refused(suite, original, copy);
  });

  it("reverts when the original was withdrawn before it was accepted", async () => {
    const suite = await loadFixture(original0);
    await contribute(suite, suite.bob, batch(COPY));
    await suite.datanets.connect(suite.alice).withdrawConsent(0);
    await refused(suite, original, copy);
  });

  it("reverts when the copy is not revealed yet", async () => {
    const suite = await loadFixture(original0);
    await score(suite, 0, 90);
    await commit(suite, suite.bob, batch(COPY));
    await refused(suite, original, copy);
  });

  it("reverts when there is no such contribution", async () => {
    const { datanets } = await loadFixture(repeated);
    for (const [first, second] of [
      [{ ...original, contribution: 7 }, copy],
      [original, { ...copy, contribution: 7 }],
    ] as const) {
      await expect(datanets.proveDuplicate(ROW, first, second))
        .to.be.revertedWithCustomError(datanets, "DatanetUnknownContribution")
        .withArgs(7);
    }
  });
});
