/** A fixed sequence of numbers that look random, the same in every run (Knuth's MMIX generator, upper bits). */
export function sequence(seed: bigint) {
  let state = seed;
  return (below: number) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & (2n ** 64n - 1n);
    return Number((state >> 33n) % BigInt(below));
  };
}
