// Pre-training of a base model: next-token prediction over packed documents with Adam.
import { checkVocabulary } from "./base.ts";
import { checkConfig, type ModelConfig } from "./config.ts";
import { DivergenceError, InputError } from "./errors.ts";
import { checkExample, type Example, lossTokens } from "./example.ts";
import { Kernels, kernelModule } from "./kernels/index.ts";
import { layoutSize, weightLayout } from "./layout.ts";
import { Pool, shared } from "./pool.ts";
import { Random } from "./random.ts";
import { scheduledRate } from "./schedule.ts";
import type { Tokenizer } from "./tokenizer.ts";

export interface BaseTrainingOptions {
  steps: number;
  /** Sequences per step. */
  batchSize: number;
  /** Peak learning rate of Adam (betas 0.9 and 0.95). */
  learningRate: number;
  /** Steps of linear warm-up; linear decay to 0 follows. */
  warmup: number;
  seed: number;
  threads?: number;
  onStep?: (progress: BaseProgress) => void;
  /** Where an earlier run with the same inputs stood: this one goes on from there, to the same bits. */
  from?: BaseState;
  /** Is given the state after every so many steps. */
  keep?: { every: number; state: (state: BaseState) => void | Promise<void> };
}

/** Where training stands after `step` steps. */
export interface BaseState {
  step: number;
  /** Weights and Adam's two moments, flat in the order of `weightLayout`. */
  weights: Float32Array;
  m: Float32Array;
  v: Float32Array;
}

export interface BaseProgress {
  step: number;
  steps: number;
  /** Mean loss of the step's tokens, nats. */
  loss: number;
  tokens: number;
}

/** Sequences that one worker sums up before the main thread adds the sums in order; fixed, so threads do not show. */
const SHARD = 2;
const BETA1 = 0.9;
const BETA2 = 0.95;
const EPSILON = 1e-8;
/** The gradient's norm is cut to this; only early steps are longer. */
const MAX_NORM = 1;

/**
 * Documents, each ended by end-of-text, laid end to end and cut into examples of maxSeq + 1 tokens; each begins with
 * the token that the one before ended with, so every token but the first is predicted once. The rest is dropped.
 */
export function packDocuments(documents: Int32Array[], eos: number, maxSeq: number): Example[] {
  const total = documents.reduce((sum, tokens) => sum + tokens.length + 1, 0);
  const stream = new Int32Array(total).fill(eos);
  let at = 0;
  for (const tokens of documents) {
    stream.set(tokens, at);
    at += tokens.length + 1;
  }
  const examples: Example[] = [];
  for (let from = 0; from + maxSeq < total; from += maxSeq) {
    examples.push({ tokens: stream.slice(from, from + maxSeq + 1), lossFrom: 1 });
  }
  return examples;
}

/**
 * Fresh weights: gains 1, matrices uniform with standard deviation 0.02, those that write into the residual stream
 * smaller by sqrt(2 · layers) (Radford et al., 2019).
 */
export function initWeights(config: ModelConfig, seed: number): Float32Array {
  const slots = weightLayout(config);
  const weights = new Float32Array(layoutSize(slots));
  const random = new Random(seed);
  for (const { name, shape, offset, size } of slots) {
    if (shape.length === 1) {
      weights.fill(1, offset, offset + size);
      continue;
    }
    const residual = name.includes("o_proj") || name.includes("down_proj");
    // a uniform variable on ±a has the standard deviation a / sqrt(3)
    const bound = (0.02 * Math.sqrt(3)) / (residual ? Math.sqrt(2 * config.layers) : 1);
    for (let i = offset; i < offset + size; i++) weights[i] = (2 * random.uniform() - 1) * bound;
  }
  return weights;
}

/** Trains fresh weights on the examples, reshuffled every pass. The same inputs give the same bits. */
export async function trainBase(
  config: ModelConfig,
  tokenizer: Tokenizer,
  examples: Example[],
  opts: BaseTrainingOptions,
): Promise<Float32Array> {
  checkConfig(config);
  checkVocabulary({ config, tokenizer });
  checkOptions(examples, opts);
  for (const [i, example] of examples.entries()) checkExample(config, example, `example ${i}`);
  const weights = shared(initWeights(config, opts.seed));
  const size = weights.length;
  const setup = { config, weights, trainable: true, tokenizer: tokenizer.toJSON() };
  const pool = await Pool.create(setup, opts.threads);
  const kernels = new Kernels(await kernelModule());
  const [w, g, m, v] = Array.from({ length: 4 }, () => kernels.allocate(size * 4)) as [number, number, number, number];
  const start = opts.from?.step ?? 0;
  if (opts.from) {
    weights.set(opts.from.weights);
    kernels.floats(m, size).set(opts.from.m);
    kernels.floats(v, size).set(opts.from.v);
  }
  kernels.floats(w, size).set(weights);

  const random = new Random(opts.seed + 1);
  let order = random.permutation(examples.length);
  let next = 0;
  let power1 = 1;
  let power2 = 1;
  try {
    for (let step = 0; step < opts.steps; step++) {
      if (next + opts.batchSize > order.length) {
        order = random.permutation(examples.length);
        next = 0;
      }
      const batch = Array.from(order.subarray(next, next + opts.batchSize), (i) => examples[i]!);
      next += opts.batchSize;
      power1 *= BETA1;
      power2 *= BETA2;
      if (step < start) continue;

      const { loss, tokens, gradient } = await batchGradient(pool, step, batch, size);
      if (!Number.isFinite(loss)) throw new DivergenceError(step, loss);
      kernels.floats(g, size).set(normalised(gradient, tokens));
      const rate = scheduledRate(step, opts.steps, opts.warmup, opts.learningRate);
      kernels.call.adam(size, w, g, m, v, rate, BETA1, BETA2, EPSILON, 1 / (1 - power1), 1 / (1 - power2));
      weights.set(kernels.floats(w, size));
      opts.onStep?.({ step: step + 1, steps: opts.steps, loss: loss / tokens, tokens });
      if (opts.keep && (step + 1) % opts.keep.every === 0) {
        const [moment1, moment2] = [m, v].map((at) => kernels.floats(at, size).slice());
        await opts.keep.state({ step: step + 1, weights: Float32Array.from(weights), m: moment1!, v: moment2! });
      }
    }
  } finally {
    await pool.close();
  }
  return Float32Array.from(weights);
}

function checkOptions(examples: Example[], opts: BaseTrainingOptions): void {
  const { steps, batchSize, learningRate, warmup, seed } = opts;
  const fail = (reason: string) => new InputError(`base training: ${reason}`);
  for (const [key, value] of Object.entries({ steps, batchSize })) {
    if (!Number.isSafeInteger(value) || value < 1) throw fail(`${key} must be a positive integer, not ${value}`);
  }
  if (examples.length < batchSize) throw fail(`${examples.length} examples do not fill one batch of ${batchSize}`);
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    throw fail(`learningRate must be a positive number, not ${learningRate}`);
  }
  if (!Number.isSafeInteger(warmup) || warmup < 0 || warmup >= steps) {
    throw fail(`warmup must be an integer from 0 to ${steps - 1}, not ${warmup}`);
  }
  if (!Number.isSafeInteger(seed)) throw fail(`the seed must be an integer, not ${seed}`);
  if (opts.from && !(opts.from.step <= steps)) throw fail(`${steps} steps, but it stands after ${opts.from.step}`);
}

async function batchGradient(pool: Pool, version: number, batch: Example[], size: number) {
  const shards: Example[][] = [];
  for (let i = 0; i < batch.length; i += SHARD) shards.push(batch.slice(i, i + SHARD));
  const parts = await Promise.all(shards.map((examples) => pool.run({ kind: "baseGradient", version, examples })));
  const gradient = new Float64Array(size);
  let loss = 0;
  for (const part of parts) {
    loss -= part.logProb;
    const values = part.gradient!;
    for (let i = 0; i < size; i++) gradient[i]! += values[i]!;
  }
  const tokens = batch.reduce((sum, example) => sum + lossTokens(example), 0);
  return { loss, tokens, gradient };
}

// mean over the tokens, cut to MAX_NORM
function normalised(gradient: Float64Array, tokens: number): Float64Array {
  let squares = 0;
  for (const value of gradient) squares += value * value;
  const norm = Math.sqrt(squares) / tokens;
  const factor = (norm > MAX_NORM ? MAX_NORM / norm : 1) / tokens;
  return gradient.map((value) => value * factor);
}
