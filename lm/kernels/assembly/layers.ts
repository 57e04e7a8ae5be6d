// The layers of the model but for its matrix products. Shapes are [rows, width] f32, row-major, without gaps; widths
// are multiples of four. Sums run in four lanes (element j in lane j mod 4) and do not depend on the rows beside.
import { exp4, expf64, logf64, sinf64, sum4 } from "./math";

/** out[rows, width] = table[tokens[row]]. */
export function embed(rows: i32, width: i32, tokens: usize, table: usize, out: usize): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    memory.copy(out + <usize>i * bytes, table + <usize>load<i32>(tokens + (<usize>i << 2)) * bytes, bytes);
  }
}

/** dTable[tokens[row]] += dOut[row]. */
export function embedBackward(rows: i32, width: i32, tokens: usize, dOut: usize, dTable: usize): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    add(width, dTable + <usize>load<i32>(tokens + (<usize>i << 2)) * bytes, dOut + <usize>i * bytes);
  }
}

/** to[n] = from[n]. */
export function copy(n: i32, to: usize, from: usize): void {
  memory.copy(to, from, <usize>n << 2);
}

/** x[n] = 0. */
export function clear(n: i32, x: usize): void {
  memory.fill(x, 0, <usize>n << 2);
}

/** to[n] += from[n]. */
export function add(n: i32, to: usize, from: usize): void {
  for (let j: usize = 0; j < <usize>n << 2; j += 16) {
    v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(from + j)));
  }
}

/** x[n] *= factor, for any n. */
export function scale(n: i32, x: usize, factor: f32): void {
  for (let j: usize = 0; j < <usize>n << 2; j += 4) store<f32>(x + j, load<f32>(x + j) * factor);
}

/**
 * RMSNorm (Zhang and Sennrich, 2019): out = x · r · gain with r = 1 / sqrt(mean(x²) + eps); r[rows] is kept for the
 * backward pass.
 */
export function rmsNorm(rows: i32, width: i32, x: usize, gain: usize, eps: f32, out: usize, r: usize): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    let squares = f32x4.splat(0);
    for (let j: usize = 0; j < bytes; j += 16) {
      const v = v128.load(x + j);
      squares = f32x4.add(squares, f32x4.mul(v, v));
    }
    const sum = sum4(squares);
    // sum − sum is 0, but NaN once the squares overflow: a row that ran away must not turn into zeros
    const inverse: f32 = 1 / sqrt<f32>(sum / <f32>width + eps) + (sum - sum);
    store<f32>(r + (<usize>i << 2), inverse);
    const factor = f32x4.splat(inverse);
    for (let j: usize = 0; j < bytes; j += 16) {
      v128.store(out + j, f32x4.mul(f32x4.mul(v128.load(x + j), factor), v128.load(gain + j)));
    }
    x += bytes;
    out += bytes;
  }
}

/**
 * Adds the gradient of x to dX: r · gain · dOut − x · r³ / width · Σ(gain · dOut · x); adds dOut · x · r to dGain
 * unless that is 0.
 */
export function rmsNormBackward(
  rows: i32, width: i32, x: usize, gain: usize, r: usize, dOut: usize, dX: usize, dGain: usize,
): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    const inverse = load<f32>(r + (<usize>i << 2));
    let dots = f32x4.splat(0);
    for (let j: usize = 0; j < bytes; j += 16) {
      const g = f32x4.mul(v128.load(gain + j), v128.load(dOut + j));
      dots = f32x4.add(dots, f32x4.mul(g, v128.load(x + j)));
    }
    const factor = f32x4.splat(inverse);
    const pull = f32x4.splat((sum4(dots) / <f32>width) * inverse * inverse * inverse);
    for (let j: usize = 0; j < bytes; j += 16) {
      const g = f32x4.mul(f32x4.mul(v128.load(gain + j), v128.load(dOut + j)), factor);
      const d = f32x4.sub(g, f32x4.mul(v128.load(x + j), pull));
      v128.store(dX + j, f32x4.add(v128.load(dX + j), d));
      if (dGain) {
        const dg = f32x4.mul(f32x4.mul(v128.load(dOut + j), v128.load(x + j)), factor);
        v128.store(dGain + j, f32x4.add(v128.load(dGain + j), dg));
      }
    }
    x += bytes;
    dOut += bytes;
    dX += bytes;
  }
}

/** SwiGLU (Shazeer, 2020): out = gate · σ(gate) · up, for n values. */
export function swiglu(n: i32, gate: usize, up: usize, out: usize): void {
  const one = f32x4.splat(1);
  for (let j: usize = 0; j < <usize>n << 2; j += 16) {
    const g = v128.load(gate + j);
    const s = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(g))));
    v128.store(out + j, f32x4.mul(f32x4.mul(g, s), v128.load(up + j)));
  }
}

/** dGate = dOut · up · σ(1 + gate(1 − σ)), dUp = dOut · gate · σ. */
export function swigluBackward(n: i32, gate: usize, up: usize, dOut: usize, dGate: usize, dUp: usize): void {
  const one = f32x4.splat(1);
  for (let j: usize = 0; j < <usize>n << 2; j += 16) {
    const g = v128.load(gate + j);
    const d = v128.load(dOut + j);
    const s = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(g))));
    const slope = f32x4.mul(s, f32x4.add(one, f32x4.mul(g, f32x4.sub(one, s))));
    v128.store(dGate + j, f32x4.mul(f32x4.mul(d, v128.load(up + j)), slope));
    v128.store(dUp + j, f32x4.mul(d, f32x4.mul(g, s)));
  }
}

/** cos and sin of position · theta^(−2i / headDim): two tables [positions, headDim / 2]. */
export function ropeTable(positions: i32, headDim: i32, theta: f64, cos: usize, sin: usize): void {
  const half = headDim >> 1;
  const logTheta = logf64(theta);
  for (let t = 0; t < positions; t++) {
    for (let i = 0; i < half; i++) {
      const angle = <f64>t * expf64((-<f64>i / <f64>half) * logTheta);
      const at = <usize>(t * half + i) << 2;
      store<f32>(cos + at, <f32>sinf64(angle, 1));
      store<f32>(sin + at, <f32>sinf64(angle, 0));
    }
  }
}

/**
 * Rotary position embedding (Su et al., 2021) in place, in the half-split pairing of Hugging Face's Llama: element i of
 * a head turns with element i + headDim / 2. `sign` −1 turns back, which is the backward pass.
 */
export function rope(
  rows: i32, heads: i32, headDim: i32, first: i32, x: usize, cos: usize, sin: usize, sign: f32,
): void {
  const half = <usize>(headDim >> 1) << 2;
  const turn = f32x4.splat(sign);
  for (let t = 0; t < rows; t++) {
    const at = <usize>(first + t) * half;
    for (let h = 0; h < heads; h++) {
      for (let j: usize = 0; j < half; j += 16) {
        const c = v128.load(cos + at + j);
        const s = f32x4.mul(v128.load(sin + at + j), turn);
        const a = v128.load(x + j);
        const b = v128.load(x + half + j);
        v128.store(x + j, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
        v128.store(x + half + j, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
      }
      x += half << 1;
    }
  }
}
