import { expect } from "chai";
import { type Contribution, type Selected, selectRows } from "../../factory/index.ts";
import { rowLeaf } from "../../protocol/rows.ts";
import { codeOf, contribution, pairs, smallBase } from "./fixtures.ts";

const base = smallBase();
const ALL = { sampleTokens: 1e9, evaluationTokens: 1e9 };

const leavesOf = (contributions: Contribution[], selected: Selected[], side: "trained" | "heldOut") =>
  selected.flatMap((part, i) => part[side].rows.map((row) => rowLeaf(contributions[i]!.rows[row]!)));

describe("selectRows", () => {
  it("takes every kept row on exactly one side when there is room for all", () => {
    const contributions = [contribution(1, pairs(60, "a")), contribution(2, pairs(9, "b"))];
    const selected = selectRows(base, contributions, ALL);
    for (const [i, { trained, heldOut }] of selected.entries()) {
      const rows = [...trained.rows, ...heldOut.rows].sort((a, b) => a - b);
      expect(rows).to.deep.equal(contributions[i]!.rows.map((_, row) => row));
    }
  });

  it("holds out the rows whose leaf is 0 modulo 20", () => {
    const rows = pairs(200, "a");
    const [{ heldOut }] = selectRows(base, [contribution(1, rows)], ALL) as [Selected];
    const expected = rows.flatMap((row, i) => (BigInt(rowLeaf(row)) % 20n === 0n ? [i] : []));
    expect(expected).to.not.have.length(0);
    expect([...heldOut.rows].sort((a, b) => a - b)).to.deep.equal(expected);
  });

  it("holds out the least leaf of a contribution of 5 that has none, and nothing of one of 4", () => {
    const five = pairs(5, "five");
    const contributions = [contribution(1, five), contribution(2, pairs(4, "four"))];
    expect(five.some((row) => BigInt(rowLeaf(row)) % 20n === 0n)).to.equal(false);
    const [first, second] = selectRows(base, contributions, ALL) as [Selected, Selected];
    const leaves = five.map(rowLeaf);
    expect(first.heldOut.rows).to.deep.equal([leaves.indexOf([...leaves].sort()[0]!)]);
    expect(second.heldOut.rows).to.deep.equal([]);
    expect(second.trained.rows).to.have.length(4);
  });

  it("holds out one row of the largest contribution where none has 5", () => {
    const contributions = [contribution(1, pairs(2, "a")), contribution(2, pairs(3, "b"))];
    const selected = selectRows(base, contributions, ALL);
    expect(selected.map(({ heldOut }) => heldOut.rows.length)).to.deep.equal([0, 1]);
    expect(selected.map(({ trained }) => trained.rows.length)).to.deep.equal([2, 2]);
  });

  it("never trains on a row that equals a held-out one, whosever it is", () => {
    const shared = pairs(40, "shared");
    const contributions = [contribution(1, shared), contribution(2, [...shared.slice(0, 30), ...pairs(30, "own")])];
    const selected = selectRows(base, contributions, ALL);
    const heldOut = new Set(leavesOf(contributions, selected, "heldOut"));
    expect(heldOut.size).to.be.above(0);
    for (const leaf of leavesOf(contributions, selected, "trained")) expect(heldOut.has(leaf)).to.equal(false);
  });

  it("never trains on a reference", () => {
    const rows = pairs(12, "a");
    const [{ trained }] = selectRows(base, [contribution(1, rows)], ALL) as [Selected];
    const reference = rows[trained.rows[0]!] as { question: string; answer: string };
    const [without] = selectRows(base, [contribution(1, rows)], ALL, [reference]) as [Selected];
    expect(without.trained.rows).to.deep.equal(trained.rows.slice(1));
  });

  it("leaves dropped rows out on both sides", () => {
    const rows = pairs(30, "a");
    const kept = rows.map((_, i) => i % 3 !== 0);
    const [{ trained, heldOut }] = selectRows(base, [contribution(1, rows, kept)], ALL) as [Selected];
    for (const row of [...trained.rows, ...heldOut.rows]) expect(kept[row]).to.equal(true);
    expect(trained.rows.length + heldOut.rows.length).to.equal(20);
  });

  it("takes rows by rising leaf", () => {
    const rows = pairs(30, "a");
    const [{ trained }] = selectRows(base, [contribution(1, rows)], ALL) as [Selected];
    const leaves = trained.rows.map((row) => rowLeaf(rows[row]!));
    expect(leaves).to.deep.equal([...leaves].sort());
  });

  it("balances tokens, not rows, over contributions and stops once there are enough", () => {
    const contributions = [contribution(1, pairs(300, "long", 30)), contribution(2, pairs(300, "short", 3))];
    const selected = selectRows(base, contributions, { sampleTokens: 3000, evaluationTokens: 500 });
    const [long, short] = selected as [Selected, Selected];
    const largest = Math.max(...selected.flatMap(({ trained }) => trained.examples.map(({ tokens }) => tokens.length)));
    const total = long.trained.tokens + short.trained.tokens;
    expect(total).to.be.within(3000, 3000 + 2 * largest);
    expect(Math.abs(long.trained.tokens - short.trained.tokens)).to.be.at.most(2 * largest);
    expect(short.trained.rows.length).to.be.above(long.trained.rows.length);
    expect(long.heldOut.tokens + short.heldOut.tokens).to.be.at.least(500);
  });

  it("takes all of a small contribution and the rest from the others", () => {
    const contributions = [contribution(1, pairs(300, "large")), contribution(2, pairs(4, "small"))];
    const [large, small] = selectRows(base, contributions, { sampleTokens: 3000, evaluationTokens: 1 });
    expect(small!.trained.rows).to.have.length(4);
    expect(large!.trained.tokens + small!.trained.tokens).to.be.at.least(3000);
  });

  it("counts the tokens of its examples", () => {
    for (const { trained } of selectRows(base, [contribution(1, pairs(20, "a", 40))], ALL)) {
      expect(trained.examples.length).to.be.above(trained.rows.length);
      expect(trained.tokens).to.equal(trained.examples.reduce((sum, { tokens }) => sum + tokens.length, 0));
    }
  });

  it("is a function of its arguments", () => {
    const run = () =>
      selectRows(base, [contribution(1, pairs(80, "a")), contribution(2, pairs(70, "b"))], {
        sampleTokens: 1500,
        evaluationTokens: 100,
      });
    expect(run()).to.deep.equal(run());
  });

  for (const [name, contributions, code, part] of [
    ["no contributions", [], "no-contributions", "no contributions"],
    ["a contribution without rows", [contribution(1, pairs(3, "a")), contribution(9, [])], "empty-contribution", "9"],
    ["only dropped rows", [contribution(1, pairs(2, "a"), [false, false])], "all-rows-dropped", "dropped"],
    ["a single row, which would have to be held out", [contribution(1, pairs(1, "a"))], "all-rows-dropped", "held-out"],
    ["flags that do not fit the rows", [contribution(4, pairs(3, "a"), [true])], "kept-mismatch", "contribution 4"],
    [
      "rows of another root",
      [{ ...contribution(5, pairs(3, "a")), rows: pairs(3, "b") }],
      "root-mismatch",
      "contribution 5",
    ],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const error = await codeOf(() => selectRows(base, contributions, ALL));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(part);
    });
  }
});
