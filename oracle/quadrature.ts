/** A point of the path w = s · 1 and its weight. */
export interface PathNode {
  /** In (0, 1]. */
  at: number;
  weight: number;
}

/** w = 1 alone: single tangents, as leaving one contribution out asks for. */
export const AT_END: readonly PathNode[] = [{ at: 1, weight: 1 }];

// nodes in [-1, 1] from the middle out, and their weights (Abramowitz and Stegun, 25.4.30)
const RULES: Record<number, readonly (readonly [node: number, weight: number])[]> = {
  1: [[0, 2]],
  2: [[0.5773502691896257, 1]],
  3: [
    [0, 0.8888888888888888],
    [0.7745966692414834, 0.5555555555555556],
  ],
  4: [
    [0.33998104358485626, 0.6521451548625461],
    [0.8611363115940526, 0.34785484513745385],
  ],
  5: [
    [0, 0.5688888888888889],
    [0.5384693101056831, 0.47862867049936647],
    [0.906179845938664, 0.23692688505618908],
  ],
};

/**
 * Gauss and Legendre's rule on (0, 1), rising: exact for polynomials of degree 2 · count − 1 in t, where s = t^power. A power
 * above 1 crowds the nodes near 0, for paths that are steep there. 1 to 5 nodes and a power of 1 to 4, else a RangeError.
 */
export function gaussLegendre(count: number, power = 1): PathNode[] {
  const rule = RULES[count];
  if (rule === undefined) throw new RangeError(`the path takes 1 to 5 nodes, not ${count}`);
  if (![1, 2, 3, 4].includes(power)) throw new RangeError(`the power of the path is 1 to 4, not ${power}`);
  return rule
    .flatMap(([node, weight]) =>
      node === 0 ? [[0, weight] as const] : [[-node, weight] as const, [node, weight] as const],
    )
    .map(([node, weight]) => {
      const t = (1 + node) / 2;
      // ds = power · t^(power − 1) dt
      let slope = 1;
      for (let k = 1; k < power; k++) slope *= t;
      return { at: slope * t, weight: (weight / 2) * power * slope };
    })
    .sort((a, b) => a.at - b.at);
}
