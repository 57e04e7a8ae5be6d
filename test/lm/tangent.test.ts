import { expect } from "chai";
import {
  DivergenceError,
  Engine,
  type Example,
  type TangentOptions,
  type TangentTraining,
  trainAdapter,
  trainTangents,
} from "../../lm/index.ts";
import { randomExamples, TINY, tinyBase } from "./fixtures.ts";
import { rejection } from "./rejection.ts";

describe("tangents through training", () => {
  const base = tinyBase();
  const lora = { rank: 4, alpha: 8, targets: ["q_proj" as const, "v_proj" as const] };
  const examples: Example[] = randomExamples(12, { ...TINY, maxSeq: 24 });
  // four contributions, of which the last has no examples
  const owners = Int32Array.from(examples, (_, i) => [0, 1, 2, 0, 1][i % 5]!);
  const ones = Float64Array.of(1, 1, 1, 1);
  const options: TangentOptions = {
    epochs: 4,
    batchSize: 4,
    learningRate: 0.05,
    momentum: 0.8,
    warmup: 2,
    seed: 1,
    weights: ones,
  };
  let engine: Engine;
  let run: TangentTraining;
  before(async () => {
    engine = await Engine.create(base, { threads: 1 });
    run = await trainTangents(engine, lora, examples, owners, options);
  });
  after(() => engine.close());

  const at = (weights: number[]) =>
    trainTangents(engine, lora, examples, owners, { ...options, weights: Float64Array.from(weights) });
  const largest = (values: Float32Array) => values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);

  it("train the adapter of plain training, to the bit, where all weights are 1", async () => {
    const plain = await trainAdapter(engine, lora, examples, options);
    expect({ adapter: run.adapter, losses: run.losses }).to.deep.equal(plain);
  });

  // the fourth-order difference of the trained adapter in one weight; its rounding error is about 1e-7 / step
  const difference = async (weights: number[], c: number) => {
    const step = 0.03;
    const moved = (shift: number) => at(weights.map((weight, i) => (i === c ? weight + shift : weight)));
    const [far, near, low, back] = await Promise.all([moved(2 * step), moved(step), moved(-step), moved(-2 * step)]);
    return run.tangents[c]!.map((_, i) => {
      const p = (end: TangentTraining | undefined) => end!.adapter.params[i]!;
      return (8 * (p(near) - p(low)) - (p(far) - p(back))) / (12 * step);
    });
  };
  for (const weights of [
    [1, 1, 1, 1],
    [0.5, 0.25, 0.75, 0],
  ]) {
    for (const c of [0, 1, 2]) {
      it(`are the derivatives of the trained adapter at the weights ${weights}, contribution ${c}`, async () => {
        const { tangents } = await at(weights);
        const expected = await difference(weights, c);
        const scale = largest(expected);
        expect(scale).to.be.above(0.05);
        for (const [i, value] of tangents[c]!.entries()) {
          expect(Math.abs(value - expected[i]!) / scale, `parameter ${i}`).to.be.below(2e-4);
        }
      }).timeout(60_000);
    }
  }

  describe("through Adam", () => {
    const adam = { ...options, optimiser: "adam" as const, learningRate: 0.003, warmup: 0 };
    const through = (weights: number[]) =>
      trainTangents(engine, lora, examples, owners, { ...adam, weights: Float64Array.from(weights) });

    it("train the adapter of plain training, to the bit", async () => {
      const { adapter, losses } = await through([1, 1, 1, 1]);
      expect({ adapter, losses }).to.deep.equal(await trainAdapter(engine, lora, examples, adam));
      expect(adapter.params).to.not.deep.equal(run.adapter.params);
    });

    it("follow finite differences, and add up to almost nothing: Adam does not feel the scale of the loss", async () => {
      const { tangents } = await through([1, 1, 1, 1]);
      const size = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      for (const c of [0, 1, 2]) {
        const moved = (shift: number) => through([1, 1, 1, 1].map((weight, i) => (i === c ? weight + shift : weight)));
        const [up, down] = [await moved(0.001), await moved(-0.001)];
        const off = tangents[c]!.map((value, i) => value - (up.adapter.params[i]! - down.adapter.params[i]!) / 0.002);
        expect(size(off) / size(tangents[c]!)).to.be.below(0.01);
      }
      const sum = tangents[0]!.map((_, i) => tangents.reduce((total, tangent) => total + tangent[i]!, 0));
      expect(size(sum) / size(tangents[0]!)).to.be.below(0.001);
    }).timeout(60_000);
  });

  it("add up to the tangent of all examples as one contribution", async () => {
    const one = await trainTangents(engine, lora, examples, new Int32Array(examples.length), {
      ...options,
      weights: Float64Array.of(1),
    });
    const scale = largest(one.tangents[0]!);
    for (const [i, value] of one.tangents[0]!.entries()) {
      const sum = run.tangents.reduce((total, tangent) => total + tangent[i]!, 0);
      expect(Math.abs(sum - value) / scale).to.be.below(1e-5);
    }
  });

  it("are zero for a contribution without examples", () => {
    expect(run.tangents).to.have.length(4);
    expect(run.tangents[3]!.every((value) => value === 0)).to.equal(true);
  });

  it("do not show the number of threads in a single bit, nor the run", async () => {
    const two = await Engine.create(base, { threads: 2 });
    expect(await trainTangents(two, lora, examples, owners, options)).to.deep.equal(run);
    await two.close();
  });

  it("do not show in a single bit how contributions are named or how many stand beside", async () => {
    const count = 70;
    const places = [69, 3, 40];
    const weights = new Float64Array(count).fill(1);
    const spread = owners.map((owner) => places[owner]!);
    const { tangents } = await trainTangents(engine, lora, examples, spread, { ...options, weights });
    for (const [c, place] of places.entries()) expect(tangents[place]).to.deep.equal(run.tangents[c]);
  });

  it("are the same to the bit where each example is a contribution, in more than one group", async () => {
    const many = Array.from({ length: 40 }, (_, i) => examples[i % examples.length]!);
    const short = { ...options, epochs: undefined, steps: 3, batchSize: 20, warmup: 0 };
    const each = await trainTangents(
      engine,
      lora,
      many,
      Int32Array.from(many, (_, i) => i),
      {
        ...short,
        weights: new Float64Array(40).fill(1),
      },
    );
    const plain = await trainAdapter(engine, lora, many, short);
    expect(each.adapter).to.deep.equal(plain.adapter);
    // two contributions of which the second is the last example alone
    const last = await trainTangents(
      engine,
      lora,
      many,
      Int32Array.from(many, (_, i) => Number(i === 39)),
      {
        ...short,
        weights: Float64Array.of(1, 1),
      },
    );
    expect(each.tangents[39]).to.deep.equal(last.tangents[1]);
  });

  it("weigh nothing where the weight is 0, but say what a first bit of weight would move", async () => {
    const silent = await at([1, 0, 1, 1]);
    const swapped = examples.map((example, i) =>
      owners[i] === 1 ? { ...example, tokens: example.tokens.toReversed() } : example,
    );
    const other = await trainTangents(engine, lora, swapped, owners, {
      ...options,
      weights: Float64Array.of(1, 0, 1, 1),
    });
    expect(other.adapter).to.deep.equal(silent.adapter);
    expect(other.tangents[0]).to.deep.equal(silent.tangents[0]);
    expect(largest(silent.tangents[1]!)).to.be.above(0);
    expect(other.tangents[1]).to.not.deep.equal(silent.tangents[1]);
  });

  it("count weight 0 like absence where the normaliser is given and a batch is everything", async () => {
    const whole = { ...options, epochs: 5, batchSize: 12, normaliser: 100 };
    const silent = await trainTangents(engine, lora, examples, owners, {
      ...whole,
      weights: Float64Array.of(1, 0, 1, 1),
    });
    const there = examples.flatMap((_, i) => (owners[i] === 1 ? [] : [i]));
    const absent = await trainTangents(
      engine,
      lora,
      there.map((i) => examples[i]!),
      owners.filter((owner) => owner !== 1),
      whole,
    );
    for (const [one, two] of [
      [silent.adapter.params, absent.adapter.params],
      [silent.tangents[0]!, absent.tangents[0]!],
      [silent.tangents[2]!, absent.tangents[2]!],
    ] as const) {
      // the order of the examples differs, and with it the rounding of their sum
      const scale = largest(two);
      for (const [i, value] of one.entries()) expect(Math.abs(value - two[i]!) / scale).to.be.below(1e-5);
    }
  });

  it("keep an example's own weight beside its contribution's", async () => {
    const doubled = examples.map((example) => ({ ...example, weight: 2 * (example.weight ?? 1) }));
    const halved = await trainTangents(engine, lora, doubled, owners, {
      ...options,
      normaliser: 50,
      weights: Float64Array.of(0.5, 0.5, 0.5, 0.5),
    });
    const plain = await trainTangents(engine, lora, examples, owners, { ...options, normaliser: 50 });
    expect(halved.adapter).to.deep.equal(plain.adapter);
    expect(halved.tangents[0]).to.deep.equal(plain.tangents[0]!.map((value) => 2 * value));
  });

  it("report every step, and stop at the caller's signal", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const onStep = ({ step }: { step: number }) => {
      seen.push(step);
      if (step === 2) controller.abort(new Error("enough"));
    };
    const stopped = trainTangents(engine, lora, examples, owners, { ...options, onStep, signal: controller.signal });
    expect(await rejection(stopped)).to.equal("enough");
    expect(seen).to.deep.equal([1, 2]);
  });

  for (const learningRate of [1e10, 1e20, 1e39]) {
    it(`are refused of a training that diverges, at a learning rate of ${learningRate}`, async () => {
      const wild = trainTangents(engine, lora, examples, owners, { ...options, learningRate, warmup: 0 });
      const error = await wild.catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(DivergenceError);
    });
  }

  const faults: [string, Int32Array, Float64Array, string][] = [
    ["too few owners", owners.slice(1), ones, "11 owners of 12 examples"],
    ["an owner below 0", owners.map(() => -1), ones, "example 0 belongs to contribution -1, but there are 4"],
    ["an owner too high", owners.map(() => 4), ones, "example 0 belongs to contribution 4, but there are 4"],
    ["no contributions", owners, new Float64Array(0), "no contributions"],
    [
      "NaN as a weight",
      owners,
      Float64Array.of(1, Number.NaN, 1),
      "the weight of contribution 1 must be a finite number",
    ],
  ];
  for (const [fault, names, weights, message] of faults) {
    it(`are refused with ${fault}`, async () => {
      const refused = rejection(trainTangents(engine, lora, examples, names, { ...options, weights }));
      expect(await refused).to.include(`tangents: ${message}`);
    });
  }

  it("are refused without examples, with a bad one, and with bad options", async () => {
    const none = trainTangents(engine, lora, [], new Int32Array(0), options);
    expect(await rejection(none)).to.equal("training: no examples");
    const bad = [...examples, { tokens: Int32Array.of(1), lossFrom: 1 }];
    const more = Int32Array.from(bad, () => 0);
    expect(await rejection(trainTangents(engine, lora, bad, more, options))).to.include("example 12: an example needs");
    const momentum = trainTangents(engine, lora, examples, owners, { ...options, momentum: 1 });
    expect(await rejection(momentum)).to.include("momentum must be in [0, 1), not 1");
  });
});
