// How well predictions follow what retraining shows.
import { Random } from "../../lm/index.ts";
import { AuditError } from "./shapley.ts";

/** Pearson's correlation; 0 where one side does not vary. Throws {@link AuditError} on fewer than two pairs, or NaN. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = checkPairs(a, b);
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (aa === 0 || bb === 0) return 0;
  // apart, so that neither product overflows or vanishes
  return ab / (Math.sqrt(aa) * Math.sqrt(bb));
}

/** Ranks from 1 on; equal values share the mean of theirs. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]! || i - j);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let k = start; k < end; k++) result[order[k]!] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/** Spearman's rank correlation: Pearson's of the ranks. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkPairs(a, b);
  return pearson(ranks(a), ranks(b));
}

/** A figure with the ends of its confidence interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** How a confidence interval is drawn. */
export interface Bootstrap {
  seed: number;
  /** Resamples; default 1,000. */
  rounds?: number;
  /** Default 0.95. */
  level?: number;
}

/**
 * `statistic` of all items, with its percentile bootstrap interval (Efron 1979): of so many resamples with replacement,
 * drawn from the seed. Throws {@link AuditError} without items.
 */
export function bootstrap<T>(
  items: readonly T[],
  statistic: (sample: readonly T[]) => number,
  how: Bootstrap,
): Estimate {
  if (items.length === 0) throw new AuditError("nothing to resample");
  const { seed, rounds = 1_000, level = 0.95 } = how;
  const random = new Random(seed);
  const found = Float64Array.from({ length: rounds }, () =>
    statistic(items.map(() => items[random.below(items.length)]!)),
  ).sort();
  const at = (share: number): number => found[Math.min(rounds - 1, Math.floor(share * rounds))]!;
  return { value: statistic(items), low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

/**
 * The linear datamodeling score (Park et al. 2023): per answer the rank correlation, over random subsets of the
 * contributions, of the summed scores of those in the subset with the answer's log p after retraining on it; then the
 * mean over answers, with its interval over them.
 * @param scores per answer, per contribution
 * @param subsets bit c says whether contribution c was trained on
 * @param outputs per answer, per subset
 */
export function linearDatamodeling(
  scores: readonly ArrayLike<number>[],
  subsets: readonly (readonly boolean[])[],
  outputs: readonly ArrayLike<number>[],
  how: Bootstrap,
): Estimate {
  if (scores.length !== outputs.length) {
    throw new AuditError(`scores of ${scores.length} answers, outputs of ${outputs.length}`);
  }
  const correlations = scores.map((row, i) => {
    const predicted = subsets.map((subset, s) => {
      if (subset.length !== row.length) {
        throw new AuditError(`subset ${s} is one of ${subset.length} contributions, not ${row.length}`);
      }
      return subset.reduce((sum, inside, c) => sum + (inside ? row[c]! : 0), 0);
    });
    return spearman(predicted, outputs[i]!);
  });
  return bootstrap(correlations, mean, how);
}

/** The arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function checkPairs(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new AuditError(`${a.length} values beside ${b.length}`);
  if (a.length < 2) throw new AuditError(`a correlation needs two pairs, not ${a.length}`);
  for (let i = 0; i < a.length; i++) {
    if (!Number.isFinite(a[i]) || !Number.isFinite(b[i])) throw new AuditError(`pair ${i} is ${a[i]}, ${b[i]}`);
  }
  return a.length;
}
