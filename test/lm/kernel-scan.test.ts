import { expect } from "chai";
import { DotScan, Random } from "../../lm/index.ts";
import { rejection } from "./rejection.ts";

const exact = (a: Int8Array, b: Int8Array) => {
  let sum = 0n;
  for (let i = 0; i < a.length; i++) sum += BigInt(a[i]!) * BigInt(b[i]!);
  return sum;
};

describe("the scan of int8 vectors", () => {
  const vectors = (count: number, length: number, seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: count }, () => Int8Array.from({ length }, () => random.below(256) - 128));
  };

  for (const [length, features, queries] of [
    [1, 1, 1],
    [16, 3, 4],
    [100, 5, 9],
    [70_001, 2, 5],
  ] as const) {
    it(`is exact for ${queries} queries, ${features} features and ${length} elements`, async () => {
      const [f, q] = [vectors(features, length, 1), vectors(queries, length, 2)];
      const dots = (await DotScan.of(f)).dots(q);
      expect(dots.map((row) => Array.from(row, BigInt))).to.deep.equal(q.map((a) => f.map((b) => exact(a, b))));
    });
  }

  for (const [a, b] of [
    [-128, -128],
    [127, -128],
    [127, 127],
  ] as const) {
    it(`is exact where every element is ${a} and ${b}, past what 32 bits hold`, async () => {
      const length = 1_000_003;
      const scan = await DotScan.of([new Int8Array(length).fill(a)]);
      const query = new Int8Array(length).fill(b);
      const dots = scan.dots([query, query, query, query, query]);
      expect(dots.map(([dot]) => dot)).to.deep.equal(Array(5).fill(length * a * b));
    });
  }

  it("forgets the queries before", async () => {
    const [feature] = vectors(1, 40, 1);
    const scan = await DotScan.of([feature!]);
    const queries = vectors(7, 40, 3);
    const together = scan.dots(queries);
    for (const [i, query] of queries.entries()) expect(scan.dots([query])[0]).to.deep.equal(together[i]);
  });

  it("has no results without features, without queries, and zeros for empty vectors", async () => {
    expect((await DotScan.of([])).dots([new Int8Array(3)])).to.deep.equal([new Float64Array(0)]);
    expect((await DotScan.of([new Int8Array(3)])).dots([])).to.deep.equal([]);
    expect((await DotScan.of([new Int8Array(0)])).dots([new Int8Array(0)])).to.deep.equal([Float64Array.of(0)]);
  });

  it("refuses vectors of different lengths", async () => {
    expect(await rejection(DotScan.of([new Int8Array(3), new Int8Array(4)]))).to.equal(
      "feature 1 has 4 elements, not 3",
    );
    const scan = await DotScan.of([new Int8Array(3)]);
    expect(() => scan.dots([new Int8Array(3), new Int8Array(2)])).to.throw(
      "query 1 has 2 elements, but the features have 3",
    );
  });
});
