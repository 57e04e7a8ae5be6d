// Exact integer dot products of int8 vectors: queries, widened to i16 beforehand, against features as they lie in memory.
// Lengths are multiples of 32. Products are at most 2¹⁴ and go in pairs into i32 lanes; after SPAN values, or TILE, a lane is at most
// 2²⁷ and goes on in i64.

const SPAN = 65536;
const TILE = 32768; // bytes that are read ahead
const SEEN = memory.data(4, 16);

/** to[n] (i16) = from[n] (i8). */
export function widen(n: i32, from: usize, to: usize): void {
  for (let j: usize = 0; j < <usize>n; j += 8) v128.store(to + 2 * j, v128.load8x8_s(from + j));
}

@inline
function total(x: v128): i64 {
  const pairs = i64x2.add(i64x2.extend_low_i32x4_s(x), i64x2.extend_high_i32x4_s(x));
  return i64x2.extract_lane(pairs, 0) + i64x2.extract_lane(pairs, 1);
}

// Reads one word of every line, so that memory brings them all at once while nothing waits for their sums.
@inline
function touch(from: usize, end: usize): i32 {
  let seen = 0;
  for (; from < end; from += 64) seen |= load<i32>(from);
  return seen;
}

/** out[count] (f64, exact) = query · feature for `count` features of `dims` int8 each, without gaps. */
export function dotScan(count: i32, dims: i32, query: usize, features: usize, out: usize): void {
  let seen = 0;
  for (let f = 0; f < count; f++) {
    let sum: i64 = 0;
    let q = query;
    const last = features + <usize>dims;
    while (features < last) {
      const end = min(features + TILE, last);
      seen |= touch(features, end);
      let low = i32x4.splat(0), high = i32x4.splat(0);
      while (features < end) {
        low = i32x4.add(low, i32x4.dot_i16x8_s(v128.load8x8_s(features), v128.load(q)));
        high = i32x4.add(high, i32x4.dot_i16x8_s(v128.load8x8_s(features, 8), v128.load(q, 16)));
        low = i32x4.add(low, i32x4.dot_i16x8_s(v128.load8x8_s(features, 16), v128.load(q, 32)));
        high = i32x4.add(high, i32x4.dot_i16x8_s(v128.load8x8_s(features, 24), v128.load(q, 48)));
        features += 32;
        q += 64;
      }
      sum += total(low) + total(high);
    }
    store<f64>(out + (<usize>f << 3), <f64>sum);
  }
  // kept, so that the reads are not optimised away
  store<i32>(SEEN, seen);
}

/** The same for four queries [4, dims], so that a feature is read and widened once; out[4, count]. */
export function dotScan4(count: i32, dims: i32, queries: usize, features: usize, out: usize): void {
  const row = <usize>dims << 1;
  const column = <usize>count << 3;
  for (let f = 0; f < count; f++) {
    let sum0: i64 = 0, sum1: i64 = 0, sum2: i64 = 0, sum3: i64 = 0;
    let q = queries;
    for (let from = 0; from < dims; from += SPAN) {
      const end = features + <usize>min(SPAN, dims - from);
      let low0 = i32x4.splat(0), high0 = i32x4.splat(0);
      let low1 = i32x4.splat(0), high1 = i32x4.splat(0);
      let low2 = i32x4.splat(0), high2 = i32x4.splat(0);
      let low3 = i32x4.splat(0), high3 = i32x4.splat(0);
      while (features < end) {
        const low = v128.load8x8_s(features), high = v128.load8x8_s(features, 8);
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(low, v128.load(q)));
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(high, v128.load(q, 16)));
        let other = q + row;
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(low, v128.load(other)));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(high, v128.load(other, 16)));
        other += row;
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(low, v128.load(other)));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(high, v128.load(other, 16)));
        other += row;
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(low, v128.load(other)));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(high, v128.load(other, 16)));
        features += 16;
        q += 32;
      }
      sum0 += total(low0) + total(high0);
      sum1 += total(low1) + total(high1);
      sum2 += total(low2) + total(high2);
      sum3 += total(low3) + total(high3);
    }
    const at = out + (<usize>f << 3);
    store<f64>(at, <f64>sum0);
    store<f64>(at + column, <f64>sum1);
    store<f64>(at + 2 * column, <f64>sum2);
    store<f64>(at + 3 * column, <f64>sum3);
  }
}
