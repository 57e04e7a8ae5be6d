// The audit of a trained version: what each engine says of every answer, held against retraining.
import { type LoraConfig, lossTokens, Random } from "../../lm/index.ts";
import { dot, exponentFor, maxAbs, powerOfTwo } from "../../protocol/quantise.ts";
import type { AttributionEngine, AttributionRun, VersionFeatures } from "../engine.ts";
import { quantiseQuery } from "../query.ts";
import { trainingExamples } from "../replay.ts";
import { answerGradients } from "../version-features.ts";
import { bootstrap, type Estimate, linearDatamodeling, mean, pearson, spearman } from "./correlation.ts";
import { efficiencyError, metasmoothness } from "./gauges.ts";
import { payoutShares, shareDistance } from "./payouts.ts";
import { type Retraining, type RetrainOptions, retrain } from "./retrain.ts";
import { AuditError, shapleyValues } from "./shapley.ts";

/** With more contributions than these, all subsets are too many to be retrained. */
export const MAX_ALL_SUBSETS = 10;
/** How far a contribution's weight falls when the run's smoothness is measured, and then half as far. */
const STEP = 0.2;

export interface AuditOptions extends RetrainOptions {
  /** Engines by the name that the report gives them. */
  engines: ReadonlyMap<string, AttributionEngine>;
  /** Random halves that are retrained. */
  halves: number;
  /** Whether all subsets are retrained; at most MAX_ALL_SUBSETS contributions. */
  subsets: boolean;
  /** Of the halves and of the confidence intervals. */
  seed: number;
  /** Called before an engine's features are computed. */
  onEngine?: (name: string) => void;
}

/** One engine beside retraining. Figures that were not asked for are null. */
export interface EngineAudit {
  engine: string;
  /** Per answer, per contribution of `Audit.contributions`: nats, for engines whose scores are in nats. */
  scores: number[][];
  /** Shares of the pool that these scores pay. */
  shares: number[];
  /** Pearson's correlation of the scores with exact Shapley values, over all answers and contributions. */
  shapley: number | null;
  /** Σ |share − share by Shapley values|. */
  payoutDistance: number | null;
  /** How far the scores are from adding up to what fine-tuning gained. */
  efficiency: { total: number; perAnswer: number };
  /** Mean over the answers of the rank correlation with what leaving each contribution out takes. */
  loco: Estimate;
  /** Linear datamodeling score over random halves. */
  halves: Estimate | null;
}

export interface Audit {
  /** Ids of the contributions that were trained on, in the order of training. */
  contributions: number[];
  answers: number;
  /** log p of all answers, nats: of the base and of the tuned model. */
  logProb: { base: number; tuned: number; tokens: number };
  /** Trainings that were asked for. */
  retrained: number;
  /** Least and mean cosine over the contributions; see `metasmoothness`. */
  smoothness: { least: number; mean: number };
  /** Per answer, per contribution: log p that leaving the contribution out takes from the answer, nats. */
  losses: number[][];
  /** Exact Shapley values per answer, and the shares they pay. */
  shapley: { values: number[][]; shares: number[] } | null;
  engines: EngineAudit[];
}

/**
 * Audits a run by its answers (`run.evaluation`). Throws an {@link AuditError} on fewer than two contributions with
 * examples, no answers, or too many contributions for all subsets; else as the trainer and the engines do.
 */
export async function audit(run: AttributionRun, options: AuditOptions): Promise<Audit> {
  const players = run.contributions.filter(({ examples }) => examples.length > 0);
  const n = players.length;
  if (n < 2) throw new AuditError(`an audit needs two contributions that were trained on, not ${n}`);
  if (run.evaluation.length === 0) throw new AuditError("an audit needs answers");
  if (options.subsets && n > MAX_ALL_SUBSETS) {
    throw new AuditError(`all subsets are retrained for up to ${MAX_ALL_SUBSETS} contributions, not ${n}`);
  }
  const plan = planOf(n, options);
  const trained = await retrain(retrainingOf({ ...run, contributions: players }), plan.weightings, options);
  const at = (weights: readonly number[]) => trained[plan.place(weights)]!;
  const [tuned, base] = [at(ones(n)), at(ones(n).fill(0))];
  const gains = tuned.map((value, i) => value - base[i]!);

  // per answer, what leaving each contribution out takes from it
  const losses = transposed(players.map((_, c) => at(without(n, c, 0)).map((value, i) => tuned[i]! - value)));
  const shapley = options.subsets ? shapleyOf(n, gains.length, (subset) => at(membership(subset, n))) : null;
  const cosines = players.map((_, c) =>
    metasmoothness(tuned, at(without(n, c, 1 - STEP / 2)), at(without(n, c, 1 - STEP))),
  );
  const outputs = Array.from(gains, (_, i) => plan.halves.map((half) => at(half)[i]!));
  const subsets = plan.halves.map((half) => half.map((weight) => weight === 1));

  const engines: EngineAudit[] = [];
  for (const [name, method] of options.engines) {
    options.onEngine?.(name);
    const features = await method.features(run);
    const scores = await scoresOf(
      run,
      features,
      players.map(({ id }) => id),
    );
    const shares = [...payoutShares(scores)];
    const flat = (rows: readonly ArrayLike<number>[]) => rows.flatMap((row) => Array.from(row));
    engines.push({
      engine: name,
      scores,
      shares,
      shapley: shapley && pearson(flat(scores), flat(shapley.values)),
      payoutDistance: shapley && shareDistance(shares, shapley.shares),
      efficiency: efficiencyError(scores, gains),
      loco: bootstrap(
        scores.map((row, i) => spearman(row, losses[i]!)),
        mean,
        { seed: options.seed },
      ),
      halves: plan.halves.length < 2 ? null : linearDatamodeling(scores, subsets, outputs, { seed: options.seed }),
    });
  }
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
  const tokens = run.evaluation.reduce((total, example) => total + lossTokens(example), 0);
  return {
    contributions: players.map(({ id }) => id),
    answers: gains.length,
    logProb: { base: sum(base), tuned: sum(tuned), tokens },
    retrained: plan.weightings.length,
    smoothness: { least: Math.min(...cosines), mean: sum(cosines) / n },
    losses,
    shapley,
    engines,
  };
}

/** What a run's contributions are retrained by. */
export function retrainingOf(run: AttributionRun): Retraining {
  const { examples, owners } = trainingExamples(run);
  const { onStep: _, onBatch: __, signal: ___, ...options } = run.training;
  const tokens = examples.reduce((total, example) => total + lossTokens(example), 0);
  const lora: LoraConfig = run.adapter.config;
  // as the trainer has it where none is given: over all examples, whatever they weigh
  const normaliser = options.normaliser ?? (options.batchSize * tokens) / examples.length;
  return {
    base: run.engine.base,
    lora,
    examples,
    owners,
    options: { ...options, normaliser },
    answers: run.evaluation,
  };
}

/**
 * Scores of a version's int8 features, per answer and contribution (by id): the exact integer dot products that settle,
 * times the powers of two that quantisation took out.
 */
export async function scoresOf(
  run: Pick<AttributionRun, "engine" | "adapter" | "evaluation">,
  features: VersionFeatures,
  ids: readonly number[],
): Promise<number[][]> {
  const gradients = await answerGradients(run, features.nodes, run.evaluation);
  const columns = ids.map((id) => features.contributions.findIndex(({ contribution }) => contribution === id));
  return gradients.map((gradient) => {
    const query = quantiseQuery(gradient, features.tensors);
    const unit = powerOfTwo(queryExponent(gradient, features));
    return columns.map((column) => dot(features.features[column]!, query) * unit);
  });
}

// of the query as `quantiseQuery` scales it: feature exponent and gradient exponent in one
function queryExponent(gradient: Float32Array, { tensors }: VersionFeatures): number {
  let most = 0;
  let at = 0;
  for (const { size, exponent } of tensors) {
    most = Math.max(most, maxAbs(gradient.subarray(at, at + size)) * powerOfTwo(exponent));
    at += size;
  }
  return exponentFor(most);
}

const ones = (n: number): number[] => new Array(n).fill(1);
const membership = (subset: number, n: number): number[] => Array.from({ length: n }, (_, c) => (subset >> c) & 1);
const without = (n: number, c: number, weight: number): number[] => ones(n).with(c, weight);

interface Plan {
  /** Every weighting once. */
  weightings: number[][];
  place(weights: readonly number[]): number;
  halves: number[][];
}

function planOf(n: number, { halves: count, subsets, seed }: AuditOptions): Plan {
  const random = new Random(seed);
  const halves = Array.from({ length: count }, () => {
    const order = random.permutation(n);
    const inside = new Set(order.subarray(0, Math.ceil(n / 2)));
    return Array.from({ length: n }, (_, c) => (inside.has(c) ? 1 : 0));
  });
  const all = subsets ? Array.from({ length: 2 ** n }, (_, subset) => membership(subset, n)) : [];
  const single = [0, 1 - STEP / 2, 1 - STEP].flatMap((weight) => ones(n).map((_, c) => without(n, c, weight)));
  const places = new Map<string, number>();
  const weightings: number[][] = [];
  for (const weights of [ones(n), ones(n).fill(0), ...single, ...halves, ...all]) {
    if (places.has(weights.join())) continue;
    places.set(weights.join(), weightings.length);
    weightings.push(weights);
  }
  return { weightings, place: (weights) => places.get(weights.join())!, halves };
}

function shapleyOf(n: number, answers: number, at: (subset: number) => Float64Array): NonNullable<Audit["shapley"]> {
  const tables = Array.from({ length: 2 ** n }, (_, subset) => at(subset));
  const values = Array.from({ length: answers }, (_, i) => [
    ...shapleyValues(
      tables.map((table) => table[i]!),
      n,
    ),
  ]);
  return { values, shares: [...payoutShares(values)] };
}

function transposed(rows: readonly ArrayLike<number>[]): number[][] {
  return Array.from(rows[0] ?? [], (_, i) => rows.map((row) => row[i]!));
}
