import { expect } from "chai";
import { commit, reveal, SALT } from "./contributions.ts";
import { BATCH, pending } from "./datanet.ts";
import { hash, loadFixture, open, parameter, Status, time, ZERO } from "./fixtures.ts";

const more = { root: hash("more"), rows: 7, bond: open(10), uri: "file:more" };

async function committed() {
  const suite = await pending();
  await commit(suite, suite.bob, more);
  return suite;
}

describe("Datanets.reveal", () => {
  it("makes the rows known and opens the first round", async () => {
    const suite = await loadFixture(committed);
    const { datanets, bob } = suite;
    const { committedAt } = await datanets.contributionOf(1);
    await expect(reveal(suite, bob, 1, more))
      .to.emit(datanets, "Contributed")
      .withArgs(1, 0, 1, hash("more"), 7, open(10), "file:more")
      .and.to.emit(datanets, "StatusChanged")
      .withArgs(1, Status.Pending)
      .and.to.emit(datanets, "RoundOpened");
    const now = BigInt(await time.latest());
    expect(await datanets.contributionOf(1)).to.deep.equal([
      0n,
      1n,
      7n,
      committedAt,
      Status.Pending,
      open(10),
      hash("more"),
      "file:more",
    ]);
    const { revealedAt, startedAt, revealsAt, round } = await datanets.reviewOf(1);
    expect([revealedAt, startedAt, revealsAt, round]).to.deep.equal([now, now, now + parameter("scorePeriod"), 1n]);
  });

  it("reverts when anybody else reveals it", async () => {
    const suite = await loadFixture(committed);
    await expect(reveal(suite, suite.carol, 1, more)).to.be.revertedWithCustomError(
      suite.datanets,
      "DatanetWrongCommitment",
    );
  });

  it("reverts when it is not what was committed", async () => {
    const suite = await loadFixture(committed);
    const { datanets, bob } = suite;
    for (const changed of [
      { ...more, root: hash("other") },
      { ...more, rows: 8 },
    ]) {
      const given = await datanets.commitmentOf(0, bob, changed.root, changed.rows, SALT);
      await expect(reveal(suite, bob, 1, changed))
        .to.be.revertedWithCustomError(datanets, "DatanetWrongCommitment")
        .withArgs((await datanets.contributionOf(1)).root, given);
    }
    await expect(datanets.connect(bob).reveal(1, more.root, more.rows, ZERO, "")).to.be.revertedWithCustomError(
      datanets,
      "DatanetWrongCommitment",
    );
  });

  it("reverts in the second of the commitment", async () => {
    const suite = await loadFixture(committed);
    const { datanets, bob } = suite;
    const at = await time.latest();
    const call = datanets.connect(bob).reveal.staticCall(1, more.root, more.rows, SALT, "", { blockTag: "latest" });
    await expect(call)
      .to.be.revertedWithCustomError(datanets, "DatanetTooEarly")
      .withArgs(1, at + 1);
  });

  it("reverts after the window", async () => {
    const suite = await loadFixture(committed);
    const closes = (await suite.datanets.contributionOf(1)).committedAt + parameter("revealWindow");
    await time.increaseTo(closes);
    await expect(reveal(suite, suite.bob, 1, more))
      .to.be.revertedWithCustomError(suite.datanets, "DatanetTooLate")
      .withArgs(1, closes);
  });

  it("reverts when it has no rows or no root", async () => {
    const suite = await loadFixture(committed);
    for (const empty of [
      { ...more, root: ZERO },
      { ...more, rows: 0 },
    ]) {
      await expect(reveal(suite, suite.bob, 1, empty)).to.be.revertedWithCustomError(
        suite.datanets,
        "DatanetEmptyContribution",
      );
    }
  });

  it("reverts the second time", async () => {
    const suite = await loadFixture(pending);
    await expect(reveal(suite, suite.alice, 0, BATCH))
      .to.be.revertedWithCustomError(suite.datanets, "DatanetWrongStatus")
      .withArgs(0, Status.Pending);
  });
});
