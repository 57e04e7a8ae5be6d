import { adapterLayout } from "../../lm/index.ts";
import type { AttributionEngine } from "../engine.ts";
import { contributionGradients, eachExampleGradient } from "../example-gradients.ts";
import { eigenvectors, multiply, transpose } from "../linear.ts";
import { versionFeatures } from "../version-features.ts";

/** Damping as a share of the mean eigenvalue, as Grosse et al. have it. */
const DAMPING = 0.1;

/** One matrix of the adapter with the eigenbasis of its curvature. */
interface Block {
  offset: number;
  rows: number;
  cols: number;
  /** Means of G Gᵀ [rows, rows] and Gᵀ G [cols, cols], then their eigenvectors. */
  left: Float64Array;
  right: Float64Array;
  /** Second moments of the gradients in that basis [rows, cols]. */
  moments: Float64Array;
}

/**
 * EK-FAC influence (George et al. 2018; Grosse et al. 2023), a baseline: the inverse of the empirical Fisher matrix, a
 * block per LoRA matrix, diagonal in a Kronecker basis. The two factors are the means of G Gᵀ and Gᵀ G over the examples'
 * gradients G, since the sums over tokens are all that training keeps; the eigenvalues are the second moments of the
 * gradients in their eigenbasis, plus 0.1 of their mean. Feature: U_L ((U_Lᵀ S U_R) / (λ + damping)) U_Rᵀ of the
 * contribution's summed gradient S of log p at the final adapter. Costs three gradients per example, dim² · rank
 * multiplications per example and matrix, and two eigendecompositions per matrix.
 */
export const ekfac: AttributionEngine = {
  name: "ekfac",

  async features(run) {
    const blocks = adapterLayout(run.engine.base.config, run.adapter.config).map(({ offset, shape }): Block => {
      const [rows, cols] = shape as [number, number];
      const [left, right, moments] = [rows * rows, cols * cols, rows * cols].map((n) => new Float64Array(n)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      return { offset, rows, cols, left, right, moments };
    });
    let count = 0;
    await eachExampleGradient(run, (gradient) => {
      count++;
      for (const block of blocks) addFactors(block, gradient);
    });
    for (const block of blocks) {
      block.left = eigenvectors(block.left, block.rows);
      block.right = eigenvectors(block.right, block.cols);
    }
    await eachExampleGradient(run, (gradient) => {
      for (const block of blocks) {
        const turned = turn(block, gradient);
        for (let i = 0; i < turned.length; i++) block.moments[i]! += (turned[i]! * turned[i]!) / count;
      }
    });
    const features = (await contributionGradients(run)).map((sum) => {
      const feature = new Float32Array(sum.length);
      for (const block of blocks) feature.set(precondition(block, sum), block.offset);
      return feature;
    });
    return versionFeatures(run, { engine: ekfac.name, nodes: [run.adapter.params], features });
  },
};

function addFactors({ offset, rows, cols, left, right }: Block, gradient: ArrayLike<number>): void {
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < cols; k++) {
      const value = gradient[offset + i * cols + k]!;
      for (let j = 0; j < rows; j++) left[i * rows + j]! += value * gradient[offset + j * cols + k]!;
      for (let j = 0; j < cols; j++) right[k * cols + j]! += value * gradient[offset + i * cols + j]!;
    }
  }
}

// U_Lᵀ G U_R
function turn({ offset, rows, cols, left, right }: Block, gradient: Float32Array | Float64Array): Float64Array {
  const g = Float64Array.from(gradient.subarray(offset, offset + rows * cols));
  return multiply(multiply(transpose(left, rows, rows), g, rows, rows, cols), right, rows, cols, cols);
}

function precondition(block: Block, sum: Float64Array): Float64Array {
  const { rows, cols, left, right, moments } = block;
  const damping = (DAMPING * moments.reduce((total, value) => total + value, 0)) / moments.length;
  // no example moves this matrix: there is nothing to scale
  if (damping === 0) return new Float64Array(rows * cols);
  const scaled = turn(block, sum).map((value, i) => value / (moments[i]! + damping));
  return multiply(multiply(left, scaled, rows, rows, cols), transpose(right, cols, cols), rows, cols, cols);
}
