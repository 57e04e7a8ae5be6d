// Directional derivatives (Jacobian-vector products) of the layers and of their backward passes, for `count` directions
// beside one primal pass: the activations' tangents of one direction after the other, the primal values kept from the
// pass itself. So exp is never taken again where softmax or its like is differentiated. A direction's results do not
// depend on the directions beside it.
import { exp4, expf64, sum4 } from "./math";

/**
 * Tangent of rmsNorm: out' = gain · (x' · r + x · r'), r' = −r³ / width · Σ x · x'. Directions lie strideX and strideOut
 * floats apart.
 */
export function rmsNormTangent(
  count: i32, rows: i32, width: i32, x: usize, gain: usize, r: usize,
  xDot: usize, strideX: i32, outDot: usize, strideOut: i32,
): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    const inverse = load<f32>(r + (<usize>i << 2));
    const factor = f32x4.splat(inverse);
    const cube: f32 = (inverse * inverse * inverse) / <f32>width;
    let from = xDot + <usize>i * bytes;
    let to = outDot + <usize>i * bytes;
    for (let n = 0; n < count; n++) {
      let dots = f32x4.splat(0);
      for (let j: usize = 0; j < bytes; j += 16) {
        dots = f32x4.add(dots, f32x4.mul(v128.load(x + j), v128.load(from + j)));
      }
      const pull = f32x4.splat(cube * sum4(dots));
      for (let j: usize = 0; j < bytes; j += 16) {
        const d = f32x4.sub(f32x4.mul(v128.load(from + j), factor), f32x4.mul(v128.load(x + j), pull));
        v128.store(to + j, f32x4.mul(v128.load(gain + j), d));
      }
      from += <usize>strideX << 2;
      to += <usize>strideOut << 2;
    }
    x += bytes;
  }
}

/**
 * Tangent of rmsNormBackward, added to dXDot. With u = gain · dOut, D = Σ u · x and r' as above:
 * r' · u + r · u' − x' · r³ D / width − x · (3 r² r' D + r³ D') / width. xDot and dXDot lie strideX floats apart,
 * dOutDot strideOut.
 */
export function rmsNormBackwardTangent(
  count: i32, rows: i32, width: i32, x: usize, gain: usize, r: usize, dOut: usize,
  xDot: usize, strideX: i32, dOutDot: usize, strideOut: i32, dXDot: usize,
): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    const inverse = load<f32>(r + (<usize>i << 2));
    const cube: f32 = (inverse * inverse * inverse) / <f32>width;
    let products = f32x4.splat(0);
    for (let j: usize = 0; j < bytes; j += 16) {
      products = f32x4.add(products, f32x4.mul(f32x4.mul(v128.load(gain + j), v128.load(dOut + j)), v128.load(x + j)));
    }
    const dot = sum4(products);
    const factor = f32x4.splat(inverse);
    const pull = f32x4.splat(cube * dot);
    let at = xDot + <usize>i * bytes;
    let d = dOutDot + <usize>i * bytes;
    let to = dXDot + <usize>i * bytes;
    for (let n = 0; n < count; n++) {
      let slopes = f32x4.splat(0);
      let dots = f32x4.splat(0);
      for (let j: usize = 0; j < bytes; j += 16) {
        const a = v128.load(x + j);
        const b = v128.load(at + j);
        slopes = f32x4.add(slopes, f32x4.mul(a, b));
        const turned = f32x4.add(f32x4.mul(v128.load(d + j), a), f32x4.mul(v128.load(dOut + j), b));
        dots = f32x4.add(dots, f32x4.mul(v128.load(gain + j), turned));
      }
      const slope: f32 = -cube * sum4(slopes);
      const inner: f32 = 3 * slope * inverse * inverse * dot;
      const own = f32x4.splat(slope);
      const back = f32x4.splat(inner / <f32>width + cube * sum4(dots));
      for (let j: usize = 0; j < bytes; j += 16) {
        const moved = f32x4.add(f32x4.mul(v128.load(dOut + j), own), f32x4.mul(v128.load(d + j), factor));
        const pulled = f32x4.add(f32x4.mul(v128.load(at + j), pull), f32x4.mul(v128.load(x + j), back));
        const change = f32x4.sub(f32x4.mul(v128.load(gain + j), moved), pulled);
        v128.store(to + j, f32x4.add(v128.load(to + j), change));
      }
      at += <usize>strideX << 2;
      d += <usize>strideOut << 2;
      to += <usize>strideX << 2;
    }
    x += bytes;
    dOut += bytes;
  }
}

// Values that go at once, and room for what all directions share of them.
const CHUNK: usize = 2048; // bytes, a multiple of 32
const SHARED = memory.data(4 * 2048, 16);

/** Tangent of swiglu over n values: slope(gate) · gate' · up + silu(gate) · up'. */
export function swigluTangent(n: i32, count: i32, gate: usize, up: usize, gateDot: usize, upDot: usize, out: usize): void {
  const one = f32x4.splat(1);
  const stride = <usize>n << 2;
  for (let from: usize = 0; from < stride; from += CHUNK) {
    const bytes = min(CHUNK, stride - from);
    const whole = bytes & ~31;
    for (let j: usize = 0; j < bytes; j += 16) {
      const g = v128.load(gate + from + j);
      const s = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(g))));
      const slope = f32x4.mul(s, f32x4.add(one, f32x4.mul(g, f32x4.sub(one, s))));
      v128.store(SHARED + j, f32x4.mul(slope, v128.load(up + from + j)));
      v128.store(SHARED + CHUNK + j, f32x4.mul(g, s));
    }
    for (let c: usize = 0; c < <usize>count; c++) {
      const at = c * stride + from;
      let j: usize = 0;
      for (; j < whole; j += 32) {
        const shared = SHARED + j, g = gateDot + at + j, u = upDot + at + j, to = out + at + j;
        const lifted = f32x4.mul(v128.load(shared), v128.load(g));
        const lifted1 = f32x4.mul(v128.load(shared, 16), v128.load(g, 16));
        const moved = f32x4.mul(v128.load(shared, CHUNK), v128.load(u));
        const moved1 = f32x4.mul(v128.load(shared, CHUNK + 16), v128.load(u, 16));
        v128.store(to, f32x4.add(lifted, moved));
        v128.store(to, f32x4.add(lifted1, moved1), 16);
      }
      if (j < bytes) {
        const lifted = f32x4.mul(v128.load(SHARED + j), v128.load(gateDot + at + j));
        const moved = f32x4.mul(v128.load(SHARED + CHUNK + j), v128.load(upDot + at + j));
        v128.store(out + at + j, f32x4.add(lifted, moved));
      }
    }
  }
}

/**
 * Tangent of swigluBackward: dGate' = dOut' · up · slope + dOut · (up' · slope + up · slope' · gate') and
 * dUp' = dOut' · silu + dOut · slope · gate', where the slope of the slope is σ(1 − σ)(2 + gate(1 − 2σ)).
 */
export function swigluBackwardTangent(
  n: i32, count: i32, gate: usize, up: usize, dOut: usize,
  gateDot: usize, upDot: usize, dOutDot: usize, dGateDot: usize, dUpDot: usize,
): void {
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  const stride = <usize>n << 2;
  for (let from: usize = 0; from < stride; from += CHUNK) {
    const bytes = min(CHUNK, stride - from);
    const whole = bytes & ~31;
    for (let j: usize = 0; j < bytes; j += 16) {
      const g = v128.load(gate + from + j);
      const u = v128.load(up + from + j);
      const d = v128.load(dOut + from + j);
      const s = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(g))));
      const rest = f32x4.sub(one, s);
      const slope = f32x4.mul(s, f32x4.add(one, f32x4.mul(g, rest)));
      const bend = f32x4.mul(f32x4.mul(s, rest), f32x4.add(two, f32x4.mul(g, f32x4.sub(rest, s))));
      v128.store(SHARED + j, f32x4.mul(slope, u));
      v128.store(SHARED + CHUNK + j, f32x4.mul(g, s));
      v128.store(SHARED + 2 * CHUNK + j, f32x4.mul(d, slope));
      v128.store(SHARED + 3 * CHUNK + j, f32x4.mul(f32x4.mul(d, u), bend));
    }
    for (let c: usize = 0; c < <usize>count; c++) {
      const at = c * stride + from;
      let j: usize = 0;
      for (; j < whole; j += 32) {
        const shared = SHARED + j, toGate = dGateDot + at + j, toUp = dUpDot + at + j;
        const silu = v128.load(shared, CHUNK), silu1 = v128.load(shared, CHUNK + 16);
        const pull = v128.load(shared, 2 * CHUNK), pull1 = v128.load(shared, 2 * CHUNK + 16);
        const g = v128.load(gateDot + at + j), g1 = v128.load(gateDot + at + j, 16);
        const d = v128.load(dOutDot + at + j), d1 = v128.load(dOutDot + at + j, 16);
        const turned = f32x4.mul(v128.load(shared, 3 * CHUNK), g);
        const turned1 = f32x4.mul(v128.load(shared, 3 * CHUNK + 16), g1);
        const change = f32x4.add(f32x4.mul(pull, v128.load(upDot + at + j)), turned);
        const change1 = f32x4.add(f32x4.mul(pull1, v128.load(upDot + at + j, 16)), turned1);
        const lifted = f32x4.mul(d, v128.load(shared)), lifted1 = f32x4.mul(d1, v128.load(shared, 16));
        v128.store(toGate, f32x4.add(lifted, change));
        v128.store(toGate, f32x4.add(lifted1, change1), 16);
        v128.store(toUp, f32x4.add(f32x4.mul(d, silu), f32x4.mul(pull, g)));
        v128.store(toUp, f32x4.add(f32x4.mul(d1, silu1), f32x4.mul(pull1, g1)), 16);
      }
      if (j < bytes) {
        const lift = v128.load(SHARED + j);
        const silu = v128.load(SHARED + CHUNK + j);
        const pull = v128.load(SHARED + 2 * CHUNK + j);
        const turn = v128.load(SHARED + 3 * CHUNK + j);
        const g = v128.load(gateDot + at + j);
        const d = v128.load(dOutDot + at + j);
        const change = f32x4.add(f32x4.mul(pull, v128.load(upDot + at + j)), f32x4.mul(turn, g));
        v128.store(dGateDot + at + j, f32x4.add(f32x4.mul(d, lift), change));
        v128.store(dUpDot + at + j, f32x4.add(f32x4.mul(d, silu), f32x4.mul(pull, g)));
      }
    }
  }
}

// lanes from the first unseen key to the next multiple of four hold p = 0 but stale values, which must not become NaN
@inline
function clearLanes(x: usize, from: i32, to: i32): void {
  for (let j = from; j < to; j++) store<f32>(x + (<usize>j << 2), 0);
}

/**
 * Tangent of softmaxCausal in place: p' = p · (factor · s' − Σ p · factor · s'), for the scores' tangents s' of one
 * direction and all queries from the first position on. Right of the diagonal only lanes up to the next multiple of four become
 * zero.
 */
export function softmaxCausalTangent(rows: i32, p: usize, sDot: usize, ld: i32, factor: f32): void {
  const times = f32x4.splat(factor);
  for (let i = 0; i < rows; i++) {
    const n = (i + 4) & ~3;
    clearLanes(sDot, i + 1, n);
    let dots = f32x4.splat(0);
    for (let j: usize = 0; j < <usize>n << 2; j += 16) {
      dots = f32x4.add(dots, f32x4.mul(v128.load(p + j), v128.load(sDot + j)));
    }
    const mean = f32x4.splat(sum4(dots));
    for (let j: usize = 0; j < <usize>n << 2; j += 16) {
      const moved = f32x4.mul(times, f32x4.sub(v128.load(sDot + j), mean));
      v128.store(sDot + j, f32x4.mul(v128.load(p + j), moved));
    }
    p += <usize>ld << 2;
    sDot += <usize>ld << 2;
  }
}

/**
 * Tangent of softmaxCausalBackward, in place of dPDot: factor · (p' · (dP − Σ p · dP) + p · (dP' − Σ (p' · dP + p · dP'))),
 * for the same queries and with the same zeros.
 */
export function softmaxCausalBackwardTangent(
  rows: i32, p: usize, dP: usize, pDot: usize, dPDot: usize, ld: i32, factor: f32,
): void {
  const times = f32x4.splat(factor);
  for (let i = 0; i < rows; i++) {
    const n = (i + 4) & ~3;
    clearLanes(dP, i + 1, n);
    clearLanes(dPDot, i + 1, n);
    let dots = f32x4.splat(0);
    let moves = f32x4.splat(0);
    for (let j: usize = 0; j < <usize>n << 2; j += 16) {
      const a = v128.load(p + j);
      const b = v128.load(dP + j);
      dots = f32x4.add(dots, f32x4.mul(a, b));
      moves = f32x4.add(moves, f32x4.add(f32x4.mul(v128.load(pDot + j), b), f32x4.mul(a, v128.load(dPDot + j))));
    }
    const dot = f32x4.splat(sum4(dots));
    const move = f32x4.splat(sum4(moves));
    for (let j: usize = 0; j < <usize>n << 2; j += 16) {
      const left = f32x4.mul(v128.load(pDot + j), f32x4.sub(v128.load(dP + j), dot));
      const right = f32x4.mul(v128.load(p + j), f32x4.sub(v128.load(dPDot + j), move));
      v128.store(dPDot + j, f32x4.mul(times, f32x4.add(left, right)));
    }
    const step = <usize>ld << 2;
    p += step;
    dP += step;
    pDot += step;
    dPDot += step;
  }
}

/**
 * Tangent of the gradient that crossEntropy leaves in place of the logits, in place of the logits' tangents:
 * weight · p · (l' − Σ p · l'). dLogits [rows, vocab] and logProbs as crossEntropy left them.
 */
export function crossEntropyTangent(
  rows: i32, vocab: i32, count: i32, dLogits: usize, targets: usize, weight: f32, logProbs: usize, lDot: usize,
): void {
  const bytes = <usize>vocab << 2;
  for (let i: usize = 0; i < <usize>rows; i++) {
    // dLogits is weight · p but for the target, whose p stands in its logarithm
    const target = dLogits + (<usize>load<i32>(targets + (i << 2)) << 2);
    const kept = load<f32>(target);
    const logProb = load<f64>(logProbs + (i << 3));
    store<f32>(target, logProb > -87 ? weight * <f32>expf64(logProb) : 0);
    let at = lDot + i * bytes;
    for (let n = 0; n < count; n++) {
      let dots = f32x4.splat(0);
      for (let j: usize = 0; j < bytes; j += 16) {
        dots = f32x4.add(dots, f32x4.mul(v128.load(dLogits + j), v128.load(at + j)));
      }
      const mean = f32x4.splat(weight == 0 ? 0 : sum4(dots) / weight);
      for (let j: usize = 0; j < bytes; j += 16) {
        v128.store(at + j, f32x4.mul(v128.load(dLogits + j), f32x4.sub(v128.load(at + j), mean)));
      }
      at += <usize>rows * bytes;
    }
    store<f32>(target, kept);
    dLogits += bytes;
  }
}
