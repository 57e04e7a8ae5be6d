import { expect } from "chai";
import { Engine } from "../../lm/index.ts";
import { randomExamples, tinyAdapter, tinyBase } from "./fixtures.ts";
import { rejection } from "./rejection.ts";

describe("the number of threads", () => {
  const base = tinyBase();
  const adapter = tinyAdapter();
  const examples = randomExamples(9);

  const run = async (threads: number) => {
    const engine = await Engine.create(base, { threads });
    const results = {
      sum: await engine.gradient(adapter, examples),
      each: await engine.gradients(adapter, examples),
      logProbs: await engine.logProbs(adapter, examples),
    };
    await engine.close();
    return results;
  };

  it("does not show in a single bit, nor does the run", async () => {
    const one = await run(1);
    expect(await run(1)).to.deep.equal(one);
    expect(await run(2)).to.deep.equal(one);
    expect(await run(3)).to.deep.equal(one);
  });

  it("does not show in an answer after other work", async () => {
    const engine = await Engine.create(base, { threads: 1 });
    const ask = () => engine.generate(adapter, examples[3]!.tokens, { maxTokens: 8, temperature: 1, seed: 4 });
    const first = await ask();
    await engine.gradients(tinyAdapter(undefined, 5), examples);
    await engine.logProbs(null, examples);
    expect(await ask()).to.deep.equal(first);
    await engine.close();
  });

  for (const threads of [0, 1.5, 65]) {
    it(`cannot be ${threads}`, async () => {
      expect(await rejection(Engine.create(base, { threads }))).to.include("threads must be an integer from 1 to 64");
    });
  }

  it("leaves no job hanging when the engine is closed", async () => {
    const engine = await Engine.create(base, { threads: 1 });
    const pending = engine.gradients(adapter, randomExamples(40));
    const message = rejection(pending);
    await engine.close();
    expect(await message).to.equal("the engine is closed");
    expect(await rejection(engine.logProbs(null, examples))).to.equal("the engine is closed");
  });
});
