import { Random } from "../../lm/index.ts";
import type { AttributionEngine } from "../engine.ts";
import { eachExampleGradient } from "../example-gradients.ts";
import { cholesky, solveFactored } from "../linear.ts";
import { versionFeatures } from "../version-features.ts";

/** Ridge on the kernel, as a share of its mean diagonal: there may be fewer examples than dimensions. */
const RIDGE = 0.01;

/**
 * TRAK (Park et al. 2023), a baseline: the trained adapter as a linear model in randomly projected gradients. With P a
 * matrix of random signs / √k drawn from the seed, φ_i = P g_i and Φ their rows, the score of an answer is
 * φᵀ (ΦᵀΦ + ridge)⁻¹ Σ_{i∈c} φ_i. Feature: the same moved to the side of the data, Pᵀ (ΦᵀΦ + ridge)⁻¹ Σ φ_i, so that
 * answers need no projection. The output is log p rather than its logit, since 1 − p of a whole answer is 1.
 * Costs two gradients and twice k · parameters multiplications per example.
 */
export function trak({ dims = 256, seed = 1 }: { dims?: number; seed?: number } = {}): AttributionEngine {
  const name = "trak";
  return {
    name,
    async features(run) {
      const size = run.adapter.params.length;
      const signs = randomSigns(size * dims, seed);
      const kernel = new Float64Array(dims * dims);
      const sums = run.contributions.map(() => new Float64Array(dims));
      await eachExampleGradient(run, (gradient, c) => {
        const phi = project(signs, gradient, dims);
        for (let i = 0; i < dims; i++) {
          sums[c]![i]! += phi[i]!;
          for (let j = 0; j < dims; j++) kernel[i * dims + j]! += phi[i]! * phi[j]!;
        }
      });
      let trace = 0;
      for (let i = 0; i < dims; i++) trace += kernel[i * dims + i]!;
      const nothing = trace === 0;
      for (let i = 0; i < dims; i++) kernel[i * dims + i]! += nothing ? 1 : (RIDGE * trace) / dims;
      const factor = cholesky(kernel, dims);
      const features = sums.map((sum) => lift(signs, solveFactored(factor, dims, sum), size));
      return versionFeatures(run, { engine: name, nodes: [run.adapter.params], features });
    },
  };
}

/** n signs, 32 of each draw, the lowest bit first. */
export function randomSigns(n: number, seed: number): Int8Array {
  const random = new Random(seed);
  const signs = new Int8Array(n);
  let bits = 0;
  for (let i = 0; i < n; i++) {
    if (i % 32 === 0) bits = random.next();
    signs[i] = bits & 1 ? 1 : -1;
    bits >>>= 1;
  }
  return signs;
}

// P g; the signs lie parameter by parameter
function project(signs: Int8Array, gradient: Float32Array, dims: number): Float64Array {
  const result = new Float64Array(dims);
  for (let i = 0, at = 0; i < gradient.length; i++) {
    const value = gradient[i]!;
    for (let k = 0; k < dims; k++, at++) result[k]! += value * signs[at]!;
  }
  const scale = 1 / Math.sqrt(dims);
  return result.map((value) => value * scale);
}

// Pᵀ x
function lift(signs: Int8Array, x: Float64Array, size: number): Float32Array {
  const dims = x.length;
  const scale = 1 / Math.sqrt(dims);
  const result = new Float32Array(size);
  for (let i = 0, at = 0; i < size; i++) {
    let sum = 0;
    for (let k = 0; k < dims; k++, at++) sum += signs[at]! * x[k]!;
    result[i] = sum * scale;
  }
  return result;
}
