// Tangents of training: how the trained adapter would move if one contribution weighed slightly more. With the weight w_c
// on every example of contribution c, a batch B steps by
//   v ← μ v + G,  θ ← θ − rate · v,  G = Σ_{e∈B} w_c(e) g_e(θ) / normaliser,
// so that dv/dw_c and dθ/dw_c, carried forward beside it, follow
//   v_c ← μ v_c + (Σ_{e∈B} w_c(e) H_e(θ) θ_c + Σ_{e∈B of c} g_e(θ)) / normaliser,  θ_c ← θ_c − rate · v_c
// from zero, with H_e θ_c exact by forward over reverse. Adam's step is differentiated in the same way. This is the derivative of the training itself (unrolled
// differentiation: Domke, 2012; Hara et al., 2019), not an approximation of influence.
import type { Engine } from "./engine.ts";
import { DivergenceError, InputError } from "./errors.ts";
import { checkExample, type Example, lossTokens } from "./example.ts";
import { Kernels, kernelModule, type Pointer } from "./kernels/index.ts";
import { type Adapter, initAdapter, type LoraConfig } from "./lora.ts";
import { shared } from "./pool.ts";
import { scheduledRate } from "./schedule.ts";
import { ADAM, type AdapterTrainingOptions, batchesOf, checkOptions } from "./train-adapter.ts";

export interface TangentOptions extends AdapterTrainingOptions {
  /** Weight of each contribution, on top of its examples' own; any finite numbers. */
  weights: Float64Array;
}

export interface TangentTraining {
  adapter: Adapter;
  /** Mean loss per loss token of each step's batch, weighted; nats. */
  losses: number[];
  /** d params / d weight of each contribution, in the order of `adapterLayout`. */
  tangents: Float32Array[];
}

/** Tangents whose products travel from the workers at once: bounds the memory of a step. */
const GROUP = 32;

/** An example and the contribution it belongs to. */
interface Owned {
  example: Example;
  owner: number;
}

/**
 * Trains an adapter as `trainAdapter` does, with a weight per contribution, and carries each contribution's tangent
 * along. `owners` names the contribution of each example, from 0 to weights.length − 1. With all weights 1 the adapter
 * is trainAdapter's to the bit. The default normaliser counts all examples, whatever they weigh, so that it does not move
 * with the weights. A contribution without examples has the tangent zero. Bits do not depend on the number of threads or
 * of contributions. Cost: about one training per contribution. Throws an InputError on what does not fit together, and a
 * DivergenceError where the loss, a parameter or a tangent is no longer finite.
 */
export async function trainTangents(
  engine: Engine,
  lora: LoraConfig,
  examples: Example[],
  owners: Int32Array,
  opts: TangentOptions,
): Promise<TangentTraining> {
  const { config } = engine.base;
  const steps = checkOptions(examples, opts);
  checkOwners(examples, owners, opts.weights);
  for (const [i, example] of examples.entries()) checkExample(config, example, `example ${i}`);
  const totalTokens = examples.reduce((sum, example) => sum + lossTokens(example), 0);
  const normaliser = opts.normaliser ?? (opts.batchSize * totalTokens) / examples.length;

  const adapter = initAdapter(config, lora, opts.seed);
  const size = adapter.params.length;
  const kernels = new Kernels(await kernelModule());
  const tangents = Array.from(opts.weights, () => shared(new Float32Array(size)));
  const descent =
    opts.optimiser === "adam"
      ? new AdamDescent(kernels, adapter.params, tangents)
      : new MomentumDescent(kernels, adapter.params, tangents, opts.momentum);
  const sums = new Sums(opts.weights, size);

  const losses: number[] = [];
  const owned: Owned[] = examples.map((example, i) => ({ example, owner: owners[i]! }));
  const batches = batchesOf(owned, opts.batchSize, opts.seed);
  // until its first example comes, a contribution's tangent is zero, and so is what becomes of it
  const moving = new Set<number>();
  for (let step = 0; step < steps; step++) {
    opts.signal?.throwIfAborted();
    const batch = batches.next().value!;
    const loss = await sums.gather(engine, adapter, tangents, [...moving], batch);
    if (!Number.isFinite(loss)) throw new DivergenceError(step, loss);
    for (const { owner } of batch) moving.add(owner);

    const rate = scheduledRate(step, steps, opts.warmup, opts.learningRate);
    // rounded as trainAdapter's gradients are
    const divided = (sum: Float64Array) => Float32Array.from(sum).map((value) => value / normaliser);
    descent.step(divided(sums.gradient), rate);
    for (const c of moving) descent.stepTangent(c, divided(sums.tangents[c]!), rate);
    losses.push(loss);
    opts.onStep?.({ step: step + 1, steps, loss, learningRate: rate });
  }
  for (const values of [adapter.params, ...tangents]) {
    if (!values.every(Number.isFinite)) throw new DivergenceError(steps, Number.NaN);
  }
  return { adapter, losses, tangents: tangents.map((tangent) => Float32Array.from(tangent)) };
}

function checkOwners(examples: Example[], owners: Int32Array, weights: Float64Array): void {
  const fail = (reason: string) => new InputError(`tangents: ${reason}`);
  if (owners.length !== examples.length) throw fail(`${owners.length} owners of ${examples.length} examples`);
  if (weights.length === 0) throw fail("no contributions");
  for (const [i, owner] of owners.entries()) {
    if (owner < 0 || owner >= weights.length) {
      throw fail(`example ${i} belongs to contribution ${owner}, but there are ${weights.length}`);
    }
  }
  const odd = weights.findIndex((weight) => !Number.isFinite(weight));
  if (odd >= 0) throw fail(`the weight of contribution ${odd} must be a finite number, not ${weights[odd]}`);
}

/** Steps of the parameters, and after each of them those of its derivatives in the contributions' weights. */
interface Descent {
  step(gradient: Float32Array, rate: number): void;
  stepTangent(contribution: number, gradient: Float32Array, rate: number): void;
}

/** Values outside the kernels' memory, with their gradient and a running mean inside. */
class Steps {
  readonly values: Float32Array;
  readonly w: Pointer;
  readonly g: Pointer;
  readonly v: Pointer;
  private readonly kernels: Kernels;

  constructor(kernels: Kernels, values: Float32Array) {
    this.kernels = kernels;
    this.values = values;
    const pointers = Array.from({ length: 3 }, () => kernels.allocate(values.length * 4));
    [this.w, this.g, this.v] = pointers as [Pointer, Pointer, Pointer];
    this.floats(this.w).set(values);
  }

  floats(at: Pointer): Float32Array {
    return this.kernels.floats(at, this.values.length);
  }
}

/** SGD with momentum, whose step is linear: parameters and tangents take the same one. */
class MomentumDescent implements Descent {
  private readonly kernels: Kernels;
  private readonly params: Steps;
  private readonly tangents: Steps[];
  private readonly momentum: number;

  constructor(kernels: Kernels, params: Float32Array, tangents: readonly Float32Array[], momentum: number) {
    this.kernels = kernels;
    this.params = new Steps(kernels, params);
    this.tangents = tangents.map((tangent) => new Steps(kernels, tangent));
    this.momentum = momentum;
  }

  step(gradient: Float32Array, rate: number): void {
    this.move(this.params, gradient, rate);
  }

  stepTangent(contribution: number, gradient: Float32Array, rate: number): void {
    this.move(this.tangents[contribution]!, gradient, rate);
  }

  private move(steps: Steps, gradient: Float32Array, rate: number): void {
    steps.floats(steps.g).set(gradient);
    this.kernels.call.sgdMomentum(gradient.length, steps.w, steps.g, steps.v, rate, this.momentum);
    steps.values.set(steps.floats(steps.w));
  }
}

/**
 * Adam. With r = √(v / (1 − β₂ᵗ)) and ġ the derivative of the gradient, ṁ ← β₁ ṁ + (1 − β₁) ġ, v̇ ← β₂ v̇ + 2 (1 − β₂) g ġ,
 * and θ̇ falls by rate / (1 − β₁ᵗ) · (ṁ / (r + ε) − m v̇ / (1 − β₂ᵗ) / (2 r (r + ε)²)); the second term is 0 where r is.
 */
class AdamDescent implements Descent {
  private readonly kernels: Kernels;
  private readonly params: Steps;
  private readonly m: Pointer;
  private readonly tangents: { values: Float32Array; m: Float64Array; v: Float64Array }[];
  private power1 = 1;
  private power2 = 1;

  constructor(kernels: Kernels, params: Float32Array, tangents: readonly Float32Array[]) {
    this.kernels = kernels;
    this.params = new Steps(kernels, params);
    this.m = kernels.allocate(params.length * 4);
    const zeros = () => new Float64Array(params.length);
    this.tangents = tangents.map((values) => ({ values, m: zeros(), v: zeros() }));
  }

  step(gradient: Float32Array, rate: number): void {
    const { values, w, g, v } = this.params;
    const { beta1, beta2, epsilon } = ADAM;
    this.power1 *= beta1;
    this.power2 *= beta2;
    const correct = [1 / (1 - this.power1), 1 / (1 - this.power2)] as const;
    this.params.floats(g).set(gradient);
    this.kernels.call.adam(gradient.length, w, g, this.m, v, rate, beta1, beta2, epsilon, ...correct);
    values.set(this.params.floats(w));
  }

  stepTangent(contribution: number, gradient: Float32Array, rate: number): void {
    const { beta1, beta2, epsilon } = ADAM;
    const [correct1, correct2] = [1 / (1 - this.power1), 1 / (1 - this.power2)];
    const { values, m, v } = this.tangents[contribution]!;
    const [g, mean, square] = [this.params.g, this.m, this.params.v].map((at) => this.params.floats(at));
    for (let i = 0; i < values.length; i++) {
      m[i] = beta1 * m[i]! + (1 - beta1) * gradient[i]!;
      v[i] = beta2 * v[i]! + 2 * (1 - beta2) * g![i]! * gradient[i]!;
      const root = Math.sqrt(square![i]! * correct2);
      const below = root + epsilon;
      const bent = root === 0 ? 0 : (mean![i]! * correct2 * v[i]!) / (2 * root * below * below);
      values[i]! -= rate * correct1 * (m[i]! / below - bent);
    }
  }
}

/** What a batch adds to the gradient and to each tangent's: in f64, in the order of the examples. */
class Sums {
  readonly gradient: Float64Array;
  readonly tangents: Float64Array[];
  private readonly weights: Float64Array;

  constructor(weights: Float64Array, size: number) {
    this.weights = weights;
    this.gradient = new Float64Array(size);
    this.tangents = Array.from(weights, () => new Float64Array(size));
  }

  /** Sums a batch up, with the products of the tangents that are `moving`; returns its mean loss per weighted token. */
  async gather(engine: Engine, adapter: Adapter, tangents: Float32Array[], moving: number[], batch: Owned[]) {
    for (const sum of [this.gradient, ...this.tangents]) sum.fill(0);
    const examples = batch.map(({ example }) => example);
    let loss = 0;
    let weight = 0;
    // the first group, which may be empty, brings losses and gradients too
    for (let start = 0; start === 0 || start < moving.length; start += GROUP) {
      const group = moving.slice(start, start + GROUP);
      const parts = await engine.hessianProducts(
        adapter,
        group.map((c) => tangents[c]!),
        examples,
      );
      for (const [i, part] of parts.entries()) {
        const { example, owner } = batch[i]!;
        const times = this.weights[owner]!;
        for (const [n, c] of group.entries()) add(this.tangents[c]!, part.products[n]!, times);
        // once: with its own group, or with the first while it stands in none
        if (group.includes(owner) || (start === 0 && !moving.includes(owner))) {
          add(this.tangents[owner]!, part.gradient, 1);
        }
        if (start > 0) continue;
        loss += times * part.loss;
        weight += times * (example.weight ?? 1) * lossTokens(example);
        add(this.gradient, part.gradient, times);
      }
    }
    return weight === 0 ? loss : loss / weight;
  }
}

function add(sum: Float64Array, values: Float32Array, times: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += times * values[i]!;
}
