import { expect } from "chai";
import { Engine, type Example } from "../../lm/index.ts";
import { randomTokens, TINY, tinyAdapter, tinyBase } from "./fixtures.ts";
import { referenceLogits } from "./reference.ts";

describe("generating an answer", () => {
  const base = tinyBase();
  const adapter = tinyAdapter();
  const prompt = randomTokens(6, 8);
  let engine: Engine;
  before(async () => {
    engine = await Engine.create(base, { threads: 1 });
  });
  after(() => engine.close());

  it("with the key/value cache equals the full forward pass, to the bit", async () => {
    for (const tuned of [null, adapter]) {
      const { tokens, logProbs } = await engine.generate(tuned, prompt, { maxTokens: 60, temperature: 1.5, seed: 2 });
      const all = Int32Array.of(...prompt, ...tokens);
      const prefixes: Example[] = Array.from(tokens, (_, i) => ({
        tokens: all.slice(0, prompt.length + i + 1),
        lossFrom: prompt.length + i,
      }));
      expect(tokens.length).to.be.above(10);
      expect(logProbs).to.deep.equal(Array.from(await engine.logProbs(tuned, prefixes)));
    }
  });

  it("at temperature 0 takes the likeliest token of the f64 reference", async () => {
    const { tokens } = await engine.generate(adapter, prompt, { maxTokens: 5 });
    const all = Int32Array.of(...prompt, ...tokens);
    const logits = referenceLogits(TINY, base.weights, adapter, all);
    for (const [i, token] of tokens.entries()) {
      const row = logits[prompt.length + i - 1]!.subarray(0, base.tokenizer.vocabSize);
      expect(token).to.equal(row.indexOf(Math.max(...row)));
    }
  });

  it("samples from its seed alone", async () => {
    const ask = (seed: number) => engine.generate(adapter, prompt, { maxTokens: 20, temperature: 1, seed });
    expect(await ask(1)).to.deep.equal(await ask(1));
    expect((await ask(1)).tokens).to.not.deep.equal((await ask(2)).tokens);
  });

  it("draws tokens about as often as the model says, and only the likeliest within topP", async () => {
    const [row] = referenceLogits(TINY, base.weights, adapter, prompt).slice(-1);
    const weights = row!.subarray(0, base.tokenizer.vocabSize).map(Math.exp);
    const total = weights.reduce((sum, value) => sum + value, 0);
    const order = Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]!);
    const share = order.slice(0, 3).reduce((sum, id) => sum + weights[id]! / total, 0);
    const topP = share - weights[order[2]!]! / total / 2;

    const draws = { free: 0, top: 0, nucleus: 0 };
    const ask = (seed: number, p: number) =>
      engine
        .generate(adapter, prompt, { maxTokens: 1, temperature: 1, seed, topP: p })
        .then(({ tokens }) => tokens[0]!);
    for (let seed = 0; seed < 400; seed++) {
      if ((await ask(seed, 1)) === order[0]) draws.top++;
      if (order.slice(0, 3).includes(await ask(seed, topP))) draws.nucleus++;
      draws.free++;
    }
    expect(draws.nucleus).to.equal(draws.free);
    expect(draws.top / draws.free).to.be.closeTo(weights[order[0]!]! / total, 0.08);
  });

  it("never takes an id that the tokenizer does not have", async () => {
    for (let seed = 0; seed < 10; seed++) {
      const { tokens } = await engine.generate(null, prompt, { maxTokens: 70, temperature: 50, seed });
      expect(Math.max(...tokens)).to.be.below(base.tokenizer.vocabSize);
    }
  });
});
