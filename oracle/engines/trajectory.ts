import { scheduledRate } from "../../lm/schedule.ts";
import type { AttributionEngine, AttributionRun } from "../engine.ts";
import { replay, stepsOf, trainingExamples } from "../replay.ts";
import { versionFeatures } from "../version-features.ts";
import { demandSgd } from "./optimiser.ts";

/** Stretches of training, unless asked otherwise. */
export const STRETCHES = 8;

/**
 * In-run data Shapley (Wang et al. 2024) of first order, for SGD with momentum. Training moves by the sum of what its
 * contributions push: with v_c' = μ v_c + Σ_{e∈c} g_e / normaliser, contribution c moves the parameters by −rate · v_c' in
 * each step. Feature: these updates summed over each of K stretches of training that have equal shares of the learning
 * rate. Gradient: at the middle of each stretch, the mean of the parameters at its ends. All updates add up to
 * θ_end − θ_0, so the scores of an answer add up to its whole gain up to the midpoint rule. Costs one training, whatever
 * the number of contributions, and K · contributions · parameters f64 of memory.
 */
export function trajectory(stretches = STRETCHES): AttributionEngine {
  const name = "trajectory";
  return {
    name,
    async features(run) {
      demandSgd(run, name);
      const { moves, ends } = await contributionMoves(run, stretches);
      const nodes = ends.slice(1).map((end, k) => end.map((value, i) => (value + ends[k]![i]!) / 2));
      const features = moves.map((move) => Float32Array.from(move));
      return versionFeatures(run, { engine: name, nodes, features });
    },
  };
}

/**
 * What each contribution of a run moved in each stretch of its training.
 * @returns per contribution `stretches · parameters` f64, and the parameters at the stretches' ends, the start first.
 * There are fewer stretches where there are fewer steps.
 */
export async function contributionMoves(
  run: AttributionRun,
  stretches: number,
): Promise<{ moves: Float64Array[]; ends: Float32Array[] }> {
  const { training, adapter, contributions } = run;
  const { examples, owners } = trainingExamples(run);
  const steps = stepsOf(training, examples.length);
  // as the optimiser takes them
  const rates = Float64Array.from({ length: steps }, (_, step) =>
    Math.fround(scheduledRate(step, steps, training.warmup, training.learningRate)),
  );
  const borders = stretchBorders(rates, Math.min(stretches, steps));
  const pushes = pushOf(rates, borders, Math.fround(training.momentum));
  const size = adapter.params.length;
  const moves = contributions.map(() => new Float64Array(size * pushes.length));
  const ends: Float32Array[] = [];
  await replay(run, ({ step, indices, gradients, normaliser, params }) => {
    if (step === borders[ends.length]) ends.push(params.slice());
    for (const [i, gradient] of gradients.entries()) {
      const move = moves[owners[indices[i]!]!]!;
      for (const [k, push] of pushes.entries()) {
        const factor = push[step]! / normaliser;
        // a stretch that is over feels nothing of this step
        if (factor === 0) continue;
        for (let j = 0, at = size * k; j < size; j++, at++) move[at]! -= factor * gradient[j]!;
      }
    }
    run.onProgress?.(Math.floor((contributions.length * step) / steps), contributions.length + run.evaluation.length);
  });
  ends.push(adapter.params.slice());
  return { moves, ends };
}

/** First step of each stretch, and the number of steps: equal shares of the summed rate, at least one step each. */
function stretchBorders(rates: Float64Array, stretches: number): number[] {
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  const borders = [0];
  let sum = 0;
  for (const [step, rate] of rates.entries()) {
    const k = borders.length;
    if (k === stretches) break;
    const due = sum >= (total * k) / stretches;
    const last = rates.length - step === stretches - k;
    if (step > borders[k - 1]! && (due || last)) borders.push(step);
    sum += rate;
  }
  return [...borders, rates.length];
}

/**
 * push[k][s] = Σ rate_t · μ^(t − s) over the steps t ≥ s of stretch k: how far one unit of gradient of step s moves the
 * parameters, against itself, within stretch k. It is the momentum of each contribution written out, which is linear.
 */
function pushOf(rates: Float64Array, borders: readonly number[], momentum: number): Float64Array[] {
  return borders.slice(1).map((end, k) => {
    const push = new Float64Array(rates.length);
    let sum = 0;
    for (let step = end - 1; step >= 0; step--) {
      sum = momentum * sum + (step >= borders[k]! ? rates[step]! : 0);
      push[step] = sum;
    }
    return push;
  });
}
