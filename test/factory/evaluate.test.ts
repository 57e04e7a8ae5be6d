import { expect } from "chai";
import { evaluate, rowExamples } from "../../factory/index.ts";
import { type Adapter, Engine, initAdapter } from "../../lm/index.ts";
import { codeOf, pairs, smallBase } from "./fixtures.ts";

const base = smallBase();
const LORA = { rank: 2, alpha: 4, targets: ["q_proj" as const, "v_proj" as const] };

describe("evaluate", () => {
  let engine: Engine;
  before(async () => {
    engine = await Engine.create(base, { threads: 2 });
  });
  after(() => engine.close());

  const part = (id: number, count: number, topic: string) => {
    const examples = pairs(count, topic, 20).flatMap((row) => rowExamples(base, row));
    return { id, heldOut: { rows: pairs(count, topic).map((_, i) => i), examples, tokens: 0 } };
  };
  const adapter = (): Adapter => {
    const fresh = initAdapter(base.config, LORA, 1);
    return { ...fresh, params: fresh.params.map((value, i) => value + (i % 7) / 50) };
  };

  it("finds no difference for an adapter that changes nothing", async () => {
    const { all } = await evaluate(engine, initAdapter(base.config, LORA, 1), [part(1, 3, "a")], []);
    expect(all.logProb.tuned).to.be.closeTo(all.logProb.base, 1e-3);
  });

  it("gives exp of the mean loss per token, in thousandths, rounded up", async () => {
    const contributions = [part(1, 3, "a"), part(2, 40, "b")];
    const { contributions: scores, all } = await evaluate(engine, adapter(), contributions, []);
    for (const { tokens, logProb, milliPerplexity } of [...scores, all]) {
      for (const side of ["base", "tuned"] as const) {
        const exact = 1000 * Math.exp(-logProb[side] / tokens);
        expect(milliPerplexity![side]).to.be.within(exact, exact + 1.0001);
        expect(milliPerplexity![side] % 1).to.equal(0);
      }
    }
    expect(all.logProb.base).to.not.equal(all.logProb.tuned);
  });

  it("adds up over contributions and keeps references apart", async () => {
    const references = pairs(2, "reference").flatMap((row) => rowExamples(base, row));
    const {
      contributions,
      all,
      references: scored,
    } = await evaluate(engine, adapter(), [part(1, 3, "a"), part(2, 5, "b")], references);
    expect(contributions.map(({ id, rows }) => [id, rows])).to.deep.equal([
      [1, 3],
      [2, 5],
    ]);
    expect(all.rows).to.equal(8);
    expect(all.tokens).to.equal(contributions[0]!.tokens + contributions[1]!.tokens);
    const sum = contributions[0]!.logProb.tuned + contributions[1]!.logProb.tuned;
    expect(all.logProb.tuned).to.be.closeTo(sum, 1e-9);
    expect(scored!.rows).to.equal(2);
  });

  it("has no perplexity for a contribution of which nothing is held out", async () => {
    const { contributions } = await evaluate(engine, adapter(), [part(1, 0, "a"), part(2, 2, "b")], []);
    expect(contributions[0]).to.deep.equal({
      id: 1,
      rows: 0,
      tokens: 0,
      logProb: { base: 0, tuned: 0 },
      milliPerplexity: null,
    });
  });

  it("reports progress up to the number of examples", async () => {
    const seen: number[] = [];
    await evaluate(engine, adapter(), [part(1, 40, "a")], [], (done, total) => seen.push(done / total));
    expect(seen.at(-1)).to.equal(1);
    expect(seen.length).to.be.above(1);
  });

  it("refuses an adapter whose predictions are no numbers", async () => {
    const broken = adapter();
    broken.params.fill(Number.NaN);
    expect((await codeOf(() => evaluate(engine, broken, [part(1, 2, "a")], []))).code).to.equal("diverged");
  });
});
