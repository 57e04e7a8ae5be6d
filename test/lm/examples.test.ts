import { expect } from "chai";
import { checkExample, Engine, type Example, lossTokens } from "../../lm/index.ts";
import { randomTokens, TINY, tinyAdapter, tinyBase } from "./fixtures.ts";
import { rejection } from "./rejection.ts";

describe("an example", () => {
  const good: Example = { tokens: randomTokens(10, 1), lossFrom: 4 };

  it("counts its loss tokens", () => {
    expect(lossTokens(good)).to.equal(6);
  });

  it("may fill all positions, the last token being predicted only", () => {
    expect(() => checkExample(TINY, { tokens: randomTokens(81, 1), lossFrom: 80 }, "x")).to.not.throw();
  });

  const faults: [string, Partial<Example>, string][] = [
    ["empty", { tokens: new Int32Array(0) }, "an example needs at least 2 tokens, not 0"],
    ["a single token", { tokens: Int32Array.of(1) }, "an example needs at least 2 tokens, not 1"],
    ["too long", { tokens: randomTokens(82, 1) }, "82 tokens, but the model takes at most 81"],
    ["without anything before its loss", { lossFrom: 0 }, "lossFrom must be an integer from 1 to 9, not 0"],
    ["without loss", { lossFrom: 10 }, "lossFrom must be an integer from 1 to 9, not 10"],
    ["with a fractional lossFrom", { lossFrom: 1.5 }, "lossFrom must be an integer"],
    ["with a weight that is not a number", { weight: Number.NaN }, "the weight must be a finite number, not NaN"],
    ["with an unknown token", { tokens: Int32Array.of(1, 276) }, "token 276 at 1 is outside the vocabulary of 276"],
    ["with a negative token", { tokens: Int32Array.of(-1, 2) }, "token -1 at 0 is outside the vocabulary"],
  ];
  for (const [name, fault, message] of faults) {
    it(`is refused ${name}`, () => {
      const example = { ...good, ...(fault.tokens ? { lossFrom: 1 } : {}), ...fault };
      expect(() => checkExample(TINY, example, "row 3")).to.throw(`row 3: ${message}`);
    });
  }

  it("is refused by the engine by its number, before anything runs", async () => {
    const engine = await Engine.create(tinyBase(), { threads: 1 });
    const bad = { ...good, lossFrom: 0 };
    expect(await rejection(engine.gradients(tinyAdapter(), [good, bad]))).to.include("example 1: lossFrom");
    expect(await rejection(engine.gradient(tinyAdapter(), [bad]))).to.include("example 0: lossFrom");
    expect(await rejection(engine.logProbs(null, [bad]))).to.include("example 0: lossFrom");
    const adapter = tinyAdapter();
    const short = { ...adapter, params: adapter.params.slice(1) };
    expect(await rejection(engine.gradient(short, [good]))).to.include("parameters, but its config asks for");
    await engine.close();
  });
});
