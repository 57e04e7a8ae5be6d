import type { AttributionEngine } from "../engine.ts";
import { negated, versionFeatures } from "../version-features.ts";

/**
 * The plain gradient dot product at the final adapter (TracIn's last checkpoint, Pruthi et al. 2020). Feature: minus the
 * gradient of the contribution's training loss, summed over its kept examples. A contribution without a kept row has
 * the zero feature. Costs one gradient per example.
 */
export const gradDot: AttributionEngine = {
  name: "grad-dot",

  async features(run) {
    const features: Float32Array[] = [];
    for (const { examples } of run.contributions) {
      features.push(
        examples.length === 0
          ? new Float32Array(run.adapter.params.length)
          : negated((await run.engine.gradient(run.adapter, [...examples])).gradient),
      );
      run.onProgress?.(features.length, run.contributions.length + run.evaluation.length);
    }
    return versionFeatures(run, { engine: gradDot.name, nodes: [run.adapter.params], features });
  },
};
