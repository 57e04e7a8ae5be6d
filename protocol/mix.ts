/** MurmurHash3's finaliser: a permutation of the 32-bit words. */
export function mix(word: number): number {
  let x = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Word k of a fixed sequence of random-looking 32-bit words: mix((k + 1) · 0x9e3779b9). */
export function keyOf(k: number): number {
  return mix(Math.imul(k + 1, 0x9e3779b9));
}
