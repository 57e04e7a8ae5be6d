import { expect } from "chai";
import { adapterLayout, Engine, type Example } from "../../lm/index.ts";
import type { AttributionRun } from "../../oracle/engine.ts";
import { gradDot } from "../../oracle/engines/grad-dot.ts";
import { indexOf } from "../../oracle/features.ts";
import { quantiseQuery } from "../../oracle/query.ts";
import { answerGradients } from "../../oracle/version-features.ts";
import { dot, powerOfTwo } from "../../protocol/quantise.ts";
import { randomExamples, TINY, tinyAdapter, tinyBase } from "../lm/fixtures.ts";

describe("the grad-dot engine", function () {
  this.timeout(120_000); // the kernels may have to be compiled
  const adapter = tinyAdapter();
  const examples = randomExamples(7).map(({ tokens, lossFrom }): Example => ({ tokens, lossFrom }));
  let engine: Engine;
  let run: AttributionRun;

  before(async () => {
    engine = await Engine.create(tinyBase(), { threads: 2 });
    run = {
      engine,
      adapter,
      training: { epochs: 1, batchSize: 4, learningRate: 0.1, momentum: 0.9, warmup: 0, seed: 1 },
      contributions: [
        { id: 5, contributor: 1, examples: examples.slice(0, 2) },
        { id: 2, contributor: 0, examples: examples.slice(2, 5) },
        { id: 3, contributor: 0, examples: [] },
      ],
      evaluation: examples.slice(5),
    };
  });
  after(() => engine.close());

  it("has minus the gradient of the training loss for a feature, to within quantisation", async () => {
    const { features, tensors, contributions } = await gradDot.features(run);
    expect(contributions.map(({ contribution }) => contribution)).to.deep.equal([2, 3, 5]);
    const { gradient } = await engine.gradient(adapter, [...examples.slice(0, 2)]);
    let at = 0;
    for (const { size, exponent } of tensors) {
      for (const end = at + size; at < end; at++) {
        const unit = powerOfTwo(exponent);
        expect(Math.abs(features[2]![at]! * unit + gradient[at]!)).to.be.at.most(unit / 2);
      }
    }
    expect(at).to.equal(adapter.params.length);
  });

  it("lays its tensors out as the adapter does", async () => {
    const { tensors, dims } = await gradDot.features(run);
    expect(tensors.map(({ name, size }) => ({ name, size }))).to.deep.equal(
      adapterLayout(TINY, adapter.config).map(({ name, size }) => ({ name, size })),
    );
    expect(dims).to.equal(adapter.params.length);
  });

  it("gives a contribution without a kept row the zero feature", async () => {
    const { features, standing } = await gradDot.features(run);
    expect(features[1]!.every((element) => element === 0)).to.equal(true);
    expect(standing[1]).to.equal(0n);
    expect(standing.reduce((sum, share) => sum + share, 0n) <= 1_000_000_000n).to.equal(true);
  });

  it("credits a contribution for an answer that it taught", async () => {
    const set = await gradDot.features(run);
    const [gradient] = await answerGradients(run, [adapter.params], [examples[0]!]);
    const scores = set.features.map((feature) => dot(feature, quantiseQuery(gradient!, set.tensors)));
    expect(scores[2]).to.be.greaterThan(Math.max(scores[0]!, 0));
    expect(scores[1]).to.equal(0);
  });

  it("gives an empty answer a zero gradient", async () => {
    const empty = { tokens: Int32Array.of(1, 2), lossFrom: 2 };
    const [first, second] = await answerGradients(run, [adapter.params], [empty, examples[1]!]);
    expect(first!.every((value) => value === 0)).to.equal(true);
    expect(second).to.deep.equal((await engine.gradient(adapter, [examples[1]!])).gradient.map((value) => -value));
  });

  it("gives the same index on one thread as on two", async () => {
    const single = await Engine.create(tinyBase(), { threads: 1 });
    try {
      const alone = await gradDot.features({ ...run, engine: single });
      expect(indexOf(alone).list.root).to.equal(indexOf(await gradDot.features(run)).list.root);
    } finally {
      await single.close();
    }
  });

  it("tells how far it is", async () => {
    const seen: number[][] = [];
    await gradDot.features({ ...run, onProgress: (done, total) => seen.push([done, total]) });
    expect(seen[0]).to.deep.equal([1, 5]);
    expect(seen.at(-1)).to.deep.equal([5, 5]);
  });
});
