import { expect } from "chai";
import { Engine, initAdapter } from "../../lm/index.ts";
import { randomExamples, TINY, tinyAdapter, tinyBase } from "./fixtures.ts";
import { referenceLoss } from "./reference.ts";

describe("log-probabilities", () => {
  const base = tinyBase();
  const examples = randomExamples(4);
  let engine: Engine;
  before(async () => {
    engine = await Engine.create(base, { threads: 2 });
  });
  after(() => engine.close());

  it("are those of the f64 reference, without weights", async () => {
    const adapter = tinyAdapter();
    for (const [name, tuned] of [
      ["base", null],
      ["adapter", adapter],
    ] as const) {
      const values = await engine.logProbs(tuned, examples);
      for (const [i, example] of examples.entries()) {
        const expected = -referenceLoss(TINY, base.weights, tuned, { ...example, weight: 1 });
        expect(Math.abs(values[i]! / expected - 1), name).to.be.below(1e-6);
      }
    }
  });

  it("are the same from a fresh adapter as from the base alone", async () => {
    const fresh = initAdapter(TINY, { rank: 4, alpha: 8, targets: ["q_proj", "v_proj"] }, 1);
    expect(await engine.logProbs(fresh, examples)).to.deep.equal(await engine.logProbs(null, examples));
  });

  it("are the negative of the loss, to the bit", async () => {
    const adapter = tinyAdapter();
    const values = await engine.logProbs(adapter, examples);
    const parts = await engine.gradients(adapter, examples);
    expect(parts.map(({ loss }) => loss)).to.deep.equal(examples.map(({ weight }, i) => -weight! * values[i]!));
  });

  it("of nothing are nothing", async () => {
    expect(await engine.logProbs(null, [])).to.have.length(0);
    const { loss, tokens, gradient } = await engine.gradient(tinyAdapter(), []);
    expect({ loss, tokens, largest: Math.max(...gradient) }).to.deep.equal({ loss: 0, tokens: 0, largest: 0 });
  });
});
