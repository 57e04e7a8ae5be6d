// Seeded pseudo-random numbers by 32-bit integer arithmetic alone, so that every machine draws the same.

/** xoshiro128** (Blackman and Vigna, 2018), its state filled from the seed by splitmix32. */
export class Random {
  private readonly state = new Uint32Array(4);

  constructor(seed: number) {
    let x = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.state[i] = z ^ (z >>> 16);
    }
  }

  /** Uniform integer in [0, 2³²). */
  next(): number {
    const s = this.state;
    const product = Math.imul(s[1]!, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** Uniform number in [0, 1) with 32 bits. */
  uniform(): number {
    return this.next() / 4294967296;
  }

  /** Uniform integer in [0, bound), bound ≤ 2³², without bias. */
  below(bound: number): number {
    const limit = 4294967296 - (4294967296 % bound);
    let x = this.next();
    while (x >= limit) x = this.next();
    return x % bound;
  }

  /** The numbers 0 … n − 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
    return order;
  }
}
