// Gauges of a run that need few retrainings or none.
import { AuditError } from "./shapley.ts";

/**
 * How far scores are from adding up to what fine-tuning gained: |Σ scores − Σ gains| / |Σ gains|, over all answers
 * together, and Σ |Σ scores − gain| / Σ |gain|, answer by answer.
 * @param scores per answer, per contribution, nats
 * @param gains per answer, log p_tuned − log p_base, nats
 * Throws {@link AuditError} where nothing was gained at all, on unequal lengths, and on NaN.
 */
export function efficiencyError(
  scores: readonly ArrayLike<number>[],
  gains: ArrayLike<number>,
): { total: number; perAnswer: number } {
  if (scores.length !== gains.length)
    throw new AuditError(`scores of ${scores.length} answers, gains of ${gains.length}`);
  let [missing, gained, error, size] = [0, 0, 0, 0];
  for (const [i, row] of scores.entries()) {
    let sum = -gains[i]!;
    for (let c = 0; c < row.length; c++) sum += row[c]!;
    missing += sum;
    gained += gains[i]!;
    error += Math.abs(sum);
    size += Math.abs(gains[i]!);
  }
  if (gained === 0) throw new AuditError("fine-tuning gained nothing: there is nothing to split");
  const figures = { total: Math.abs(missing / gained), perAnswer: error / size };
  if (!Number.isFinite(figures.total) || !Number.isFinite(figures.perAnswer)) {
    throw new AuditError("scores or gains are not finite");
  }
  return figures;
}

/**
 * How evenly training responds to its weights (after Engstrom et al. 2025): the cosine of the finite differences of the
 * trained parameters at a step of the weights and at half of it. 1 for a smooth run; fidelity stands and falls with it.
 * @param at parameters at the weights themselves, `half` and `full` at the half and the whole step
 * Throws {@link AuditError} on unequal lengths and where the weights move nothing.
 */
export function metasmoothness(at: ArrayLike<number>, half: ArrayLike<number>, full: ArrayLike<number>): number {
  if (at.length !== half.length || at.length !== full.length) {
    throw new AuditError(`${at.length}, ${half.length} and ${full.length} parameters`);
  }
  let [hf, hh, ff] = [0, 0, 0];
  for (let i = 0; i < at.length; i++) {
    const [x, y] = [half[i]! - at[i]!, full[i]! - at[i]!];
    hf += x * y;
    hh += x * x;
    ff += y * y;
  }
  const cosine = hf / (Math.sqrt(hh) * Math.sqrt(ff));
  if (!Number.isFinite(cosine)) throw new AuditError("the weights move nothing, or the parameters are not finite");
  return cosine;
}
