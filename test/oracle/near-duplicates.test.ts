import { expect } from "chai";
import { Random } from "../../lm/index.ts";
import { NearDuplicates, rowShingles } from "../../oracle/near-duplicates.ts";
import { buildSnapshot } from "../../oracle/snapshot.ts";
import { type Row, rowsRoot } from "../../protocol/rows.ts";
import { address } from "./fixtures.ts";

const WORDS = Array.from({ length: 400 }, (_, i) => `word${i}`);
const text = (seed: number, length: number): string[] => {
  const random = new Random(seed);
  return Array.from({ length }, () => WORDS[random.below(WORDS.length)]!);
};
const row = (words: readonly string[]): Row => ({ text: words.join(" ") });
const changed = (words: readonly string[], at: number): string[] => words.with(at, "other");

describe("near-duplicates", () => {
  it("are rows in which one word of many is another", () => {
    const seen = new NearDuplicates<string>();
    const words = text(1, 60);
    expect(seen.add(row(words), "first")).to.equal(null);
    expect(seen.add(row(text(2, 60)), "unrelated")).to.equal(null);
    // of 58 shingles three are others: 55 in common, 61 in either
    expect(seen.add(row(changed(words, 30)), "copy")).to.deep.equal({ of: "first", near: { shared: 55, all: 61 } });
  });

  it("are so from four fifths in common on", () => {
    // one word in the middle of n changes three of n − 2 shingles: 24 of 30 at 29 words, 23 of 29 at 28
    for (const [length, near] of [
      [29, true],
      [28, false],
    ] as const) {
      const seen = new NearDuplicates<number>();
      const words = WORDS.slice(0, length);
      seen.add(row(words), 0);
      expect(seen.add(row(changed(words, 14)), 1) !== null).to.equal(near);
    }
  });

  it("are told by words alone: case, punctuation and fields do not matter", () => {
    const seen = new NearDuplicates<number>();
    const words = text(3, 20);
    seen.add(row(words), 0);
    const loud = { text: words.join("; ").toUpperCase() + "!" };
    expect(seen.add(loud, 1)).to.deep.equal({ of: 0, near: { shared: 18, all: 18 } });
    const asked = { question: `${words.slice(0, 4).join(" ")}?`, answer: words.slice(4).join(" ") };
    expect(seen.add(asked, 2)).to.deep.equal({ of: 0, near: { shared: 18, all: 18 } });
  });

  it("are told by FNV-1a of three words each, in UTF-8", () => {
    // computed apart: "one two three", "two three vier", "three vier fünf"
    expect([...rowShingles({ text: "One, two -- three vier fünf." })]).to.deep.equal([
      0x38512b11, 0xc61c7cfd, 0xdf34990e,
    ]);
  });

  it("name the earliest of several that a row repeats", () => {
    const seen = new NearDuplicates<number>();
    const words = text(4, 100);
    const far = changed(changed(changed(words, 10), 30), 50);
    const further = changed(changed(changed(far, 70), 80), 90);
    seen.add(row(text(5, 80)), 0);
    expect(seen.add(row(words), 1)).to.equal(null);
    expect(seen.add(row(further), 2)).to.equal(null);
    expect(seen.add(row(far), 3)).to.deep.include({ of: 1 });
  });

  it("are none among rows of fewer than three words", () => {
    const seen = new NearDuplicates<number>();
    for (const [i, content] of ["yes", "Yes!", "oh no", "Oh, no"].entries()) {
      expect(seen.add({ text: content }, i)).to.equal(null);
      expect(rowShingles({ text: content })).to.have.length(0);
    }
  });

  it("weigh nothing in a snapshot, which names the row they repeat", () => {
    const words = text(6, 50);
    const files = [
      [row(words), row(["a"])],
      [row(text(7, 50)), row(changed(words, 20)), row(["a"])],
      [row(changed(words, 20)), row(text(8, 50))],
    ];
    const registered = files.map((rows, id) => {
      return { id, contributor: id, account: address(id), root: rowsRoot(rows), rows: rows.length, uri: "" };
    });
    const byRoot = new Map(files.map((rows) => [rowsRoot(rows), rows]));
    const { contributions } = buildSnapshot({ block: 1, datanet: 0 }, registered, byRoot);
    expect(contributions.map(({ kept }) => kept)).to.deep.equal([
      [true, true],
      [true, false, false],
      [false, true],
    ]);
    const of = { contribution: 0, row: 0 };
    const near = { shared: 45, all: 51 };
    expect(contributions.map(({ repeats }) => repeats)).to.deep.equal([
      [],
      [
        { row: 1, of, near },
        { row: 2, of: { contribution: 0, row: 1 } },
      ],
      // equal to a row that was dropped: it repeats what that one repeats
      [{ row: 0, of, near }],
    ]);
  });
});
