import { expect } from "chai";
import { Random } from "../../lm/index.ts";
import { cholesky, eigenvectors, LinearError, multiply, solveFactored, transpose } from "../../oracle/linear.ts";

const random = new Random(3);
const matrix = (m: number, n: number) => Float64Array.from({ length: m * n }, () => random.uniform() - 0.5);

describe("dense linear algebra", () => {
  it("solves a positive definite system", () => {
    const n = 9;
    const b = matrix(n, n);
    const a = multiply(b, transpose(b, n, n), n, n, n);
    for (let i = 0; i < n; i++) a[i * n + i]! += 0.1;
    const x = matrix(n, 1);
    const found = solveFactored(cholesky(a, n), n, multiply(a, x, n, n, 1));
    for (let i = 0; i < n; i++) expect(found[i]).to.be.closeTo(x[i]!, 1e-11);
  });

  it("refuses what is not positive definite", () => {
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).to.throw(LinearError, "pivot 1 is -3");
    expect(() => cholesky(Float64Array.of(Number.NaN), 1)).to.throw(LinearError, "pivot 0 is NaN");
    expect(() => cholesky(new Float64Array(4), 2)).to.throw(LinearError);
  });

  it("finds an orthonormal basis in which a symmetric matrix is diagonal", () => {
    const n = 12;
    const b = matrix(n, n);
    const a = b.map((value, i) => value + b[(i % n) * n + Math.floor(i / n)]!);
    const v = eigenvectors(a, n);
    const identity = multiply(transpose(v, n, n), v, n, n, n);
    const diagonal = multiply(multiply(transpose(v, n, n), a, n, n, n), v, n, n, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        expect(identity[i * n + j]).to.be.closeTo(i === j ? 1 : 0, 1e-12);
        if (i !== j) expect(diagonal[i * n + j]).to.be.closeTo(0, 1e-12);
      }
    }
  });

  it("leaves a zero and a diagonal matrix's basis alone", () => {
    expect([...eigenvectors(new Float64Array(4), 2)]).to.deep.equal([1, 0, 0, 1]);
    expect([...eigenvectors(Float64Array.of(3, 0, 0, -2), 2)]).to.deep.equal([1, 0, 0, 1]);
  });
});
