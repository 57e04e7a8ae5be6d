// Softmax of attention scores and of logits, with their gradients.
import { exp4, logf64, max4, sum4 } from "./math";

const LANES = memory.data<i32>([0, 1, 2, 3]);

// exp(factor · (x − top)) in place for the first n of a row padded to four, zero in the padding; returns the sum.
function exponentials(x: usize, n: i32, top: f32, factor: f32): f32 {
  const shift = f32x4.splat(top);
  const times = f32x4.splat(factor);
  let sum = f32x4.splat(0);
  for (let j = 0; j < n; j += 4) {
    const at = x + (<usize>j << 2);
    const inside = i32x4.lt_s(i32x4.add(v128.load(LANES), i32x4.splat(j)), i32x4.splat(n));
    const e = v128.and(exp4(f32x4.mul(f32x4.sub(v128.load(at), shift), times)), inside);
    v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  return sum4(sum);
}

/**
 * Causal softmax in place: row i of p[rows, cols] (row stride ld floats, a multiple of four) is the query at position
 * first + i; it sees keys 0 … first + i, and the weights of later ones become 0.
 */
export function softmaxCausal(rows: i32, cols: i32, first: i32, p: usize, ld: i32, factor: f32): void {
  for (let i = 0; i < rows; i++) {
    const n = first + i + 1;
    let top = load<f32>(p);
    for (let j = 1; j < n; j++) top = max(top, load<f32>(p + (<usize>j << 2)));
    const inverse = f32x4.splat(1 / exponentials(p, n, top, factor));
    const padded = (n + 3) & ~3;
    for (let j: usize = 0; j < <usize>padded << 2; j += 16) v128.store(p + j, f32x4.mul(v128.load(p + j), inverse));
    if (padded < cols) memory.fill(p + (<usize>padded << 2), 0, <usize>(cols - padded) << 2);
    p += <usize>ld << 2;
  }
}

/** dP in place to the gradient of the scores: factor · p · (dP − Σ p · dP); both with row stride ld. */
export function softmaxCausalBackward(rows: i32, cols: i32, first: i32, p: usize, dP: usize, ld: i32, factor: f32): void {
  for (let i = 0; i < rows; i++) {
    const n = (first + i + 4) & ~3;
    // lanes past the query's own position hold p = 0 but stale dP, which must not reach the sum as 0 · NaN
    for (let j = first + i + 1; j < n; j++) store<f32>(dP + (<usize>j << 2), 0);
    let dots = f32x4.splat(0);
    for (let j: usize = 0; j < <usize>n << 2; j += 16) {
      dots = f32x4.add(dots, f32x4.mul(v128.load(p + j), v128.load(dP + j)));
    }
    const dot = f32x4.splat(sum4(dots));
    const times = f32x4.splat(factor);
    for (let j: usize = 0; j < <usize>n << 2; j += 16) {
      const d = f32x4.mul(v128.load(p + j), f32x4.sub(v128.load(dP + j), dot));
      v128.store(dP + j, f32x4.mul(d, times));
    }
    if (n < cols) memory.fill(dP + (<usize>n << 2), 0, <usize>(cols - n) << 2);
    p += <usize>ld << 2;
    dP += <usize>ld << 2;
  }
}

/**
 * Cross-entropy of logits[rows, vocab] against targets[rows] (i32): logProbs[rows] (f64, nats) and, in place of the
 * logits, weight · (softmax − one-hot), the gradient of −weight · Σ log p. vocab is a multiple of four.
 */
export function crossEntropy(rows: i32, vocab: i32, logits: usize, targets: usize, weight: f32, logProbs: usize): void {
  const bytes = <usize>vocab << 2;
  for (let i: usize = 0; i < <usize>rows; i++) {
    let tops = v128.load(logits);
    for (let j: usize = 16; j < bytes; j += 16) tops = f32x4.max(tops, v128.load(logits + j));
    const top = max4(tops);
    const target = logits + (<usize>load<i32>(targets + (i << 2)) << 2);
    const gap = <f64>load<f32>(target) - <f64>top;
    const sum = exponentials(logits, vocab, top, 1);
    store<f64>(logProbs + (i << 3), gap - logf64(<f64>sum));
    const factor = f32x4.splat(weight / sum);
    for (let j: usize = 0; j < bytes; j += 16) v128.store(logits + j, f32x4.mul(v128.load(logits + j), factor));
    store<f32>(target, load<f32>(target) - weight);
    logits += bytes;
  }
}
