import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { buildSnapshot, loadRows, SnapshotError } from "../../oracle/snapshot.ts";
import { type Row, RowsError, rowsRoot } from "../../protocol/rows.ts";
import { address, rejection, withFolder } from "./fixtures.ts";

const row = (text: string): Row => ({ text });
const files = [
  [row("a"), row("b"), row("a")],
  [row("c"), row("b")],
  [row("d"), { question: "b", answer: "c" }],
];
const rowsByRoot = new Map(files.map((rows) => [rowsRoot(rows), rows]));
const registered = files.map((rows, id) => ({
  id,
  contributor: 2 - id,
  account: address(id),
  root: rowsRoot(rows),
  rows: rows.length,
  uri: "",
}));
const at = { block: 9, datanet: 0 };

describe("buildSnapshot", () => {
  it("drops rows that repeat an earlier contribution's, or an earlier one of its own", () => {
    const { contributions } = buildSnapshot(at, registered, rowsByRoot);
    expect(contributions.map(({ kept }) => kept)).to.deep.equal([
      [true, true, false],
      [true, false],
      [true, true],
    ]);
    expect(contributions[0]!.repeats).to.deep.equal([{ row: 2, of: { contribution: 0, row: 0 } }]);
    expect(contributions[1]!.repeats).to.deep.equal([{ row: 1, of: { contribution: 0, row: 1 } }]);
    expect(contributions[2]!.repeats).to.deep.equal([]);
  });

  it("lets the earlier commit win, whoever comes first in it", () => {
    const { contributions } = buildSnapshot(at, [registered[1]!, registered[0]!], rowsByRoot);
    expect(contributions[1]!.kept).to.deep.equal([true, false, false]);
  });

  it("names a contribution whose rows are missing, miscounted or others", () => {
    expect(() => buildSnapshot(at, registered, new Map())).to.throw(SnapshotError, "rows of contribution 0 (root 0x");
    const counted = [{ ...registered[0]!, rows: 2 }];
    expect(() => buildSnapshot(at, counted, rowsByRoot)).to.throw(SnapshotError, "contribution 0 has 2 rows on chain");
    const wrong = new Map([[registered[0]!.root, [row("a"), row("b"), row("x")]]]);
    expect(() => buildSnapshot(at, registered.slice(0, 1), wrong)).to.throw(SnapshotError, "have the root 0x");
  });
});

describe("loadRows", () => {
  it("finds files by their root, whatever their names", () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, "x.jsonl"), '{"text":"c"}\n{"text":" b "}\n');
      await writeFile(join(folder, "questions.json"), "[]");
      const loaded = await loadRows(folder);
      expect([...loaded.keys()]).to.deep.equal([rowsRoot(files[1]!)]);
    }));

  it("names file and line of a malformed row", () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, "x.jsonl"), '{"text":"c"}\n{}\n');
      const error = await rejection(loadRows(folder));
      expect(error).to.be.instanceOf(RowsError);
      expect(error.message).to.match(/^x\.jsonl:2: /);
    }));
});
