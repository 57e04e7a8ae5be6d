// A small training as engines get it.
import { Engine, type Example, type Optimiser, trainAdapter } from "../../lm/index.ts";
import type { AttributionRun } from "../../oracle/engine.ts";
import { randomExamples, TINY, tinyBase } from "../lm/fixtures.ts";

/** Three contributions with examples and one without, trained for some steps; two answers to judge by. */
export async function trainedRun(
  options: { steps?: number; learningRate?: number; threads?: number; optimiser?: Optimiser } = {},
): Promise<AttributionRun> {
  const { steps = 24, learningRate = 0.02, threads = 1, optimiser = "sgd" } = options;
  const engine = await Engine.create(tinyBase(), { threads });
  const examples = randomExamples(11, { ...TINY, maxSeq: 24 }).map(({ tokens, lossFrom }): Example => {
    return { tokens, lossFrom };
  });
  const warmup = Math.min(4, steps - 1);
  const training = { steps, batchSize: 3, optimiser, learningRate, momentum: 0.8, warmup, seed: 2 };
  const lora = { rank: 3, alpha: 6, targets: ["q_proj" as const, "v_proj" as const] };
  const { adapter } = await trainAdapter(engine, lora, examples.slice(0, 9), training);
  return {
    engine,
    adapter,
    training,
    contributions: [
      { id: 5, contributor: 1, examples: examples.slice(0, 2) },
      { id: 2, contributor: 0, examples: examples.slice(2, 6) },
      { id: 3, contributor: 0, examples: [] },
      { id: 4, contributor: 2, examples: examples.slice(6, 9) },
    ],
    evaluation: examples.slice(9),
  };
}

/** The real dot product of an answer's gradient with each contribution's feature, from int8 features. */
export function realScores(
  set: { features: readonly Int8Array[]; tensors: readonly { size: number; exponent: number }[] },
  gradient: Float32Array,
): number[] {
  return set.features.map((feature) => {
    let sum = 0;
    let at = 0;
    for (const { size, exponent } of set.tensors) {
      for (const end = at + size; at < end; at++) sum += feature[at]! * 2 ** exponent * gradient[at]!;
    }
    return sum;
  });
}
