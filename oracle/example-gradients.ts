// Gradients of the training examples by themselves, at the final adapter: what the baselines are made of.
import type { AttributionRun } from "./engine.ts";
import { negated } from "./version-features.ts";

/** Gradients held at once. */
const BLOCK = 64;

/**
 * Calls `visit` with d(weight · log p)/d params of every training example at the run's final adapter, in the order of
 * training, and the place of its contribution.
 */
export async function eachExampleGradient(
  run: AttributionRun,
  visit: (gradient: Float32Array, contribution: number) => void,
): Promise<void> {
  for (const [c, { examples }] of run.contributions.entries()) {
    for (let start = 0; start < examples.length; start += BLOCK) {
      const parts = await run.engine.gradients(run.adapter, examples.slice(start, start + BLOCK));
      for (const { gradient } of parts) visit(negated(gradient), c);
    }
  }
}

/** Their sums per contribution, f64. */
export async function contributionGradients(run: AttributionRun): Promise<Float64Array[]> {
  const sums = run.contributions.map(() => new Float64Array(run.adapter.params.length));
  await eachExampleGradient(run, (gradient, c) => {
    const sum = sums[c]!;
    for (let i = 0; i < sum.length; i++) sum[i]! += gradient[i]!;
  });
  return sums;
}
