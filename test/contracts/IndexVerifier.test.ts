import { expect } from "chai";
import { type IndexEntry, STANDING_UNIT } from "../../protocol/leaves.ts";
import { scoreAll } from "./contributions.ts";
import { ethers, hash, loadFixture, networkHelpers, open, terms } from "./fixtures.ts";
import { GARBAGE, indexList, type LedgerSuite, ledger, openEntry, refutes } from "./ledger.ts";

const Rule = { Order: 0, Foreign: 1, Absent: 2, Standing: 3 };

const evidence = (rule: number, entries: IndexEntry[], positions: number[], contribution = 0) => ({
  rule,
  entries: positions.map((position) => openEntry(entries, position)),
  contribution,
});

/** Proposes a version with that index, on Datanet 0 as of a block, the present one unless another is named. */
async function proposing(suite: LedgerSuite, entries: IndexEntry[], snapshotBlock?: number): Promise<bigint> {
  const { models, developer } = suite;
  const usual = await terms(suite);
  const indexRoot = indexList(entries).root;
  const model = await models.modelCount();
  const proposal = { ...usual, indexRoot, snapshotBlock: snapshotBlock ?? usual.snapshotBlock };
  await models.connect(developer).propose(proposal, open(20_000), "");
  return model;
}

/** Whether evidence made from a wrong index refutes the version that commits to it. */
async function breaks(suite: LedgerSuite, entries: IndexEntry[], found: object, snapshotBlock?: number) {
  return refutes(suite.indexVerifier, await proposing(suite, entries, snapshotBlock), found);
}

/** What has to be between which entries of an index for `contribution` to be absent. */
const gap = (entries: IndexEntry[], contributor: number, contribution: number) => {
  const found = entries.findIndex(
    (entry) =>
      entry.contributor > contributor || (entry.contributor === contributor && entry.contribution > contribution),
  );
  const at = found < 0 ? entries.length : found;
  return evidence(
    Rule.Absent,
    entries,
    [at - 1, at].filter((i) => i >= 0 && i < entries.length),
    contribution,
  );
};

describe("IndexVerifier", () => {
  it("never refutes a right index, whatever rule its own entries are held against", async () => {
    const { indexVerifier, indexes, datanets } = await loadFixture(ledger);
    const count = Number(await datanets.contributionCount());
    for (const [model, entries] of indexes.entries()) {
      for (const at of entries.keys()) {
        for (const positions of at === 0 ? [[0]] : [[at], [at - 1, at]]) {
          for (const rule of Object.values(Rule)) {
            for (let contribution = 0; contribution <= count; contribution++) {
              const found = evidence(rule, entries, positions, contribution);
              expect(await refutes(indexVerifier, model, found), `rule ${rule} at ${positions}`).to.equal(false);
            }
          }
        }
      }
    }
  });

  it("refutes entries that do not rise", async () => {
    const suite = await loadFixture(ledger);
    const right = suite.indexes[0]!;
    const [a, b, c, d] = right as [IndexEntry, IndexEntry, IndexEntry, IndexEntry];
    for (const [entries, at] of [
      [[b, a, c, d], 1],
      [[a, b, d, c], 3],
      [[a, a, b, c, d], 1],
      [[a, b, c, c, d], 3],
    ] as const) {
      expect(await breaks(suite, [...entries], evidence(Rule.Order, [...entries], [at - 1, at]))).to.equal(true);
      expect(await breaks(suite, [...entries], evidence(Rule.Order, [...entries], [at]))).to.equal(false);
    }
    const apart = [b, c, a, d];
    expect(await breaks(suite, apart, evidence(Rule.Order, apart, [0, 2]))).to.equal(false);
  });

  it("refutes an entry of another contributor, another Datanet, or a contribution that there is not", async () => {
    const suite = await loadFixture(ledger);
    const [own, other] = suite.indexes as [IndexEntry[], IndexEntry[]];
    for (const wrong of [{ ...own[0]!, contributor: 1 }, other[0]!, { ...own[0]!, contribution: 99 }]) {
      expect(await breaks(suite, [wrong], evidence(Rule.Foreign, [wrong], [0]))).to.equal(true);
    }
  });

  it("goes by what was accepted at the snapshot's block", async () => {
    const suite = await loadFixture(ledger);
    const { datanets, alice } = suite;
    const entries = suite.indexes[0]!;
    const before = await ethers.provider.getBlockNumber();
    await networkHelpers.mine(1);
    await datanets.connect(alice).withdrawConsent(3);
    const after = await ethers.provider.getBlockNumber();
    const rest = entries.filter(({ contribution }) => contribution !== 3);
    expect(await breaks(suite, entries, evidence(Rule.Foreign, entries, [1]), before)).to.equal(false);
    expect(await breaks(suite, entries, evidence(Rule.Foreign, entries, [1]), after)).to.equal(true);
    expect(await breaks(suite, rest, gap(rest, 0, 3), before)).to.equal(true);
    expect(await breaks(suite, rest, gap(rest, 0, 3), after)).to.equal(false);
  });

  it("counts a contribution in only once it is accepted", async () => {
    const suite = await loadFixture(ledger);
    const { datanets, bob, member } = suite;
    const entries = suite.indexes[0]!;
    const commitment = await datanets.commitmentOf(0, bob.address, hash("rows 5"), 20, hash("salt"));
    await datanets.connect(bob).commit(0, commitment, open(10));
    await datanets.connect(bob).reveal(5, hash("rows 5"), 20, hash("salt"), "");
    const more = [...entries.slice(0, 3), { ...entries[2]!, contribution: 5 }, entries[3]!];
    const pending = await ethers.provider.getBlockNumber();
    expect(await breaks(suite, more, evidence(Rule.Foreign, more, [3]), pending)).to.equal(true);
    expect(await breaks(suite, entries, gap(entries, 1, 5), pending)).to.equal(false);
    await scoreAll(suite, 5, [[member, 100]]);
    const accepted = await ethers.provider.getBlockNumber();
    expect(await breaks(suite, more, evidence(Rule.Foreign, more, [3]), accepted)).to.equal(false);
    expect(await breaks(suite, entries, gap(entries, 1, 5), accepted)).to.equal(true);
  });

  it("refutes the absence of a contribution: before the first, between neighbours, after the last, of all", async () => {
    const suite = await loadFixture(ledger);
    const right = suite.indexes[0]!;
    for (const [missing, { contributor, contribution }] of right.entries()) {
      const entries = right.filter((_, at) => at !== missing);
      expect(await breaks(suite, entries, gap(entries, contributor, contribution)), `${missing}`).to.equal(true);
      const elsewhere = evidence(Rule.Absent, entries, missing === 1 ? [1, 2] : [0, 1], contribution);
      expect(await breaks(suite, entries, elsewhere)).to.equal(false);
    }
    expect(await breaks(suite, [], evidence(Rule.Absent, [], [], 0))).to.equal(true);
    // Another Datanet's, and one that there is not.
    for (const contribution of [4, 99]) {
      expect(await breaks(suite, [], evidence(Rule.Absent, [], [], contribution))).to.equal(false);
    }
    for (const rule of [Rule.Order, Rule.Foreign, Rule.Standing]) {
      expect(await breaks(suite, [], evidence(rule, [], []))).to.equal(false);
    }
  });

  it("refutes a standing share of more than the whole", async () => {
    const suite = await loadFixture(ledger);
    const [first, ...rest] = suite.indexes[0]!;
    for (const [standing, refuted] of [
      [STANDING_UNIT, false],
      [STANDING_UNIT + 1n, true],
    ] as const) {
      const entries = [{ ...first!, standing }, ...rest];
      expect(await breaks(suite, entries, evidence(Rule.Standing, entries, [0]))).to.equal(refuted);
    }
  });

  it("proves nothing by an entry that is not the version's, or positions that are not its index's", async () => {
    const suite = await loadFixture(ledger);
    const { indexVerifier, indexes } = suite;
    const right = indexes[0]!;
    const wrong = [{ ...right[0]!, contributor: 1 }, ...right.slice(1)];
    const found = evidence(Rule.Foreign, wrong, [0]);
    expect(await breaks(suite, wrong, found)).to.equal(true);
    expect(await refutes(indexVerifier, 0, found)).to.equal(false);
    expect(await refutes(indexVerifier, 1, found)).to.equal(false);
    const model = await proposing(suite, wrong);
    const [opened] = found.entries;
    const { opening } = opened!;
    for (const other of [
      { ...opening, position: 1 },
      { ...opening, position: 4 },
      { ...opening, count: 3 },
      { ...opening, count: 5 },
      { ...opening, siblings: opening.siblings.slice(1) },
    ]) {
      const moved = { ...found, entries: [{ ...opened!, opening: other }] };
      expect(await refutes(indexVerifier, model, moved)).to.equal(false);
    }
    for (const positions of [[], [0, 2], [0, 1, 2]]) {
      expect(await refutes(indexVerifier, model, evidence(Rule.Foreign, wrong, positions))).to.equal(false);
    }
  });

  it("takes garbage for no proof, and knows no version that there is not", async () => {
    const { indexVerifier, models, indexes } = await loadFixture(ledger);
    for (const garbage of GARBAGE) {
      expect(await indexVerifier.refutes(0, garbage).catch(() => false)).to.equal(false);
    }
    const found = evidence(Rule.Order, indexes[0]!, [0]);
    await expect(indexVerifier.proves(99, found)).to.be.revertedWithCustomError(models, "ModelUnknown").withArgs(99);
  });
});
