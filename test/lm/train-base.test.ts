import { expect } from "chai";
import {
  type BaseState,
  type BaseTrainingOptions,
  initWeights,
  type ModelConfig,
  packDocuments,
  trainBase,
  weightLayout,
} from "../../lm/index.ts";
import { TINY, tinyBase } from "./fixtures.ts";
import { rejection } from "./rejection.ts";

describe("training a base", () => {
  const config: ModelConfig = { ...TINY, maxSeq: 16 };
  const { tokenizer } = tinyBase();
  const text = "the bees of the hive keep the honey in the comb";
  const examples = packDocuments(Array(30).fill(tokenizer.encode(text)), tokenizer.eos, config.maxSeq);
  const options: BaseTrainingOptions = { steps: 40, batchSize: 5, learningRate: 0.01, warmup: 5, seed: 1 };

  it("packs documents end to end, every token but the first predicted once", () => {
    const documents = [Int32Array.of(1, 2, 3), Int32Array.of(4), Int32Array.of(5, 6, 7, 8, 9)];
    const packed = packDocuments(documents, 0, 4);
    expect(packed.map(({ tokens }) => Array.from(tokens))).to.deep.equal([
      [1, 2, 3, 0, 4],
      [4, 0, 5, 6, 7],
    ]);
    expect(packed.every(({ lossFrom }) => lossFrom === 1)).to.equal(true);
    expect(packDocuments([], 0, 4)).to.deep.equal([]);
  });

  it("begins with gains of 1 and matrices of standard deviation 0.02, smaller into the residual stream", () => {
    const wide: ModelConfig = { ...TINY, dim: 64, hiddenDim: 128 };
    const weights = initWeights(wide, 1);
    for (const { name, shape, offset, size } of weightLayout(wide)) {
      const values = weights.subarray(offset, offset + size);
      if (shape.length === 1) {
        expect(values.every((value) => value === 1)).to.equal(true);
        continue;
      }
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / size);
      const expected = /o_proj|down_proj/.test(name) ? 0.02 / Math.sqrt(2 * wide.layers) : 0.02;
      expect(deviation / expected, name).to.be.closeTo(1, 0.05);
    }
  });

  it("learns, and gives the same bits again with any number of threads", async () => {
    const losses: number[] = [];
    const one = await trainBase(config, tokenizer, examples, {
      ...options,
      threads: 1,
      onStep: ({ loss }) => losses.push(loss),
    });
    expect(losses).to.have.length(40);
    expect(losses[0]).to.be.closeTo(Math.log(config.vocabSize), 0.1);
    expect(losses.at(-1)).to.be.below(losses[0]! / 2);
    expect(await trainBase(config, tokenizer, examples, { ...options, threads: 2 })).to.deep.equal(one);
    expect(await trainBase(config, tokenizer, examples, { ...options, threads: 1, seed: 2 })).to.not.deep.equal(one);
  });

  it("goes on where it stopped, to the same bits", async () => {
    const states: BaseState[] = [];
    const keep = { every: 15, state: (state: BaseState) => void states.push(state) };
    const whole = await trainBase(config, tokenizer, examples, { ...options, threads: 1, keep });
    expect(states.map(({ step }) => step)).to.deep.equal([15, 30]);
    for (const from of states) {
      let steps = 0;
      const onStep = () => void steps++;
      expect(await trainBase(config, tokenizer, examples, { ...options, threads: 1, from, onStep })).to.deep.equal(
        whole,
      );
      expect(steps).to.equal(40 - from.step);
    }
  });

  it("that diverges is named so", async () => {
    const run = trainBase(config, tokenizer, examples, { ...options, learningRate: 1e38, threads: 1 });
    expect(await rejection(run)).to.match(/^training diverged at step \d+/);
  });

  const faults: [Partial<BaseTrainingOptions>, string][] = [
    [{ steps: 0 }, "steps must be a positive integer, not 0"],
    [{ batchSize: 0 }, "batchSize must be a positive integer, not 0"],
    [{ batchSize: 1000 }, "examples do not fill one batch of 1000"],
    [{ learningRate: -1 }, "learningRate must be a positive number, not -1"],
    [{ warmup: 40 }, "warmup must be an integer from 0 to 39, not 40"],
    [{ seed: Number.NaN }, "the seed must be an integer, not NaN"],
    [{ threads: 0 }, "threads must be an integer from 1 to 64"],
  ];
  for (const [fault, message] of faults) {
    it(`does not begin with ${JSON.stringify(fault)}`, async () => {
      expect(await rejection(trainBase(config, tokenizer, examples, { ...options, ...fault }))).to.include(message);
    });
  }

  it("does not begin with a bad example or a tokenizer that is too large", async () => {
    const bad = [...examples, { tokens: Int32Array.of(1, 999), lossFrom: 1 }];
    expect(await rejection(trainBase(config, tokenizer, bad, options))).to.include("token 999 at 1 is outside");
    const small = { ...config, vocabSize: 260 };
    expect(await rejection(trainBase(small, tokenizer, examples, options))).to.include("but the model only 260");
  });
});
