import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { loadBase } from "../../lm/index.ts";
import { parseRows, rowsRoot } from "../../protocol/rows.ts";
import { BaseStateFile } from "../../scripts/lib/base-state.ts";
import { rejection } from "../lm/rejection.ts";
import { scratchFolder } from "../lm/scratch.ts";

describe("npm run train-base", () => {
  const folder = scratchFolder();
  const script = fileURLToPath(new URL("../../scripts/train-base.ts", import.meta.url));
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [script, "--data", folder(), "--out", join(folder(), "out"), ...args]);

  const row = (i: number) =>
    JSON.stringify({ question: `What is condition ${i} ?`, answer: `Condition ${i} is rare. `.repeat(9) });
  const rows = Array.from({ length: 800 }, (_, i) => row(i));

  it("writes a base and its card, the same again", async () => {
    await writeFile(join(folder(), "ghr.jsonl"), rows.slice(0, 400).join("\n"));
    await writeFile(join(folder(), "gard.jsonl"), `${rows.slice(400).join("\n")}\n`);
    await run("--steps", "2", "--batch", "2");
    const out = join(folder(), "out");
    expect(await readdir(out)).to.have.members([
      "config.json",
      "tokenizer.json",
      "model.safetensors",
      "README.md",
      "training.json",
    ]);
    const { hash } = await loadBase(out);
    const { files } = JSON.parse(await readFile(join(out, "training.json"), "utf8"));
    expect(files).to.deep.equal([
      { file: "ghr.jsonl", rows: 400, root: rowsRoot(parseRows(rows.slice(0, 400).join("\n"), "ghr.jsonl")) },
      { file: "gard.jsonl", rows: 400, root: rowsRoot(parseRows(rows.slice(400).join("\n"), "gard.jsonl")) },
    ]);
    const card = await readFile(join(out, "README.md"), "utf8");
    expect(card)
      .to.include(hash)
      .and.to.include("CC BY 4.0")
      .and.to.match(/held-out loss \| \d\.\d+ nats per token/);
    await run("--steps", "2", "--batch", "2", "--threads", "1");
    expect(await readFile(join(out, "README.md"), "utf8")).to.equal(card);
  }).timeout(60_000);

  it("keeps its state whole, and takes no other for its own", async () => {
    const path = join(folder(), "state", "kept.bin");
    const file = new BaseStateFile(path, 2);
    expect(await file.read()).to.equal(undefined);
    const state = { step: 7, weights: Float32Array.of(1, -2), m: Float32Array.of(3, 4), v: Float32Array.of(0.5, 6) };
    await file.write({ ...state, step: 3 });
    await file.write(state);
    expect(await file.read()).to.deep.equal(state);
    expect(await readdir(join(folder(), "state"))).to.deep.equal(["kept.bin"]);
    expect(await new BaseStateFile(path, 3).read()).to.equal(undefined);
    await writeFile(path, (await readFile(path)).subarray(1));
    expect(await file.read()).to.equal(undefined);
    await file.remove();
    expect(await readdir(join(folder(), "state"))).to.deep.equal([]);
  });

  it("names the file that is missing", async () => {
    expect(await rejection(run())).to.match(/train-base: .*ghr\.jsonl cannot be read; --data names the folder/);
  });

  const faults: [string, string, string][] = [
    ["a line that is not JSON", "{", "ghr.jsonl:3: not JSON"],
    ["a row without an answer", '{"question": "q"}', 'ghr.jsonl:3: "answer" is missing'],
    ["a row that is null", "null", "ghr.jsonl:3: not an object"],
    ["a row of plain text", '{"text": "t"}', "ghr.jsonl: row 3 is not a question with its answer"],
  ];
  for (const [name, line, message] of faults) {
    it(`names ${name} by file and line, and writes nothing`, async () => {
      await writeFile(join(folder(), "ghr.jsonl"), [row(1), row(2), line].join("\n"));
      await writeFile(join(folder(), "gard.jsonl"), row(3));
      expect(await rejection(run())).to.include(`train-base: ${message}`);
      expect(await readdir(folder())).to.not.include("out");
    });
  }

  it("refuses data without enough text", async () => {
    await mkdir(join(folder(), "out"));
    for (const name of ["ghr.jsonl", "gard.jsonl"]) await writeFile(join(folder(), name), row(1));
    expect(await rejection(run())).to.include("train-base: the documents are too few to hold any out");
    expect(await readdir(join(folder(), "out"))).to.deep.equal([]);
  });

  it("refuses a number of steps that is none", async () => {
    expect(await rejection(run("--steps", "many"))).to.include("Not a positive integer");
  });
});
