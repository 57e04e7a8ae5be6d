// A convex head on frozen inputs, where influence is exact.
import { Kernels, kernelModule } from "../../lm/kernels/index.ts";
import type { VersionFeatures } from "../engine.ts";
import { buildFeatureSet } from "../features.ts";
import { cholesky, dotAt, solveFactored } from "../linear.ts";
import { gaussLegendre, type PathNode } from "../quadrature.ts";

/** A head cannot be trained on what was given. */
export class HeadError extends Error {
  override name = "HeadError";
}

/** Multinomial logistic regression; its parameters are [classes, inputs + 1], row-major, the offset last in each row. */
export interface HeadConfig {
  classes: number;
  /** Elements of a row's frozen features. */
  inputs: number;
  /** Of ridge / 2 · |θ|², added to the mean loss; above 0, so that there is one best head. */
  ridge: number;
}

export interface HeadRow {
  input: ArrayLike<number>;
  /** From 0 on, below `classes`. */
  label: number;
}

export interface HeadContribution {
  id: number;
  contributor: number;
  rows: readonly HeadRow[];
}

/** Newton steps after which a head counts as lost; a handful are enough where the loss is finite. */
const MOST_STEPS = 100;
/** Newton decrement (squared) at which training is over: the loss is then within 1e-20 of its least. */
const DONE = 1e-20;
/** Decrement below which whole steps are taken unseen: the fall of the loss drowns in its rounding. */
const CLOSE = 1e-8;
/** exp of less than this is taken for 0: it is below the last bit of the sum beside. */
const LOWEST = -700;
const NAME = "head";
/** The path is steep where the data's weight is small beside the ridge, so the nodes crowd there. */
export const HEAD_NODES: readonly PathNode[] = gaussLegendre(5, 3);

/**
 * Exact influence on a convex head. θ(w) minimises 1/N Σ_c w_c Σ_{e∈c} loss_e(θ) + ridge / 2 · |θ|², with N the number of all
 * rows. Its tangent is one Newton step per contribution, dθ/dw_c = −H(θ(w))⁻¹ Σ_{e∈c} ∇loss_e / N, by a Cholesky factor that
 * all share. Feature: quadrature weight × tangent at each node of the path w = s · 1 (Aumann and Shapley 1974); gradient:
 * that of log p(label | input) at each node. Costs one training and one factor of P² rows + P³ / 6 per node, P parameters.
 * Koh and Liang (2017) have the single tangent at w = 1, {@link AT_END}.
 */
export class Head {
  readonly config: HeadConfig;
  private readonly exp: (x: number) => number;
  private readonly log: (x: number) => number;
  private readonly width: number;
  private readonly size: number;

  private constructor(config: HeadConfig, kernels: Kernels) {
    this.config = config;
    this.exp = kernels.call.expf64;
    this.log = kernels.call.logf64;
    this.width = config.inputs + 1;
    this.size = config.classes * this.width;
  }

  /** Throws {@link HeadError} on sizes or a ridge that make no head. */
  static async create(config: HeadConfig): Promise<Head> {
    const { classes, inputs, ridge } = config;
    if (!Number.isSafeInteger(classes) || classes < 2) throw new HeadError(`a head needs 2 classes, not ${classes}`);
    if (!Number.isSafeInteger(inputs) || inputs < 1) throw new HeadError(`a head needs an input, not ${inputs}`);
    if (!(ridge > 0 && ridge < Infinity)) throw new HeadError(`the ridge must be above 0, not ${ridge}`);
    return new Head(config, new Kernels(await kernelModule()));
  }

  /** log p(label | input), nats. */
  logProb(params: Float64Array, row: HeadRow): number {
    const { logits, top, sum } = this.exponentials(params, row.input);
    return logits[row.label]! - top - this.log(sum);
  }

  /** d log p(label | input) / d parameters. */
  gradient(params: Float64Array, row: HeadRow): Float64Array {
    const gradient = new Float64Array(this.size);
    this.addGradient(gradient, this.probabilities(params, row.input), row, 1);
    return gradient;
  }

  /**
   * The best head for rows of these weights, by Newton's method from `start` (default: zero).
   * @param normaliser N, the number of rows that count fully
   * Throws {@link HeadError} on rows that do not fit, and where training does not end.
   */
  train(rows: readonly HeadRow[], weights: ArrayLike<number>, normaliser: number, start?: Float64Array): Float64Array {
    if (rows.length === 0) throw new HeadError("no rows");
    this.check(rows);
    let params = start ? Float64Array.from(start) : new Float64Array(this.size);
    let value = this.objective(params, rows, weights, normaliser);
    for (let step = 0; step < MOST_STEPS; step++) {
      const { gradient, factor } = this.curvature(params, rows, weights, normaliser);
      const move = solveFactored(factor, this.size, gradient);
      const decrement = dotAt(gradient, 0, move, 0, this.size);
      if (!(decrement < Infinity)) throw new HeadError(`the head diverged at step ${step}`);
      let share = 1;
      let next = params.map((param, i) => param - move[i]!);
      let found = this.objective(next, rows, weights, normaliser);
      // halves until it falls: far from the least, a whole Newton step can overshoot
      while (decrement > CLOSE && !(found <= value - 1e-4 * share * decrement)) {
        share /= 2;
        next = params.map((param, i) => param - share * move[i]!);
        found = this.objective(next, rows, weights, normaliser);
      }
      [params, value] = [next, found];
      if (decrement <= DONE) return params;
    }
    throw new HeadError(`the head is not trained after ${MOST_STEPS} steps`);
  }

  /** Heads at the nodes of the path, and each contribution's tangent at each of them, times the node's weight. */
  path(
    contributions: readonly HeadContribution[],
    nodes: readonly PathNode[],
  ): { heads: Float64Array[]; tangents: Float64Array[] } {
    const rows = contributions.flatMap((contribution) => contribution.rows);
    const tangents = contributions.map(() => new Float64Array(this.size * nodes.length));
    const heads: Float64Array[] = [];
    for (const [k, { at, weight }] of nodes.entries()) {
      const weights = new Float64Array(rows.length).fill(at);
      const params = this.train(rows, weights, rows.length, heads.at(-1));
      const { factor } = this.curvature(params, rows, weights, rows.length);
      heads.push(params);
      for (const [c, contribution] of contributions.entries()) {
        const push = new Float64Array(this.size);
        for (const row of contribution.rows) {
          this.addGradient(push, this.probabilities(params, row.input), row, weight / rows.length);
        }
        tangents[c]!.set(solveFactored(factor, this.size, push), this.size * k);
      }
    }
    return { heads, tangents };
  }

  /** Per answer, d log p / d parameters at each head, one after the other. */
  gradients(heads: readonly Float64Array[], answers: readonly HeadRow[]): Float64Array[] {
    this.check(answers);
    return answers.map((row) => {
      const gradient = new Float64Array(this.size * heads.length);
      for (const [k, params] of heads.entries()) gradient.set(this.gradient(params, row), this.size * k);
      return gradient;
    });
  }

  /** The quantised features of a head, as those of every other engine. */
  features(
    contributions: readonly HeadContribution[],
    evaluation: readonly HeadRow[],
    nodes: readonly PathNode[] = HEAD_NODES,
  ): VersionFeatures {
    const { heads, tangents } = this.path(contributions, nodes);
    const { classes } = this.config;
    const set = buildFeatureSet({
      engine: NAME,
      layout: heads.flatMap((_, node) =>
        Array.from({ length: classes }, (__, label) => ({ name: `node${node}.class${label}`, size: this.width })),
      ),
      contributions: contributions.map(({ id, contributor }, c) => {
        return { contributor, contribution: id, feature: Float32Array.from(tangents[c]!) };
      }),
      evaluation: this.gradients(heads, evaluation).map((gradient) => Float32Array.from(gradient)),
    });
    return { ...set, nodes: heads.map((params) => Float32Array.from(params)) };
  }

  private check(rows: readonly HeadRow[]): void {
    const { classes, inputs } = this.config;
    for (const [i, { input, label }] of rows.entries()) {
      if (input.length !== inputs) throw new HeadError(`row ${i} has ${input.length} inputs, not ${inputs}`);
      for (let j = 0; j < inputs; j++) {
        if (!Number.isFinite(input[j])) throw new HeadError(`row ${i}: input ${j} is ${input[j]}`);
      }
      if (!Number.isSafeInteger(label) || label < 0 || label >= classes) {
        throw new HeadError(`row ${i} has the label ${label} of ${classes} classes`);
      }
    }
  }

  private exponentials(params: Float64Array, input: ArrayLike<number>) {
    const { classes, inputs } = this.config;
    const logits = new Float64Array(classes);
    let top = -Infinity;
    for (let k = 0; k < classes; k++) {
      const at = k * this.width;
      logits[k] = dotAt(params, at, input, 0, inputs) + params[at + inputs]!;
      if (logits[k]! > top) top = logits[k]!;
    }
    let sum = 0;
    const terms = logits.map((logit) => (logit - top > LOWEST ? this.exp(logit - top) : 0));
    for (const term of terms) sum += term;
    return { logits, terms, top, sum };
  }

  private probabilities(params: Float64Array, input: ArrayLike<number>): Float64Array {
    const { terms, sum } = this.exponentials(params, input);
    return terms.map((term) => term / sum);
  }

  // sum += scale · d log p / d parameters
  private addGradient(sum: Float64Array, p: Float64Array, { input, label }: HeadRow, scale: number): void {
    const { classes, inputs } = this.config;
    for (let k = 0; k < classes; k++) {
      const factor = scale * ((k === label ? 1 : 0) - p[k]!);
      const at = k * this.width;
      for (let j = 0; j < inputs; j++) sum[at + j]! += factor * input[j]!;
      sum[at + inputs]! += factor;
    }
  }

  private objective(params: Float64Array, rows: readonly HeadRow[], weights: ArrayLike<number>, n: number): number {
    let sum = (this.config.ridge / 2) * dotAt(params, 0, params, 0, this.size);
    for (const [e, row] of rows.entries()) sum -= (weights[e]! / n) * this.logProb(params, row);
    return sum;
  }

  // gradient of the objective, and the Cholesky factor of its Hessian, Σ w/N (diag p − p pᵀ) ⊗ x xᵀ + ridge
  private curvature(params: Float64Array, rows: readonly HeadRow[], weights: ArrayLike<number>, n: number) {
    const { classes, inputs, ridge } = this.config;
    const { size, width } = this;
    const gradient = params.map((param) => ridge * param);
    const hessian = new Float64Array(size * size);
    const x = new Float64Array(width).fill(1);
    for (const [e, row] of rows.entries()) {
      const weight = weights[e]! / n;
      if (weight === 0) continue;
      const p = this.probabilities(params, row.input);
      this.addGradient(gradient, p, row, -weight);
      x.set(Array.from(row.input));
      for (let k = 0; k < classes; k++) {
        for (let l = 0; l <= k; l++) {
          const factor = weight * p[k]! * ((k === l ? 1 : 0) - p[l]!);
          for (let i = 0; i <= inputs; i++) {
            const at = (k * width + i) * size + l * width;
            for (let j = 0; j <= inputs; j++) hessian[at + j]! += factor * x[i]! * x[j]!;
          }
        }
      }
    }
    // only the lower half is filled, and only that is read
    for (let i = 0; i < size; i++) hessian[i * size + i]! += ridge;
    return { gradient, factor: cholesky(hessian, size) };
  }
}
