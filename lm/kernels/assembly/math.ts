// Elementary functions by own polynomials: the same bits on every machine, unlike those of the host.

const LOG2E: f64 = 1.4426950408889634;
// ln 2 in two parts; the high one has 32 trailing zero bits, so that n · LN2_HIGH is exact for |n| < 2²⁰.
const LN2_HIGH: f64 = reinterpret<f64>(0x3fe62e42fee00000);
const LN2_LOW: f64 = 1.9082149292705877e-10;
// π/2 in two parts, the high one likewise with trailing zero bits.
const HALF_PI_HIGH: f64 = reinterpret<f64>(0x3ff921fb54400000);
const HALF_PI_LOW: f64 = 6.077100506506192e-11;

/**
 * exp of four f32. Range reduction to |r| ≤ ln 2 / 2 in two steps (Cody and Waite, 1980), Taylor series to r⁷
 * (remainder below 6e-9), scaling by the exponent bits. Relative error below 2e-7; arguments are clamped to
 * [−87, 88], so that results are normal numbers.
 */
@inline
export function exp4(x: v128): v128 {
  x = f32x4.max(f32x4.min(x, f32x4.splat(88)), f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440e-4)));
  let p = f32x4.splat(1.0 / 5040.0);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 720.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  const bits = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, bits);
}

/** Sum of the four lanes, always in the same order. */
@inline
export function sum4(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** Largest of the four lanes. */
@inline
export function max4(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** exp(x) for |x| < 700: reduction by ln 2, Taylor series to r¹³; relative error below 1e-15. */
export function expf64(x: f64): f64 {
  const n = nearest(x * LOG2E);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let p: f64 = 1;
  for (let k = 13; k > 0; k--) p = 1 + (p * r) / <f64>k;
  return p * reinterpret<f64>((<i64>n + 1023) << 52);
}

/**
 * ln(x) for normal x > 0: x = 2ᵉ m with m in [√½, √2), then 2 artanh(s), s = (m − 1)/(m + 1), to s²³;
 * |s| < 0.1716, so the remainder is below 1e-20 and the error is that of rounding, below 1e-15 relative.
 */
export function logf64(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let e = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e++;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let p: f64 = 0;
  for (let k = 23; k > 0; k -= 2) p = p * z + 1 / <f64>k;
  return <f64>e * LN2_HIGH + (2 * s * p + <f64>e * LN2_LOW);
}

// sin and cos on [−π/4, π/4] by their Taylor series to degree 17 and 16: remainders below 1e-18.
function sinReduced(r: f64): f64 {
  const z = -r * r;
  let p: f64 = 1;
  for (let k = 16; k > 0; k -= 2) p = 1 + (p * z) / <f64>(k * (k + 1));
  return r * p;
}

function cosReduced(r: f64): f64 {
  const z = -r * r;
  let p: f64 = 1;
  for (let k = 16; k > 0; k -= 2) p = 1 + (p * z) / <f64>(k * (k - 1));
  return p;
}

/** sin(x + quarter · π/2), for 0 ≤ x < 1e6; absolute error below 1e-15 times max(1, x / 100). */
export function sinf64(x: f64, quarter: i32): f64 {
  const n = nearest(x / (HALF_PI_HIGH + HALF_PI_LOW));
  const r = x - n * HALF_PI_HIGH - n * HALF_PI_LOW;
  const q = (<i32>n + quarter) & 3;
  const value = q & 1 ? cosReduced(r) : sinReduced(r);
  return q & 2 ? -value : value;
}
