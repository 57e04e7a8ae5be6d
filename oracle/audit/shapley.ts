// The judge of payouts: exact Shapley values from retraining on every subset.

/** An audit was given something that does not fit together. */
export class AuditError extends Error {
  override name = "AuditError";
}

/** More players have more subsets than anybody retrains. */
const MAX_PLAYERS = 16;

/**
 * Exact Shapley values (Shapley 1953) of up to 16 players: φ_c = Σ_S |S|! (n − |S| − 1)! / n! · (u(S ∪ c) − u(S)).
 * They add up to u(all) − u(none).
 * @param utilities 2^players of them; bit c of the place says whether c takes part
 * Throws {@link AuditError} on a table of another length or a utility that is no finite number.
 */
export function shapleyValues(utilities: ArrayLike<number>, players: number): Float64Array {
  if (!Number.isSafeInteger(players) || players < 1 || players > MAX_PLAYERS) {
    throw new AuditError(`Shapley values are for 1 to ${MAX_PLAYERS} players, not ${players}`);
  }
  const subsets = 2 ** players;
  if (utilities.length !== subsets) throw new AuditError(`${utilities.length} utilities for ${subsets} subsets`);
  const weights = orderWeights(players);
  const values = new Float64Array(players);
  for (let subset = 0; subset < subsets; subset++) {
    const utility = utilities[subset]!;
    if (!Number.isFinite(utility)) throw new AuditError(`the utility of subset ${subset} is ${utility}`);
    const size = sizeOf(subset);
    for (let c = 0; c < players; c++) {
      // each subset counts with c as the one that c joined, and without c as the one that c joins
      if (subset & (1 << c)) values[c]! += weights[size - 1]! * utility;
      else values[c]! -= weights[size]! * utility;
    }
  }
  return values;
}

/** Number of players in a subset. */
export function sizeOf(subset: number): number {
  let size = 0;
  for (let rest = subset; rest > 0; rest >>>= 1) size += rest & 1;
  return size;
}

/** weight[s] = s! (n − s − 1)! / n!, by w[s + 1] = w[s] (s + 1) / (n − s − 1). */
function orderWeights(players: number): Float64Array {
  const weights = new Float64Array(players);
  weights[0] = 1 / players;
  for (let s = 0; s + 1 < players; s++) weights[s + 1] = (weights[s]! * (s + 1)) / (players - s - 1);
  return weights;
}
