import { expect } from "chai";
import {
  type AdapterProgress,
  type AdapterTrainingOptions,
  DivergenceError,
  Engine,
  type Example,
  trainAdapter,
} from "../../lm/index.ts";
import { randomExamples, TINY, tinyBase } from "./fixtures.ts";
import { rejection } from "./rejection.ts";

describe("training an adapter", () => {
  const base = tinyBase();
  const lora = { rank: 4, alpha: 8, targets: ["q_proj" as const, "v_proj" as const] };
  const options: AdapterTrainingOptions = {
    epochs: 6,
    batchSize: 4,
    learningRate: 0.3,
    momentum: 0.9,
    warmup: 3,
    seed: 1,
  };
  const examples: Example[] = randomExamples(10, { ...TINY, maxSeq: 24 }).map(({ tokens, lossFrom }) => ({
    tokens,
    lossFrom,
  }));
  let engine: Engine;
  before(async () => {
    engine = await Engine.create(base, { threads: 1 });
  });
  after(() => engine.close());

  it("lowers the loss on its examples", async () => {
    const { adapter, losses } = await trainAdapter(engine, lora, examples, options);
    expect(losses).to.have.length(18);
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    const before = sum(await engine.logProbs(null, examples));
    const after = sum(await engine.logProbs(adapter, examples));
    expect(after).to.be.above(before * 0.9);
  });

  it("gives the same bits again, and with two threads", async () => {
    const first = await trainAdapter(engine, lora, examples, options);
    expect(await trainAdapter(engine, lora, examples, options)).to.deep.equal(first);
    const two = await Engine.create(base, { threads: 2 });
    expect(await trainAdapter(two, lora, examples, options)).to.deep.equal(first);
    await two.close();
    const other = await trainAdapter(engine, lora, examples, { ...options, seed: 2 });
    expect(other.adapter.params).to.not.deep.equal(first.adapter.params);
  });

  it("shows every batch from inside and is not changed by it", async () => {
    const plain = await trainAdapter(engine, lora, examples, options);
    const seen: number[] = [];
    const observed = await trainAdapter(engine, lora, examples, {
      ...options,
      async onBatch({ step, indices, gradients, params }) {
        seen.push(step);
        const { gradient } = (await engine.gradients({ config: lora, params }, [examples[indices[0]!]!]))[0]!;
        expect(gradients[0]).to.deep.equal(gradient);
        expect(gradients).to.have.length(indices.length);
      },
    });
    expect(observed).to.deep.equal(plain);
    expect(seen).to.deep.equal(Array.from({ length: 18 }, (_, step) => step));
  });

  it("reports every step and takes each example once an epoch", async () => {
    const seen: AdapterProgress[] = [];
    const onStep = (progress: AdapterProgress) => seen.push(progress);
    const { losses } = await trainAdapter(engine, lora, examples, { ...options, epochs: 1, warmup: 0, onStep });
    expect(seen.map(({ step }) => step)).to.deep.equal([1, 2, 3]);
    expect(seen.map(({ loss }) => loss)).to.deep.equal(losses);
    expect(seen.every(({ steps }) => steps === 3)).to.equal(true);
    expect(seen[0]!.learningRate).to.be.above(seen[2]!.learningRate);
  });

  it("divides by a fixed number, so that doubled weights are a doubled learning rate", async () => {
    const short = { ...options, epochs: undefined, steps: 1, warmup: 0, batchSize: 10 };
    const doubled = examples.map((example) => ({ ...example, weight: 2 }));
    const one = await trainAdapter(engine, lora, doubled, short);
    const two = await trainAdapter(engine, lora, examples, { ...short, learningRate: 0.6 });
    expect(one.adapter).to.deep.equal(two.adapter);
  });

  it("takes nothing from an example of weight 0", async () => {
    const weightless = examples.map((example, i) => (i < 5 ? { ...example, weight: 0 } : example));
    const swapped = weightless.map((example, i) =>
      i < 5 ? { ...example, tokens: example.tokens.toReversed() } : example,
    );
    const one = await trainAdapter(engine, lora, weightless, options);
    expect((await trainAdapter(engine, lora, swapped, options)).adapter).to.deep.equal(one.adapter);
  });

  for (const learningRate of [1e10, 1e20, 1e30, 1e39]) {
    it(`that diverges is named so, at a learning rate of ${learningRate}`, async () => {
      const wild = { ...options, learningRate, warmup: 0 };
      const error = await trainAdapter(engine, lora, examples, wild).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(DivergenceError);
      expect((error as Error).message).to.match(/^training diverged at step \d+: .* lower the learning rate/);
    });
  }

  it("stops at the caller's signal", async () => {
    const controller = new AbortController();
    const onStep = ({ step }: AdapterProgress) => {
      if (step === 2) controller.abort(new Error("enough"));
      expect(step).to.be.below(3);
    };
    const run = trainAdapter(engine, lora, examples, { ...options, onStep, signal: controller.signal });
    expect(await rejection(run)).to.equal("enough");
  });

  const faults: [Partial<AdapterTrainingOptions>, string][] = [
    [{ batchSize: 0 }, "batchSize must be a positive integer, not 0"],
    [{ steps: 3 }, "give either steps or epochs"],
    [{ epochs: undefined }, "give either steps or epochs"],
    [{ epochs: 0 }, "the number of steps must be a positive integer, not 0"],
    [{ learningRate: 0 }, "learningRate must be a positive number, not 0"],
    [{ learningRate: Number.NaN }, "learningRate must be a positive number, not NaN"],
    [{ momentum: 1 }, "momentum must be in [0, 1), not 1"],
    [{ warmup: 18 }, "warmup must be an integer from 0 to 17, not 18"],
    [{ normaliser: 0 }, "normaliser must be a positive number, not 0"],
    [{ seed: 0.5 }, "the seed must be an integer, not 0.5"],
  ];
  for (const [fault, message] of faults) {
    const [[key, value]] = Object.entries(fault) as [[string, unknown]];
    it(`does not begin with ${key} ${value}`, async () => {
      expect(await rejection(trainAdapter(engine, lora, examples, { ...options, ...fault }))).to.include(message);
    });
  }

  it("does not begin without examples, or with a bad one", async () => {
    expect(await rejection(trainAdapter(engine, lora, [], options))).to.equal("training: no examples");
    const bad = [...examples, { tokens: Int32Array.of(1), lossFrom: 1 }];
    expect(await rejection(trainAdapter(engine, lora, bad, options))).to.include("example 10: an example needs");
    expect(await rejection(trainAdapter(engine, { ...lora, rank: 0 }, examples, options))).to.include(
      "the rank must be",
    );
  });
});
