import { adapterLayout } from "../../lm/index.ts";
import type { AttributionEngine } from "../engine.ts";
import { contributionGradients, eachExampleGradient } from "../example-gradients.ts";
import { dotAt } from "../linear.ts";
import { versionFeatures } from "../version-features.ts";

/** Damping as a share of the mean squared gradient element, as in the paper. */
const DAMPING = 0.1;

/**
 * DataInf (Kwon et al. 2024), a baseline: influence functions for LoRA, with the mean of inverses in place of the inverse
 * of the mean. Per tensor l, H⁻¹ v ≈ 1/n Σ_i (g_i g_iᵀ + λ_l)⁻¹ v = 1/(n λ_l) Σ_i (v − (g_i · v) / (λ_l + |g_i|²) g_i), with
 * λ_l = 0.1 · mean |g_i|² / dims. Feature: that of the contribution's summed gradients of log p at the final adapter.
 * Costs three gradients per example and contributions · parameters multiplications per example.
 */
export const datainf: AttributionEngine = {
  name: "datainf",

  async features(run) {
    const layout = adapterLayout(run.engine.base.config, run.adapter.config);
    const squares = new Float64Array(layout.length);
    let count = 0;
    await eachExampleGradient(run, (gradient) => {
      count++;
      for (const [l, { offset, size }] of layout.entries())
        squares[l]! += dotAt(gradient, offset, gradient, offset, size);
    });
    const damping = layout.map(({ size }, l) => (DAMPING * squares[l]!) / (count * size));
    const sums = await contributionGradients(run);
    const features = sums.map((sum) => Float64Array.from(sum, (value) => value * count));
    await eachExampleGradient(run, (gradient) => {
      for (const [l, { offset, size }] of layout.entries()) {
        const square = dotAt(gradient, offset, gradient, offset, size);
        if (square === 0) continue;
        for (const [c, sum] of sums.entries()) {
          const factor = dotAt(gradient, offset, sum, offset, size) / (damping[l]! + square);
          const feature = features[c]!;
          for (let i = offset; i < offset + size; i++) feature[i]! -= factor * gradient[i]!;
        }
      }
    });
    for (const feature of features) {
      for (const [l, { offset, size }] of layout.entries()) {
        // a tensor that no example moves has no curvature either, and its sums are zero
        const scale = damping[l]! > 0 ? 1 / (count * damping[l]!) : 0;
        for (let i = offset; i < offset + size; i++) feature[i]! *= scale;
      }
    }
    const rounded = features.map((feature) => Float32Array.from(feature));
    return versionFeatures(run, { engine: datainf.name, nodes: [run.adapter.params], features: rounded });
  },
};
