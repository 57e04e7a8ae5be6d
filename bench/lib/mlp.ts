// A small network in f64 on which every way of attribution can be held against retraining on every subset: one hidden
// layer of tanh, softmax, SGD with momentum, and exact products with the Hessian.
import { Random } from "../../lm/index.ts";
import { Kernels, kernelModule } from "../../lm/kernels/index.ts";
import { scheduledRate } from "../../lm/schedule.ts";

export interface Sample {
  input: Float64Array;
  label: number;
}

export interface MlpShape {
  inputs: number;
  hidden: number;
  classes: number;
}

export interface MlpTraining {
  steps: number;
  batchSize: number;
  learningRate: number;
  momentum: number;
  warmup: number;
  seed: number;
}

/** What training saw in one step, for whoever follows it. */
export interface MlpStep {
  step: number;
  rate: number;
  batch: readonly number[];
  params: Float64Array;
}

export class Mlp {
  readonly shape: MlpShape;
  readonly size: number;
  private readonly exp: (x: number) => number;
  private readonly log: (x: number) => number;
  private readonly second: number;

  private constructor(shape: MlpShape, kernels: Kernels) {
    this.shape = shape;
    this.second = shape.hidden * (shape.inputs + 1);
    this.size = this.second + shape.classes * (shape.hidden + 1);
    this.exp = kernels.call.expf64;
    this.log = kernels.call.logf64;
  }

  static async create(shape: MlpShape): Promise<Mlp> {
    return new Mlp(shape, new Kernels(await kernelModule()));
  }

  /** Fresh parameters, uniform in ±1 / sqrt(inputs of the layer). */
  init(seed: number): Float64Array {
    const random = new Random(seed);
    const { inputs, hidden } = this.shape;
    return Float64Array.from({ length: this.size }, (_, i) => {
      return (2 * random.uniform() - 1) / Math.sqrt(i < this.second ? inputs : hidden);
    });
  }

  /** log p(label | input), nats. */
  logProb(params: Float64Array, sample: Sample): number {
    return this.log(this.forward(params, sample.input).p[sample.label]!);
  }

  /** out += scale · d(−log p) / d params. */
  addGradient(out: Float64Array, params: Float64Array, { input, label }: Sample, scale: number): void {
    const { inputs, hidden, classes } = this.shape;
    const { t, p } = this.forward(params, input);
    const dT = new Float64Array(hidden);
    for (let k = 0; k < classes; k++) {
      const at = this.second + k * (hidden + 1);
      const dZ = scale * (p[k]! - (k === label ? 1 : 0));
      for (let h = 0; h < hidden; h++) {
        out[at + h]! += dZ * t[h]!;
        dT[h]! += dZ * params[at + h]!;
      }
      out[at + hidden]! += dZ;
    }
    for (let h = 0; h < hidden; h++) {
      const dA = dT[h]! * (1 - t[h]! * t[h]!);
      const at = h * (inputs + 1);
      for (let j = 0; j < inputs; j++) out[at + j]! += dA * input[j]!;
      out[at + inputs]! += dA;
    }
  }

  /** out += scale · H u, H the Hessian of −log p (Pearlmutter, 1994). */
  addProduct(out: Float64Array, params: Float64Array, { input, label }: Sample, u: Float64Array, scale: number): void {
    const { inputs, hidden, classes } = this.shape;
    const { t, p } = this.forward(params, input);
    const rT = new Float64Array(hidden);
    for (let h = 0; h < hidden; h++) {
      const at = h * (inputs + 1);
      let rA = u[at + inputs]!;
      for (let j = 0; j < inputs; j++) rA += u[at + j]! * input[j]!;
      rT[h] = (1 - t[h]! * t[h]!) * rA;
    }
    const rZ = new Float64Array(classes);
    let mean = 0;
    for (let k = 0; k < classes; k++) {
      const at = this.second + k * (hidden + 1);
      rZ[k] = u[at + hidden]!;
      for (let h = 0; h < hidden; h++) rZ[k]! += u[at + h]! * t[h]! + params[at + h]! * rT[h]!;
      mean += p[k]! * rZ[k]!;
    }
    const dT = new Float64Array(hidden);
    const rdT = new Float64Array(hidden);
    for (let k = 0; k < classes; k++) {
      const at = this.second + k * (hidden + 1);
      const dZ = scale * (p[k]! - (k === label ? 1 : 0));
      const rdZ = scale * p[k]! * (rZ[k]! - mean);
      for (let h = 0; h < hidden; h++) {
        out[at + h]! += rdZ * t[h]! + dZ * rT[h]!;
        dT[h]! += dZ * params[at + h]!;
        rdT[h]! += u[at + h]! * dZ + params[at + h]! * rdZ;
      }
      out[at + hidden]! += rdZ;
    }
    for (let h = 0; h < hidden; h++) {
      const slope = 1 - t[h]! * t[h]!;
      const rdA = rdT[h]! * slope - 2 * t[h]! * rT[h]! * dT[h]!;
      const at = h * (inputs + 1);
      for (let j = 0; j < inputs; j++) out[at + j]! += rdA * input[j]!;
      out[at + inputs]! += rdA;
    }
  }

  /** Per answer d log p / d params at each of the nodes, one after the other. */
  gradients(nodes: readonly Float64Array[], answers: readonly Sample[]): Float64Array[] {
    return answers.map((answer) => {
      const gradient = new Float64Array(this.size * nodes.length);
      for (const [k, params] of nodes.entries()) {
        this.addGradient(gradient.subarray(k * this.size, (k + 1) * this.size), params, answer, -1);
      }
      return gradient;
    });
  }

  /**
   * SGD with momentum as lm has it: the batch's weighted sum over the fixed batch size. With `owners` each contribution's
   * tangent dθ/dw_c is carried along.
   */
  train(
    samples: readonly Sample[],
    weights: ArrayLike<number>,
    training: MlpTraining,
    follow: { owners?: { of: readonly number[]; count: number }; onStep?: (step: MlpStep) => void } = {},
  ): { params: Float64Array; tangents: Float64Array[] } {
    const { steps, batchSize, learningRate, momentum, warmup, seed } = training;
    const params = this.init(seed);
    const speed = new Float64Array(this.size);
    const { of = [], count = 0 } = follow.owners ?? {};
    const [tangents, speeds] = [0, 1].map(() => Array.from({ length: count }, () => new Float64Array(this.size)));
    const random = new Random(seed + 1);
    let order: Int32Array = new Int32Array(0);
    let next = 0;
    for (let step = 0; step < steps; step++) {
      if (next >= order.length) [order, next] = [random.permutation(samples.length), 0];
      const batch = [...order.subarray(next, next + batchSize)];
      next += batchSize;
      const rate = scheduledRate(step, steps, warmup, learningRate);
      follow.onStep?.({ step, rate, batch, params });
      for (const [c, tangent] of tangents!.entries()) {
        const v = speeds![c]!;
        for (let i = 0; i < v.length; i++) v[i]! *= momentum;
        for (const e of batch) {
          this.addProduct(v, params, samples[e]!, tangent, weights[e]! / batchSize);
          if (of[e] === c) this.addGradient(v, params, samples[e]!, 1 / batchSize);
        }
      }
      for (let i = 0; i < speed.length; i++) speed[i]! *= momentum;
      for (const e of batch) {
        if (weights[e] !== 0) this.addGradient(speed, params, samples[e]!, weights[e]! / batchSize);
      }
      for (let i = 0; i < params.length; i++) params[i]! -= rate * speed[i]!;
      for (const [c, tangent] of tangents!.entries()) {
        for (let i = 0; i < tangent.length; i++) tangent[i]! -= rate * speeds![c]![i]!;
      }
    }
    return { params, tangents: tangents! };
  }

  private forward(params: Float64Array, input: Float64Array): { t: Float64Array; p: Float64Array } {
    const { inputs, hidden, classes } = this.shape;
    const t = new Float64Array(hidden);
    for (let h = 0; h < hidden; h++) {
      const at = h * (inputs + 1);
      let a = params[at + inputs]!;
      for (let j = 0; j < inputs; j++) a += params[at + j]! * input[j]!;
      // tanh; beyond 30 it is 1 to the last bit
      t[h] = 1 - 2 / (this.exp(2 * Math.max(-30, Math.min(30, a))) + 1);
    }
    const p = new Float64Array(classes);
    let top = -Infinity;
    for (let k = 0; k < classes; k++) {
      const at = this.second + k * (hidden + 1);
      p[k] = params[at + hidden]!;
      for (let h = 0; h < hidden; h++) p[k]! += params[at + h]! * t[h]!;
      if (p[k]! > top) top = p[k]!;
    }
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += p[k] = this.exp(Math.max(-600, p[k]! - top));
    for (let k = 0; k < classes; k++) p[k]! /= sum;
    return { t, p };
  }
}
