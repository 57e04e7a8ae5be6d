import { expect } from "chai";
import { Engine, type Example } from "../../lm/index.ts";
import { randomTokens, TINY, tinyAdapter, tinyBase } from "./fixtures.ts";
import { derivative, referenceLoss } from "./reference.ts";

describe("the gradient in the adapter's parameters", () => {
  const base = tinyBase();
  const adapter = tinyAdapter();
  // 70 positions: more than one block of queries
  const examples: Example[] = [
    { tokens: randomTokens(9, 1), lossFrom: 4 },
    { tokens: randomTokens(71, 2), lossFrom: 1, weight: 0.5 },
  ];
  let engine: Engine;
  before(async () => {
    engine = await Engine.create(base, { threads: 1 });
  });
  after(() => engine.close());

  it("has the loss of the f64 reference", async () => {
    const parts = await engine.gradients(adapter, examples);
    for (const [i, example] of examples.entries()) {
      const loss = referenceLoss(TINY, base.weights, adapter, example);
      expect(Math.abs(parts[i]!.loss / loss - 1)).to.be.below(1e-6);
      expect(parts[i]!.tokens).to.equal(example.tokens.length - example.lossFrom);
    }
  });

  for (const [i, example] of examples.entries()) {
    it(`equals finite differences of the reference, example ${i}`, async () => {
      const [part] = await engine.gradients(adapter, [example]);
      const scale = Math.max(...part!.gradient.map(Math.abs));
      const params = Float64Array.from(adapter.params);
      const loss = (values: Float64Array) =>
        referenceLoss(TINY, base.weights, { config: adapter.config, params: values }, example);
      for (let at = i; at < params.length; at += i ? 29 : 3) {
        expect(Math.abs(derivative(loss, params, at) - part!.gradient[at]!) / scale, `parameter ${at}`).to.be.below(
          2e-5,
        );
      }
    }).timeout(60_000);
  }
});
