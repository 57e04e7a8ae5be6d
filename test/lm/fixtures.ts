// A tiny base and inputs for it, drawn from seeds.
import {
  type Adapter,
  type Base,
  type Example,
  initAdapter,
  initWeights,
  type ModelConfig,
  makeBase,
  Random,
  trainTokenizer,
} from "../../lm/index.ts";

export const TINY: ModelConfig = {
  vocabSize: 276,
  dim: 16,
  layers: 2,
  heads: 2,
  hiddenDim: 20,
  maxSeq: 80,
  ropeTheta: 10000,
  normEps: 1e-5,
  tieEmbeddings: true,
};

/** A base whose weights are large enough for every layer to matter. */
export function tinyBase(config: ModelConfig = TINY): Base {
  const tokenizer = trainTokenizer(["the bees of the hive keep the honey in the comb of the hive"], 270);
  const weights = initWeights(config, 7).map((value) => (value === 1 ? 0.9 : value * 15));
  return makeBase({ config, tokenizer, weights });
}

/** An adapter with both factors filled, so that the gradient of neither is zero. */
export function tinyAdapter(config: ModelConfig = TINY, rank = 3): Adapter {
  const adapter = initAdapter(config, { rank, alpha: 6, targets: ["q_proj", "v_proj"] }, 5);
  const random = new Random(11);
  adapter.params.forEach((value, i) => {
    if (value === 0) adapter.params[i] = random.uniform() - 0.5;
  });
  return adapter;
}

export function randomTokens(length: number, seed: number, vocab = 270): Int32Array {
  const random = new Random(seed);
  return Int32Array.from({ length }, () => random.below(vocab));
}

export function randomExamples(count: number, config: ModelConfig = TINY): Example[] {
  return Array.from({ length: count }, (_, i) => ({
    tokens: randomTokens(5 + ((i * 13) % (config.maxSeq - 4)), i + 1),
    lossFrom: 1 + (i % 3),
    weight: 1 + i / 4,
  }));
}
