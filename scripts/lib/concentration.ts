/** How unevenly something is held. */
export interface Concentration {
  holders: number;
  /** 0 where all hold the same, towards 1 where one holds all. */
  gini: number;
  /** Herfindahl–Hirschman index: the sum of the squared shares, 1/holders to 1. */
  hhi: number;
  /** Nakamoto coefficient: the fewest holders that together have more than half. */
  nakamoto: number;
}

/** Concentration of amounts in wei; what is zero does not hold. Null where nobody holds anything. */
export function concentration(amounts: Iterable<bigint>): Concentration | null {
  const sorted = [...amounts].filter((amount) => amount > 0n).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const total = sorted.reduce((sum, amount) => sum + amount, 0n);
  if (total === 0n) return null;
  const count = sorted.length;
  const shares = sorted.map((amount) => ratio(amount, total));
  // Mean absolute difference over twice the mean, by ranks.
  const ranked = shares.reduce((sum, share, rank) => sum + (2 * (rank + 1) - count - 1) * share, 0);
  let nakamoto = 0;
  for (let held = 0n; held * 2n <= total; held += sorted[count - nakamoto]!) nakamoto++;
  return {
    holders: count,
    gini: ranked / count,
    hhi: shares.reduce((sum, share) => sum + share * share, 0),
    nakamoto,
  };
}

/** part / whole, for reading: six digits. */
export function ratio(part: bigint, whole: bigint): number {
  return Number((part * 1_000_000n) / whole) / 1_000_000;
}

/** The middle one of the amounts, or the mean of both middle ones, rounded down. Null where there is none. */
export function median(amounts: bigint[]): bigint | null {
  const sorted = [...amounts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const { length } = sorted;
  return length === 0 ? null : (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2n;
}
