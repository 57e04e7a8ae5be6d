// Fine-tuning of a LoRA adapter by SGD with momentum, or by Adam. The sum of a batch's losses is divided by a fixed
// number, not by what the batch happens to hold, so that SGD's step scales with the weight of every example: attribution
// differentiates through this.
import type { Engine } from "./engine.ts";
import { DivergenceError, InputError } from "./errors.ts";
import { checkExample, type Example, lossTokens } from "./example.ts";
import { Kernels, kernelModule } from "./kernels/index.ts";
import { type Adapter, initAdapter, type LoraConfig } from "./lora.ts";
import { Random } from "./random.ts";
import { scheduledRate } from "./schedule.ts";

export type Optimiser = "sgd" | "adam";

export const OPTIMISERS: readonly Optimiser[] = ["sgd", "adam"];

/** Adam's running means forget by these; what keeps its division from zero. */
export const ADAM = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };

export interface AdapterTrainingOptions {
  /** Default: `sgd`, with momentum. */
  optimiser?: Optimiser;
  /** Number of batches; or give `epochs`. */
  steps?: number;
  /** Passes over all examples; the last batch of each may be smaller. */
  epochs?: number;
  batchSize: number;
  learningRate: number;
  /** Of SGD, in [0, 1). */
  momentum: number;
  /** Steps of linear warm-up; linear decay to 0 follows. */
  warmup: number;
  /** Of the initial adapter and of the order of the examples. */
  seed: number;
  /** What every batch's summed loss is divided by; default: batchSize · mean loss tokens of an example. */
  normaliser?: number;
  onStep?: (progress: AdapterProgress) => void;
  /** Sees every batch before its step is taken; changes no bit of the training. */
  onBatch?: (batch: ObservedBatch) => void | Promise<void>;
  signal?: AbortSignal;
}

export interface AdapterProgress {
  /** Steps done. */
  step: number;
  steps: number;
  /** Mean loss per loss token of this step's batch, weighted as its examples are; nats. */
  loss: number;
  learningRate: number;
}

/** One step of training from inside; with SGD v = momentum · v + Σ gradients / normaliser; params −= rate · v. */
export interface ObservedBatch {
  /** Counted from 0. */
  step: number;
  /** Learning rate, rounded to f32 as the step takes it. */
  rate: number;
  normaliser: number;
  /** Places of the batch's examples among all. */
  indices: readonly number[];
  /** d loss / d params of each example of the batch, its weight included. */
  gradients: Float32Array[];
  /** Before the step; a view that the step overwrites. */
  params: Float32Array;
}

/**
 * Trains a fresh adapter. Every epoch takes each example once, in an order drawn from the seed. The same base, config,
 * examples and options give the same bits, whatever the number of threads. Throws a DivergenceError where the loss
 * or a parameter is no longer finite.
 */
export async function trainAdapter(
  engine: Engine,
  lora: LoraConfig,
  examples: Example[],
  opts: AdapterTrainingOptions,
): Promise<{ adapter: Adapter; losses: number[] }> {
  const { config } = engine.base;
  const steps = checkOptions(examples, opts);
  for (const [i, example] of examples.entries()) checkExample(config, example, `example ${i}`);
  const totalTokens = examples.reduce((sum, example) => sum + lossTokens(example), 0);
  const normaliser = opts.normaliser ?? (opts.batchSize * totalTokens) / examples.length;

  const adapter = initAdapter(config, lora, opts.seed);
  const size = adapter.params.length;
  const kernels = new Kernels(await kernelModule());
  const [w, g, v, m] = Array.from({ length: 4 }, () => kernels.allocate(size * 4)) as [number, number, number, number];
  kernels.floats(w, size).set(adapter.params);
  const { beta1, beta2, epsilon } = ADAM;
  let [power1, power2] = [1, 1];

  const losses: number[] = [];
  const batches = batchesOf([...examples.keys()], opts.batchSize, opts.seed);
  for (let step = 0; step < steps; step++) {
    opts.signal?.throwIfAborted();
    const indices = batches.next().value!;
    const batch = indices.map((index) => examples[index]!);
    const rate = scheduledRate(step, steps, opts.warmup, opts.learningRate);
    const parts = opts.onBatch && (await engine.gradients(adapter, batch));
    const { loss: sum, gradient } = parts ? engine.sum(adapter, parts) : await engine.gradient(adapter, batch);
    const weight = batch.reduce((total, example) => total + (example.weight ?? 1) * lossTokens(example), 0);
    const loss = weight === 0 ? sum : sum / weight;
    if (!Number.isFinite(loss)) throw new DivergenceError(step, loss);
    if (parts) {
      const gradients = parts.map((part) => part.gradient);
      const { params } = adapter;
      await opts.onBatch?.({ step, rate: Math.fround(rate), normaliser, indices, gradients, params });
    }
    kernels.floats(g, size).set(gradient.map((value) => value / normaliser));
    if (opts.optimiser === "adam") {
      power1 *= beta1;
      power2 *= beta2;
      kernels.call.adam(size, w, g, m, v, rate, beta1, beta2, epsilon, 1 / (1 - power1), 1 / (1 - power2));
    } else {
      kernels.call.sgdMomentum(size, w, g, v, rate, opts.momentum);
    }
    adapter.params.set(kernels.floats(w, size));
    losses.push(loss);
    opts.onStep?.({ step: step + 1, steps, loss, learningRate: rate });
  }
  if (!adapter.params.every(Number.isFinite)) throw new DivergenceError(steps, Number.NaN);
  return { adapter, losses };
}

/** Batches without end: epoch after epoch, each in its own order. */
export function* batchesOf<T>(examples: readonly T[], batchSize: number, seed: number): Generator<T[], never> {
  const random = new Random(seed + 1);
  for (;;) {
    const order = random.permutation(examples.length);
    for (let i = 0; i < order.length; i += batchSize) {
      yield Array.from(order.subarray(i, i + batchSize), (index) => examples[index]!);
    }
  }
}

/** Number of steps; throws an InputError that names the first option that makes no sense. */
export function checkOptions(examples: Example[], opts: AdapterTrainingOptions): number {
  const { optimiser = "sgd", batchSize, learningRate, momentum, warmup, normaliser = 1 } = opts;
  if (!OPTIMISERS.includes(optimiser)) {
    throw new InputError(`training: the optimiser must be one of ${OPTIMISERS.join(", ")}, not ${optimiser}`);
  }
  if (examples.length === 0) throw new InputError("training: no examples");
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new InputError(`training: batchSize must be a positive integer, not ${batchSize}`);
  }
  if ((opts.steps === undefined) === (opts.epochs === undefined)) {
    throw new InputError("training: give either steps or epochs");
  }
  const steps = opts.steps ?? opts.epochs! * Math.ceil(examples.length / batchSize);
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new InputError(`training: the number of steps must be a positive integer, not ${steps}`);
  }
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    throw new InputError(`training: learningRate must be a positive number, not ${learningRate}`);
  }
  if (!(momentum >= 0 && momentum < 1)) throw new InputError(`training: momentum must be in [0, 1), not ${momentum}`);
  if (!Number.isSafeInteger(warmup) || warmup < 0 || warmup >= steps) {
    throw new InputError(`training: warmup must be an integer from 0 to ${steps - 1}, not ${warmup}`);
  }
  if (!Number.isSafeInteger(opts.seed)) throw new InputError(`training: the seed must be an integer, not ${opts.seed}`);
  if (!(normaliser > 0 && Number.isFinite(normaliser))) {
    throw new InputError(`training: normaliser must be a positive number, not ${normaliser}`);
  }
  return steps;
}
