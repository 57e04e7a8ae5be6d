import { expect } from "chai";
import { Random } from "../../lm/index.ts";

describe("the seeded generator", () => {
  const draw = (seed: number, count: number) => {
    const random = new Random(seed);
    return Array.from({ length: count }, () => random.next());
  };

  it("is xoshiro128** over its state", () => {
    // one step by hand with BigInt arithmetic from the state that the first four outputs of splitmix32 give
    const mask = 0xffffffffn;
    const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
    const state: bigint[] = [];
    let x = 42n;
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9n) & mask;
      let z = x;
      z = ((z ^ (z >> 16n)) * 0x85ebca6bn) & mask;
      z = ((z ^ (z >> 13n)) * 0xc2b2ae35n) & mask;
      state.push(z ^ (z >> 16n));
    }
    const expected: number[] = [];
    for (let i = 0; i < 50; i++) {
      const [a, b, c, d] = state as [bigint, bigint, bigint, bigint];
      expected.push(Number((rotate((b * 5n) & mask, 7n) * 9n) & mask));
      const c1 = c ^ a;
      const d1 = d ^ b;
      state.splice(0, 4, a ^ d1, b ^ c1, c1 ^ ((b << 9n) & mask), rotate(d1, 11n));
    }
    expect(draw(42, 50)).to.deep.equal(expected);
  });

  it("draws the same from the same seed and other numbers from another", () => {
    expect(draw(1, 20)).to.deep.equal(draw(1, 20));
    expect(draw(1, 20)).to.not.deep.equal(draw(2, 20));
  });

  it("draws integers below a bound, all about equally often", () => {
    const random = new Random(9);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.below(7)]!++;
    for (const count of counts) expect(count).to.be.within(9_600, 10_400);
  });

  it("draws uniform numbers from 0 to below 1", () => {
    const random = new Random(4);
    const values = Array.from({ length: 10_000 }, () => random.uniform());
    expect(Math.min(...values)).to.be.within(0, 0.001);
    expect(Math.max(...values)).to.be.within(0.999, 1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).to.be.within(0.49, 0.51);
  });

  it("permutes", () => {
    const order = new Random(5).permutation(100);
    expect(Array.from(order)).to.not.deep.equal(Array.from({ length: 100 }, (_, i) => i));
    expect(Array.from(order).sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 100 }, (_, i) => i));
    expect(new Random(5).permutation(0)).to.have.length(0);
  });
});
