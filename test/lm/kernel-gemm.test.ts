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

for (const [wide, panels] of ["one panel", "two panels"].entries()) {
  describe(`matrix products, ${panels} at once`, () => {
    let kernels: Kernels;
    before(async () => {
      kernels = new Kernels(await kernelModule());
      kernels.call.setWide(wide);
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
      [9, 31, 1],
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
        }
      });
    }

    for (const [rows, n] of [
      [1, 8],
      [4, 16],
      [7, 3],
      [29, 13],
      [48, 24],
    ] as const) {
      // beyond the diagonal only zeros up to a multiple of four may be read
      const stride = (rows + 7) & ~3;
      const p = () => {
        const random = new Random(rows);
        return Float32Array.from({ length: rows * stride }, (_, at) => {
          const [i, j] = [Math.floor(at / stride), at % stride];
          if (j <= i) return random.uniform() - 0.5;
          return j < ((i + 4) & ~3) ? 0 : Number.NaN;
        });
      };
      const values = (count: number, seed: number) => {
        const random = new Random(seed);
        return Float32Array.from({ length: count }, () => random.uniform() - 0.5);
      };

      it(`of causal attention are exact sums in order for ${rows} positions and ${n} columns`, () => {
        const { call } = kernels;
        const [scores, b, old] = [p(), values(rows * n, 1), values(rows * n, 2)];
        const packed = kernels.allocate(Math.ceil(n / 8) * rows * 32);
        call.packPlain(n, rows, place(b), n, packed);
        const seen = (i: number, j: number) => (j <= i ? scores[i * stride + j]! : 0);
        const column = (l: number, j: number) => b[l * n + j]!;
        const along = product(rows, n, rows, seen, column);
        const across = product(rows, n, rows, (i, l) => seen(l, i), column);
        for (const [multiply, expected] of [
          [call.gemmCausal, along],
          [call.gemmCausalTransposed, across],
        ] as const) {
          const c = place(old);
          multiply(rows, n, place(scores), stride, packed, c, n, 0);
          expect(kernels.floats(c, rows * n).slice()).to.deep.equal(expected);
          multiply(rows, n, place(scores), stride, packed, c, n, 1);
          const twice = expected.map((value) => value + value);
          expect(kernels.floats(c, rows * n).slice()).to.deep.equal(twice);
        }
      });

      it(`of causal attention have exact scores up to the diagonal for ${rows} positions and ${n} elements`, () => {
        const { call } = kernels;
        const [q, keys, old] = [values(rows * n, 3), values(rows * n, 4), values(rows * stride, 5)];
        const packed = kernels.allocate(Math.ceil(rows / 8) * n * 32);
        call.packTransposed(rows, n, place(keys), n, packed);
        const expected = product(
          rows,
          rows,
          n,
          (i, l) => q[i * n + l]!,
          (l, j) => keys[j * n + l]!,
        );
        for (const add of [0, 1]) {
          const c = place(old);
          call.gemmCausalScores(rows, n, place(q), n, packed, c, stride, add);
          const found = kernels.floats(c, rows * stride);
          for (let i = 0; i < rows; i++) {
            for (let j = 0; j <= i; j++) {
              const sum = Math.fround((add ? old[i * stride + j]! : 0) + expected[i * rows + j]!);
              expect(found[i * stride + j], `${i}, ${j}`).to.equal(sum);
            }
            // what lies between the rows stays
            expect(found.slice(i * stride + rows, (i + 1) * stride)).to.deep.equal(
              old.slice(i * stride + rows, (i + 1) * stride),
            );
          }
        }
      });
    }

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
}
