// The audit of a version: what its scores say against what training again shows, for each engine.
import { type Example, Random } from "../../lm/index.ts";
import { powerOfTwo } from "../../protocol/quantise.ts";
import type { AttributionEngine, AttributionRun, FeatureTensor, VersionFeatures } from "../engine.ts";
import { answerGradients } from "../version-features.ts";
import { type Bootstrap, bootstrap, type Estimate, linearDatamodeling, pearson, spearman } from "./correlation.ts";
import { efficiencyError } from "./gauges.ts";
import { payoutShares, shareDistance } from "./payouts.ts";
import { allSubsets, leaveOneOut, type RetrainOptions, retrain } from "./retrain.ts";
import { AuditError, shapleyValues } from "./shapley.ts";

/** More contributions have more subsets than anybody trains on. */
const MOST_SUBSETS = 10;

export interface AuditOptions extends RetrainOptions {
  /** The answers to judge by, loss on the answer. */
  answers: readonly Example[];
  /** By the names that the report has. */
  engines: Readonly<Record<string, AttributionEngine>>;
  /** Train on every subset of up to 10 contributions. */
  shapley?: boolean;
  /** Train without each contribution. */
  leaveOut?: boolean;
  /** Train on so many random halves of the contributions. */
  halves?: number;
  /** Of the halves and of the confidence intervals. */
  seed?: number;
}

export interface EngineAudit {
  /** Shares of the pool per contribution, in the order of the run. */
  payouts: number[];
  efficiency: { total: number; perAnswer: number };
  /** Of all scores with exact Shapley values, and the distance of the payouts from those of exact Shapley values. */
  shapley?: { correlation: number; payoutDistance: number };
  /** Mean over answers of the rank correlation with what leaving each contribution out takes away. */
  leaveOut?: Estimate;
  /** Linear datamodeling score on random halves. */
  halves?: Estimate;
}

export interface Audit {
  /** Nats that all answers gained together: log p_tuned − log p_base. */
  gain: number;
  /** Payouts of exact Shapley values. */
  shapleyPayouts?: number[];
  engines: Record<string, EngineAudit>;
}

/**
 * Audits a run. Every figure is optional but payouts and efficiency, which cost no training. Throws an
 * {@link AuditError} on more than 10 contributions where all subsets are asked for, and what the engines throw.
 */
export async function audit(run: AttributionRun, options: AuditOptions): Promise<Audit> {
  const { answers, engines, seed = 1, halves = 0 } = options;
  const count = run.contributions.length;
  if (options.shapley && count > MOST_SUBSETS) {
    throw new AuditError(`${count} contributions have too many subsets: at most ${MOST_SUBSETS}`);
  }
  const how: Bootstrap = { seed };
  const tuned = await run.engine.logProbs(run.adapter, [...answers]);
  const base = await run.engine.logProbs(null, [...answers]);
  const gains = tuned.map((value, i) => value - base[i]!);

  const retrained = async (weights: number[][]) => transposed(await retrain(run, answers, weights, options));
  const exact = options.shapley ? await retrained(allSubsets(count)) : undefined;
  const shapley = exact?.map((utilities) => shapleyValues(utilities, count));
  const without = options.leaveOut ? await retrained(leaveOneOut(count)) : undefined;
  const lost = without?.map((row, i) => row.map((value) => tuned[i]! - value));
  const subsets = halves > 0 ? randomHalves(count, halves, seed) : undefined;
  const outputs = subsets && (await retrained(subsets));

  const report: Audit = { gain: gains.reduce((sum, gain) => sum + gain, 0), engines: {} };
  if (shapley) report.shapleyPayouts = [...payoutShares(shapley)];
  for (const [name, engine] of Object.entries(engines)) {
    const scores = await answerScores(run, await engine.features(run), answers);
    const shares = payoutShares(scores);
    const found: EngineAudit = { payouts: [...shares], efficiency: efficiencyError(scores, gains) };
    if (shapley) {
      found.shapley = {
        correlation: pearson(flat(scores), flat(shapley)),
        payoutDistance: shareDistance(shares, payoutShares(shapley)),
      };
    }
    if (lost) {
      const ranked = scores.map((row, i) => spearman(row, lost[i]!));
      found.leaveOut = bootstrap(ranked, mean, how);
    }
    if (subsets && outputs) {
      const inside = subsets.map((weights) => weights.map((weight) => weight > 0));
      found.halves = linearDatamodeling(scores, inside, outputs, how);
    }
    report.engines[name] = found;
  }
  return report;
}

/**
 * Scores in nats, per answer and contribution of the run, from the quantised features and the answers' gradients as
 * they are: what settles, but for the last rounding of the answer.
 */
export async function answerScores(
  run: AttributionRun,
  set: VersionFeatures,
  answers: readonly Example[],
): Promise<Float64Array[]> {
  const places = run.contributions.map(({ id }) =>
    set.contributions.findIndex(({ contribution }) => contribution === id),
  );
  const gradients = await answerGradients(run, set.nodes, answers);
  return gradients.map((gradient) =>
    Float64Array.from(places, (place) => scaledDot(set.features[place]!, set.tensors, gradient)),
  );
}

function scaledDot(feature: Int8Array, tensors: readonly FeatureTensor[], gradient: Float32Array): number {
  let sum = 0;
  let at = 0;
  for (const { size, exponent } of tensors) {
    let part = 0;
    for (const end = at + size; at < end; at++) part += feature[at]! * gradient[at]!;
    sum += part * powerOfTwo(exponent);
  }
  return sum;
}

/** Weights of `count` random subsets of half the contributions (down), drawn from the seed. */
export function randomHalves(contributions: number, count: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const inside = new Set(random.permutation(contributions).subarray(0, Math.floor(contributions / 2)));
    return Array.from({ length: contributions }, (_, c) => (inside.has(c) ? 1 : 0));
  });
}

const flat = (rows: readonly Float64Array[]) => rows.flatMap((row) => [...row]);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Per answer, per training. */
function transposed(outputs: readonly Float64Array[]): Float64Array[] {
  return Array.from(outputs[0]!, (_, answer) => Float64Array.from(outputs, (output) => output[answer]!));
}
