import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type Base, Engine, formatPrompt, layoutSize, loadBase, qaExample, weightLayout } from "../../lm/index.ts";

describe("the base model in models/base", () => {
  const dir = fileURLToPath(new URL("../../models/base/", import.meta.url));
  let base: Base;
  before(async () => {
    base = await loadBase(dir);
  });

  it("has the hash that its card states, and two to five million parameters in at most 20 MB", async () => {
    expect(await readFile(`${dir}README.md`, "utf8")).to.include(base.hash);
    expect(layoutSize(weightLayout(base.config))).to.be.within(2_000_000, 5_000_000);
    expect((await stat(`${dir}model.safetensors`)).size).to.be.below(20e6);
  });

  it("has learnt its domain: a plain sentence of it is likelier than the same words in disorder", async () => {
    const engine = await Engine.create(base, { threads: 1 });
    const question = "What are the symptoms of a rare disease ?";
    const words = "The signs and symptoms of this condition include muscle weakness and hearing loss.".split(" ");
    const example = (answer: string) => qaExample(base.tokenizer, base.config, question, answer);
    const [plain, disorder] = await engine.logProbs(null, [
      example(words.join(" ")),
      example(words.toReversed().join(" ")),
    ]);
    await engine.close();
    expect(plain! - disorder!).to.be.above(20);
  });

  it("answers in words", async () => {
    const engine = await Engine.create(base, { threads: 1 });
    const prompt = base.tokenizer.encode(formatPrompt("What is (are) Marfan syndrome ?"));
    const { text } = await engine.generate(null, prompt, { maxTokens: 40 });
    await engine.close();
    expect(text).to.match(/^[\x20-\x7e\n]{60,}$/);
  });
});
