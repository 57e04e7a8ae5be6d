// Small dense linear algebra in f64 by + - * / and sqrt alone, in a fixed order: the same bits on every machine.
// Matrices are row-major and flat.

/** A matrix is not what the method needs. */
export class LinearError extends Error {
  override name = "LinearError";
}

/** Σ a · b over n elements from the given offsets on. */
export function dotAt(a: ArrayLike<number>, at: number, b: ArrayLike<number>, from: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[at + i]! * b[from + i]!;
  return sum;
}

/** C [m, n] = A [m, k] B [k, n]. */
export function multiply(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l]!;
      for (let j = 0; j < n; j++) c[i * n + j]! += factor * b[l * n + j]!;
    }
  }
  return c;
}

/** Aᵀ [n, m] of A [m, n]. */
export function transpose(a: Float64Array, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, i) => a[(i % m) * n + Math.floor(i / m)]!);
}

/** L [n, n], lower, with A = L Lᵀ. Throws {@link LinearError} unless A is positive definite. */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = a[i * n + j]! - dotAt(l, i * n, l, j * n, j);
      if (i !== j) l[i * n + j] = rest / l[j * n + j]!;
      else if (rest > 0 && rest < Infinity) l[i * n + i] = Math.sqrt(rest);
      else throw new LinearError(`the matrix is not positive definite: pivot ${i} is ${rest}`);
    }
  }
  return l;
}

/** x with L Lᵀ x = b, for the factor of {@link cholesky}. */
export function solveFactored(l: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) x[i] = (x[i]! - dotAt(l, i * n, x, 0, i)) / l[i * n + i]!;
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i]! -= l[j * n + i]! * x[j]!;
    x[i]! /= l[i * n + i]!;
  }
  return x;
}

/** Sweeps of Jacobi's method; it converges quadratically, so that ten are plenty. */
const SWEEPS = 30;

/**
 * Eigenvectors of a symmetric matrix by Jacobi's cyclic method (Golub and Van Loan, 8.5). O(n³) a sweep.
 * @returns V [n, n] whose columns are the eigenvectors, in no particular order
 */
export function eigenvectors(symmetric: Float64Array, n: number): Float64Array {
  const a = Float64Array.from(symmetric);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const square = a[i * n + j]! * a[i * n + j]!;
        all += square;
        if (i !== j) off += square;
      }
    }
    if (off <= 1e-30 * all) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  return v;
}

// makes element (p, q) zero by a rotation of rows and columns p and q
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
    const [z, w] = [v[k * n + p]!, v[k * n + q]!];
    v[k * n + p] = c * z - s * w;
    v[k * n + q] = s * z + c * w;
  }
}
