import { adapterLayout } from "../../lm/index.ts";
import type { AttributionEngine, AttributionRun } from "../engine.ts";
import { buildFeatureSet } from "../features.ts";

/** Answers whose gradients the engine computes at once. */
const BLOCK = 64;

/**
 * The plain gradient dot product at the final adapter (TracIn's last checkpoint, Pruthi et al. 2020). Feature: minus the
 * gradient of the contribution's training loss, summed over its kept examples. Gradient: that of log p(answer | prompt).
 * A contribution without a kept row has the zero feature.
 */
export const gradDot: AttributionEngine = {
  name: "grad-dot",

  async features(run) {
    const layout = adapterLayout(run.engine.base.config, run.adapter.config);
    const total = run.contributions.length + run.evaluation.length;
    const contributions = [];
    for (const { id, contributor, examples } of run.contributions) {
      const feature =
        examples.length === 0
          ? new Float32Array(run.adapter.params.length)
          : negate((await run.engine.gradient(run.adapter, [...examples])).gradient);
      contributions.push({ contributor, contribution: id, feature });
      run.onProgress?.(contributions.length, total);
    }
    const evaluation = await gradDot.gradients(run, run.evaluation);
    run.onProgress?.(total, total);
    return buildFeatureSet({ engine: gradDot.name, layout, contributions, evaluation });
  },

  async gradients(run: Pick<AttributionRun, "engine" | "adapter">, answers) {
    const result: Float32Array[] = answers.map(() => new Float32Array(run.adapter.params.length));
    // an empty answer has nothing to differentiate: its gradient is zero, and nobody earns by it
    const open = answers.flatMap(({ tokens, lossFrom }, i) => (lossFrom >= 1 && lossFrom < tokens.length ? [i] : []));
    for (let start = 0; start < open.length; start += BLOCK) {
      const block = open.slice(start, start + BLOCK);
      const gradients = await run.engine.gradients(
        run.adapter,
        block.map((i) => answers[i]!),
      );
      for (const [j, { gradient }] of gradients.entries()) result[block[j]!] = negate(gradient);
    }
    return result;
  },
};

/** The engine differentiates the loss, which is minus log p. */
function negate(gradient: Float32Array): Float32Array {
  return gradient.map((value) => -value);
}
