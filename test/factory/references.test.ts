import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadReferences } from "../../factory/index.ts";
import { codeOf, withFolder } from "./fixtures.ts";

describe("loadReferences", () => {
  const load = (content: string | Uint8Array) =>
    withFolder(async (dir) => {
      await writeFile(join(dir, "questions.json"), content);
      return loadReferences(join(dir, "questions.json"));
    });

  it("reads questions and their reference answers in canonical form", async () => {
    const references = await load('[{"question": " what  is it? ", "reference": "a\\nhive"}]');
    expect(references).to.deep.equal([{ question: "what is it?", answer: "a hive" }]);
  });

  for (const [name, content, part] of [
    ["what is not JSON", "nope", "cannot be read"],
    ["what is not an array", '{"question": "a", "reference": "b"}', "not an array"],
    ["an empty array", "[]", "not an array"],
    [
      "an entry without a reference",
      '[{"question": "a", "reference": "b"}, {"question": "c"}]',
      'entry 2: "reference"',
    ],
    ["an empty question", '[{"question": " ", "reference": "b"}]', 'entry 1: "question"'],
    ["an entry that is no object", "[null]", "entry 1"],
    ["invalid UTF-8", Buffer.from([0x5b, 0xff, 0x5d]), "cannot be read"],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const { code, message } = await codeOf(() => load(content));
      expect(code).to.equal("bad-references");
      expect(message).to.include(part).and.to.include("questions.json");
    });
  }

  it("refuses a file that is not there", async () => {
    expect((await codeOf(() => loadReferences("/nowhere/questions.json"))).code).to.equal("bad-references");
  });
});
