import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../factory/index.ts";
import { RowsError, rowsRoot } from "../../protocol/rows.ts";
import { codeOf, withFolder } from "./fixtures.ts";

const GOOD = '{"question": "a?", "answer": "b"}\n{"text": "c"}\n';

describe("loadDataset", () => {
  it("takes each .jsonl file as a contributor, by name, and leaves the rest alone", () =>
    withFolder(async (dir) => {
      await writeFile(join(dir, "zoe.jsonl"), GOOD);
      await writeFile(join(dir, "adam.jsonl"), '{"text": "only"}');
      await writeFile(join(dir, "questions.json"), "not even JSON");
      await writeFile(join(dir, "README.md"), "# notes");
      const files = await loadDataset(dir);
      expect(files.map(({ name }) => name)).to.deep.equal(["adam", "zoe"]);
      expect(files[1]!.rows).to.deep.equal([{ question: "a?", answer: "b" }, { text: "c" }]);
      expect(files[1]!.root).to.equal(rowsRoot(files[1]!.rows));
    }));

  it("reverts as a whole when one line of one file is malformed, naming file and line", () =>
    withFolder(async (dir) => {
      await writeFile(join(dir, "a.jsonl"), GOOD);
      await writeFile(join(dir, "b.jsonl"), `${GOOD}{"question": "no answer"}\n`);
      let thrown: unknown;
      await loadDataset(dir).catch((error: unknown) => (thrown = error));
      expect(thrown).to.be.instanceOf(RowsError);
      expect((thrown as Error).message).to.match(/^b\.jsonl:3: /);
    }));

  it("refuses invalid UTF-8", () =>
    withFolder(async (dir) => {
      await writeFile(join(dir, "a.jsonl"), Buffer.from([...Buffer.from('{"text": "'), 0xff, ...Buffer.from('"}')]));
      let thrown: unknown;
      await loadDataset(dir).catch((error: unknown) => (thrown = error));
      expect((thrown as Error).message).to.match(/^a\.jsonl:1: .*UTF-8/);
    }));

  it("refuses a folder without .jsonl files", () =>
    withFolder(async (dir) => {
      await writeFile(join(dir, "questions.json"), "[]");
      expect((await codeOf(() => loadDataset(dir))).code).to.equal("empty-folder");
    }));

  it("refuses a file without rows by its name", () =>
    withFolder(async (dir) => {
      await writeFile(join(dir, "a.jsonl"), GOOD);
      await writeFile(join(dir, "hollow.jsonl"), "\n\n");
      const { code, message } = await codeOf(() => loadDataset(dir));
      expect(code).to.equal("empty-contribution");
      expect(message).to.include("hollow.jsonl");
    }));

  it("refuses a folder that is not there, and a file in its place", () =>
    withFolder(async (dir) => {
      const missing = await codeOf(() => loadDataset(join(dir, "nowhere")));
      expect(missing).to.deep.include({ code: "empty-folder" });
      expect(missing.message).to.include("ENOENT");
      await writeFile(join(dir, "file"), "");
      expect((await codeOf(() => loadDataset(join(dir, "file")))).message).to.include("not a folder");
    }));

  it("refuses a folder that is named like a file of rows", () =>
    withFolder(async (dir) => {
      await mkdir(join(dir, "a.jsonl"));
      const { code, message } = await codeOf(() => loadDataset(dir));
      expect(code).to.equal("unreadable-file");
      expect(message).to.include("a.jsonl");
    }));
});
