import { expect } from "chai";
import { Random } from "../../lm/index.ts";
import { Kernels, kernelModule } from "../../lm/kernels/index.ts";

/** The product by its definition, each sum in f32 over k = 0, 1, 2, … */
function product(
  m: number,
  n: number,
  k: number,
  a: (i: number, k: number) => number,
  b: (k: number, j: number) => number,
) {
  const c = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum = Math.fround(sum + Math.fround(a(i, l) * b(l, j)));
      c[i * n + j] = sum;
    }
  }
  return c;
}

describe("matrix products", () => {
  let kernels: Kernels;
  before(async () => {
    kernels = new Kernels(await kernelModule());
    kernels.call.setScratch(kernels.allocate(64 * 64));
  });

  const place = (values: Float32Array) => {
    const at = kernels.allocate(values.byteLength);
    kernels.floats(at, values.length).set(values);
    return at;
  };

  // full tiles, and every kind of remainder of rows and columns
  for (const [m, n, k] of [
    [8, 16, 32],
    [1, 8, 5],
    [7, 3, 1],
    [5, 13, 40],
    [2, 1, 64],
  ] as const) {
    it(`are exact sums in order for ${m} × ${n} × ${k}, plain, transposed, packed and added`, () => {
      const random = new Random(m * n + k);
      const values = (count: number) => Float32Array.from({ length: count }, () => random.uniform() - 0.5);
      const [a, b, old] = [values(m * k), values(k * n), values(m * n)];
      const expected = product(
        m,
        n,
        k,
        (i, l) => a[i * k + l]!,
        (l, j) => b[l * n + j]!,
      );
      const added = expected.map((value, i) => old[i]! + value);
      const aT = Float32Array.from(a, (_, i) => a[(i % m) * k + Math.floor(i / m)]!);
      const bT = Float32Array.from(b, (_, i) => b[(i % k) * n + Math.floor(i / k)]!);
      const packed = kernels.allocate(Math.ceil(n / 8) * k * 32);
      kernels.call.packTransposed(n, k, place(bT), k, packed);
      const plain = kernels.allocate(Math.ceil(n / 8) * k * 32);
      kernels.call.packPlain(n, k, place(b), n, plain);

      const run = (multiply: (c: number, add: number) => void, add: number) => {
        const c = place(old);
        multiply(c, add);
        return kernels.floats(c, m * n).slice();
      };
      const { call } = kernels;
      const [pa, pb, paT, pbT] = [place(a), place(b), place(aT), place(bT)];
      for (const [add, result] of [expected, added].entries()) {
        expect(run((c, x) => call.gemmNN(m, n, k, pa, k, pb, n, c, n, x), add)).to.deep.equal(result);
        expect(run((c, x) => call.gemmNT(m, n, k, pa, k, pbT, k, c, n, x), add)).to.deep.equal(result);
        expect(run((c, x) => call.gemmTN(m, n, k, paT, m, pb, n, c, n, x), add)).to.deep.equal(result);
        expect(run((c, x) => call.gemmPacked(m, n, k, pa, k, packed, c, n, x), add)).to.deep.equal(result);
        expect(run((c, x) => call.gemmPacked(m, n, k, pa, k, plain, c, n, x), add)).to.deep.equal(result);
        expect(run((c, x) => call.gemmPanels(m, n, k, paT, 1, m, plain, k, c, n, x), add)).to.deep.equal(result);
      }
    });
  }

  it("stop at the row of the panels that they are told", () => {
    const random = new Random(5);
    const [m, n, k, height] = [6, 19, 7, 12];
    const a = Float32Array.from({ length: m * k }, () => random.uniform());
    const b = Float32Array.from({ length: height * n }, () => random.uniform());
    const packed = kernels.allocate(Math.ceil(n / 8) * height * 32);
    kernels.call.packPlain(n, height, place(b), n, packed);
    const c = kernels.allocate(m * n * 4);
    kernels.call.gemmPanels(m, n, k, place(a), k, 1, packed, height, c, n, 0);
    const expected = product(
      m,
      n,
      k,
      (i, l) => a[i * k + l]!,
      (l, j) => b[l * n + j]!,
    );
    expect(kernels.floats(c, m * n).slice()).to.deep.equal(expected);
  });

  it("leave what lies between the rows of C alone", () => {
    const c = place(new Float32Array(20).fill(7));
    const ones = place(new Float32Array(64).fill(1));
    kernels.call.gemmNN(2, 3, 4, ones, 4, ones, 8, c, 10, 0);
    expect(Array.from(kernels.floats(c, 20))).to.deep.equal([
      4,
      4,
      4,
      ...Array(7).fill(7),
      4,
      4,
      4,
      ...Array(7).fill(7),
    ]);
  });
});
