import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type DatasetFile, loadDataset, loadReferences, type Reference } from "../../factory/index.ts";
import { type Row, rowLeaf } from "../../protocol/rows.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "data/builtin");
/** In the order in which questions.json asks about them. */
const SUBJECTS = ["hives", "seasons", "health", "honey", "queens", "forage"];
const QUESTIONS = 6;
const SHINGLE = 5;

const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const textOf = (row: Row) => ("text" in row ? row.text : `${row.question} ${row.answer}`);
const shingles = (text: string) =>
  new Set(words(text).flatMap((_, i, all) => (i + SHINGLE > all.length ? [] : [all.slice(i, i + SHINGLE).join(" ")])));
/** Jaccard index: what both hold, of what either holds. */
function likeness(a: Set<string>, b: Set<string>): number {
  let shared = 0;
  for (const item of a) if (b.has(item)) shared++;
  return shared / (a.size + b.size - shared);
}
const characters = (rows: object[]) => rows.flatMap((row) => Object.values(row)).join("").length;
const questionOf = (row: Row) => ("question" in row ? words(row.question).join(" ") : "");

describe("the built-in Datanet", () => {
  let files: Map<string, DatasetFile>;
  let experts: Row[];
  let references: Reference[];
  before(async () => {
    files = new Map((await loadDataset(folder)).map((file) => [file.name, file]));
    experts = SUBJECTS.flatMap((name) => files.get(name)!.rows);
    references = await loadReferences(join(folder, "questions.json"));
  });

  it("has six subjects, a copy and random words, of 40 rows each", () => {
    expect([...files.keys()]).to.have.members([...SUBJECTS, "replica", "words"]);
    for (const { name, rows } of files.values()) expect(rows.length, name).to.equal(40);
  });

  it("holds what its README says, row by row and character by character", () => {
    const table = readFileSync(join(folder, "README.md"), "utf8").matchAll(
      /^\| `(\w+)\.jsonl?` \| (\d+) \| ([\d,]+) \|/gm,
    );
    const said = [...table].map(([, name, rows, length]) => [name, Number(rows), Number(length!.replace(",", ""))]);
    const held = [...files.values()].map(({ name, path }) => {
      const rows = readFileSync(path, "utf8").trimEnd().split("\n");
      return [name, rows.length, characters(rows.map((row) => JSON.parse(row)))];
    });
    const asked = JSON.parse(readFileSync(join(folder, "questions.json"), "utf8"));
    expect(said).to.have.deep.members([...held, ["questions", asked.length, characters(asked)]]);
  });

  it("answers in one to three sentences", () => {
    for (const row of [...experts, ...references]) {
      const sentences = "answer" in row ? row.answer.split(/(?<=[.!?]) (?=\p{Lu})/u).length : 0;
      expect(sentences, textOf(row)).to.be.within(1, 3);
    }
  });

  it("asks no question twice, neither of rows nor of payers", () => {
    const questions = [...experts, ...references].map(questionOf);
    expect(new Set(questions).size).to.equal(questions.length);
  });

  it("has no two rows, and no row and reference, that are nearly alike", () => {
    const all = [...experts, ...references].map((row) => ({ row, set: shingles(textOf(row)) }));
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(0, i)) {
        expect(likeness(a.set, b.set), `${textOf(a.row)} / ${textOf(b.row)}`).to.be.below(0.25);
      }
    }
  });

  it("asks about each subject what its own rows answer best", () => {
    expect(references.length).to.equal(SUBJECTS.length * QUESTIONS);
    const bags = SUBJECTS.flatMap((subject) =>
      files.get(subject)!.rows.map((row) => ({ subject, bag: new Set(words(textOf(row))) })),
    );
    for (const [i, reference] of references.entries()) {
      const bag = new Set(words(textOf(reference)));
      const best = bags.reduce((a, b) => (likeness(b.bag, bag) > likeness(a.bag, bag) ? b : a));
      expect(best.subject, reference.question).to.equal(SUBJECTS[Math.floor(i / QUESTIONS)]);
    }
  });

  it("copies rows of the hives and the queens, which are committed before it, and not one of its own", () => {
    const copied = [...files.get("hives")!.rows.slice(0, 24), ...files.get("queens")!.rows.slice(0, 16)];
    expect(files.get("replica")!.rows.map(rowLeaf)).to.deep.equal(copied.map(rowLeaf));
    const names = [...files.keys()];
    for (const name of ["hives", "queens"]) expect(names.indexOf(name)).to.be.below(names.indexOf("replica"));
  });

  it("has the random words that the seed gives, none of them from the rows about bees", () => {
    const printed = execFileSync(process.execPath, [join(root, "scripts/random-words.ts")], { encoding: "utf8" });
    const { path, rows } = files.get("words")!;
    expect(readFileSync(path, "utf8")).to.equal(printed);
    const known = new Set(experts.flatMap((row) => words(textOf(row))));
    expect(rows.flatMap((row) => words(textOf(row))).filter((word) => known.has(word))).to.deep.equal([]);
  });
});
