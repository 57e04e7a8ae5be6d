import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { DivergenceError, Engine, type Example, trainAdapter } from "../../../lm/index.ts";
import { type Retraining, retrain } from "../../../oracle/audit/retrain.ts";
import { randomExamples, TINY, tinyBase } from "../../lm/fixtures.ts";

describe("retraining", function () {
  this.timeout(120_000); // the kernels may have to be compiled
  const base = tinyBase();
  const all = randomExamples(8, { ...TINY, maxSeq: 24 }).map(({ tokens, lossFrom }): Example => ({ tokens, lossFrom }));
  const run: Retraining = {
    base,
    lora: { rank: 2, alpha: 4, targets: ["q_proj", "v_proj"] },
    examples: all.slice(0, 6),
    owners: Int32Array.of(0, 1, 2, 0, 1, 2),
    options: { epochs: 2, batchSize: 3, learningRate: 0.2, momentum: 0.9, warmup: 1, seed: 1, normaliser: 30 },
    answers: all.slice(6),
  };
  const SUBSETS = [
    [1, 1, 1],
    [1, 0, 1],
    [0, 0, 0],
  ];
  let cache: string;
  beforeEach(() => (cache = mkdtempSync(join(tmpdir(), "tributary-retrain-"))));
  afterEach(() => rmSync(cache, { recursive: true }));

  /** Trains by hand, with the trainer alone. */
  async function byHand(examples: Example[]): Promise<Float64Array> {
    const engine = await Engine.create(base, { threads: 2 });
    const { adapter } = await trainAdapter(engine, run.lora, examples, run.options);
    const logProbs = await engine.logProbs(adapter, [...run.answers]);
    await engine.close();
    return logProbs;
  }

  it("gives what the trainer gives, and the base's own log p where nobody counts", async () => {
    const [whole, , none] = await retrain(run, SUBSETS, { jobs: 2 });
    expect(whole).to.deep.equal(await byHand([...run.examples]));
    const engine = await Engine.create(base, { threads: 1 });
    expect(none).to.deep.equal(await engine.logProbs(null, [...run.answers]));
    await engine.close();
  });

  it("weighs examples by their contribution", async () => {
    const weighted = run.examples.map((example, i) => ({ ...example, weight: [0.5, 2, 0][i % 3]! }));
    expect((await retrain(run, [[0.5, 2, 0]], { jobs: 1 }))[0]).to.deep.equal(await byHand(weighted));
  });

  it("is the same whatever the number of jobs", async () => {
    expect(await retrain(run, SUBSETS, { jobs: 3 })).to.deep.equal(await retrain(run, SUBSETS, { jobs: 1 }));
  });

  it("goes on where it stopped, and trains again what was spoilt", async () => {
    const results = await retrain(run, SUBSETS.slice(0, 2), { jobs: 1, cache });
    const [folder] = readdirSync(cache);
    const files = readdirSync(join(cache, folder!)).sort();
    expect(files).to.have.length(2);
    writeFileSync(join(cache, folder!, files[0]!), "[0.5,");
    writeFileSync(join(cache, folder!, files[1]!), "[1,2]"); // a result that is only read proves that nothing was trained
    const again = await retrain(run, SUBSETS.slice(0, 2), { jobs: 1, cache });
    const known = again.findIndex((result) => result[0] === 1);
    expect([...again[known]!]).to.deep.equal([1, 2]);
    expect(again[1 - known]).to.deep.equal(results[1 - known]);
  });

  it("keeps what another configuration, other data or other answers give apart", async () => {
    await retrain(run, [[1, 1, 1]], { jobs: 1, cache });
    await retrain({ ...run, options: { ...run.options, seed: 2 } }, [[1, 1, 1]], { jobs: 1, cache });
    await retrain({ ...run, owners: Int32Array.of(0, 1, 2, 0, 1, 1) }, [[1, 1, 1]], { jobs: 1, cache });
    await retrain({ ...run, answers: run.answers.slice(1) }, [[1, 1, 1]], { jobs: 1, cache });
    expect(readdirSync(cache)).to.have.length(4);
  });

  it("names a run that diverges, and keeps nothing of it", async () => {
    const wild = { ...run, options: { ...run.options, learningRate: 1e30 } };
    const failure = await retrain(wild, [[1, 1, 1]], { jobs: 1, cache }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(DivergenceError);
    const [folder] = readdirSync(cache);
    expect(readdirSync(join(cache, folder!))).to.deep.equal([]);
  });
});
