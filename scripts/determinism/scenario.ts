// A small training from its first bit to its scores, with everything that ends in a commitment. It runs in Node and in a
// browser, and takes its numbers from seeds alone.
import {
  type Base,
  DotScan,
  Engine,
  type Example,
  initWeights,
  type LoraConfig,
  type ModelConfig,
  Random,
  Tokenizer,
  trainAdapter,
} from "../../lm/index.ts";
import { kernelModule } from "../../lm/kernels/index.ts";
import { WIDE } from "../../lm/kernels/wide.ts";
import { tangent } from "../../oracle/engines/tangent.ts";
import { indexOf } from "../../oracle/features.ts";
import { gaussLegendre } from "../../oracle/quadrature.ts";
import { quantiseQuery } from "../../oracle/query.ts";
import { answerGradients } from "../../oracle/version-features.ts";
import { keccakHex } from "../../protocol/hash.ts";

/** What must be equal everywhere. */
export interface Bits {
  /** keccak256 of the trained parameters. */
  adapter: string;
  /** Root of the version's index, whose leaves hold the roots of all features. */
  features: string;
  /** keccak256 of every answer's scores. */
  scores: string;
}

export interface Run extends Bits {
  threads: number;
  /** Whether V8 joined lanes into 256 bits for the kernels. */
  wide: boolean;
}

// wide enough for whole tiles and remainders, long enough for two blocks of queries
const CONFIG: ModelConfig = {
  vocabSize: 260,
  dim: 48,
  layers: 2,
  heads: 2,
  hiddenDim: 100,
  maxSeq: 80,
  ropeTheta: 10000,
  normEps: 1e-5,
  tieEmbeddings: true,
};
const LORA: LoraConfig = { rank: 4, alpha: 8, targets: ["q_proj", "v_proj"] };
const TRAINING = { steps: 6, batchSize: 4, learningRate: 0.5, momentum: 0.9, warmup: 2, seed: 3 };
const CONTRIBUTIONS = 3;
const ANSWERS = 5;

/** Trains, carries tangents at two nodes, quantises, and scores some answers, on so many worker threads. */
export async function run(threads: number): Promise<Run> {
  const weights = initWeights(CONFIG, 1).map((value) => (value === 1 ? 0.9 : 5 * value));
  const base: Base = { config: CONFIG, tokenizer: new Tokenizer([]), weights, hash: "0x" };
  const engine = await Engine.create(base, { threads });
  try {
    const contributions = Array.from({ length: CONTRIBUTIONS }, (_, c) => ({
      id: c,
      contributor: CONTRIBUTIONS - c,
      examples: [0, 1, 2].map((row) => example(10 * c + row)),
    }));
    const training = contributions.flatMap(({ examples }) => examples);
    const { adapter } = await trainAdapter(engine, LORA, training, TRAINING);
    const evaluation = [example(100), example(101)];
    const attribution = { engine, adapter, training: TRAINING, contributions, evaluation };
    const set = await tangent(gaussLegendre(2)).features(attribution);
    const answers = Array.from({ length: ANSWERS }, (_, i) => example(200 + i));
    const gradients = await answerGradients(attribution, set.nodes, answers);
    const scan = await DotScan.of(set.features);
    const scores = scan.dots(gradients.map((gradient) => quantiseQuery(gradient, set.tensors)));
    return {
      threads,
      wide: WebAssembly.Module.customSections(await kernelModule(), WIDE).length > 0,
      adapter: hash(adapter.params),
      features: indexOf(set).list.root,
      scores: hash(Float64Array.from(scores.flatMap((row) => [...row]))),
    };
  } finally {
    await engine.close();
  }
}

function example(seed: number): Example {
  const random = new Random(seed);
  const length = 5 + random.below(CONFIG.maxSeq - 4);
  return { tokens: Int32Array.from({ length }, () => random.below(257)), lossFrom: 1 + random.below(3) };
}

function hash(values: Float32Array | Float64Array): string {
  return keccakHex(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
