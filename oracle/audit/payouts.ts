// The payout rule of an epoch in f64, for comparing scores of any kind: the settlement itself is in integers.
import { AuditError } from "./shapley.ts";

/**
 * Shares of the pool by DESIGN.md's rule. Each answer's parts are its signed scores over the sum of their absolute values;
 * parts are added over the answers by their fees, and only then negative totals are cut. What nobody earns is the rest
 * to 1. Zero from an answer whose scores are all zero.
 * @param scores per answer, per contribution
 * @param fees per answer; equal ones where absent
 * Throws {@link AuditError} on rows of unequal lengths, on no fees at all, and on NaN.
 */
export function payoutShares(scores: readonly ArrayLike<number>[], fees?: ArrayLike<number>): Float64Array {
  if (scores.length === 0) throw new AuditError("no answers, so no shares");
  const columns = scores[0]!.length;
  const totals = new Float64Array(columns);
  let income = 0;
  for (const [i, row] of scores.entries()) {
    if (row.length !== columns) throw new AuditError(`answer ${i} has ${row.length} scores, not ${columns}`);
    const fee = fees === undefined ? 1 : fees[i]!;
    if (!(fee >= 0)) throw new AuditError(`the fee of answer ${i} is ${fee}`);
    income += fee;
    let gross = 0;
    for (let c = 0; c < columns; c++) gross += Math.abs(row[c]!);
    if (!(gross < Infinity)) throw new AuditError(`the scores of answer ${i} add up to ${gross}`);
    if (gross > 0) for (let c = 0; c < columns; c++) totals[c]! += (fee * row[c]!) / gross;
  }
  if (!(income > 0)) throw new AuditError("no fees, so no shares");
  return totals.map((total) => (total > 0 ? total / income : 0));
}

/** Σ |a − b|, as a share of the pool. Throws {@link AuditError} on unequal lengths. */
export function shareDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new AuditError(`${a.length} shares beside ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum;
}
