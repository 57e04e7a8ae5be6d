// Exact integer dot products of int8 vectors: queries, widened to i16 beforehand, against features as they lie in memory.
// Lengths are multiples of 16. Products are at most 2¹⁴ and go in pairs into i32 lanes; after SPAN values a lane is at most
// 2³⁰ and goes on in f64, which is exact up to 2⁵³.
//
// Four features go at once: memory brings four streams quicker than one, and each word of the query is loaded once for all.

const SPAN = 524288;
const TILE = 16384; // bytes of each feature that stay near while several queries pass
const SUMS = memory.data(128, 16);

/** to[n] (i16) = from[n] (i8). */
export function widen(n: i32, from: usize, to: usize): void {
  for (let j: usize = 0; j < <usize>n; j += 8) v128.store(to + 2 * j, v128.load8x8_s(from + j));
}

@inline
function pairs(x: v128): v128 {
  return i64x2.add(i64x2.extend_low_i32x4_s(x), i64x2.extend_high_i32x4_s(x));
}

// total of the eight lanes of one feature
@inline
function total(n: usize): f64 {
  const both = i64x2.add(pairs(v128.load(SUMS + (n << 5))), pairs(v128.load(SUMS + (n << 5), 16)));
  return <f64>(i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1));
}

// SUMS = lanes of query · feature over n values of the four features at p0 … p3
function four(n: i32, q: usize, p0: usize, p1: usize, p2: usize, p3: usize): void {
  const end = q + (<usize>n << 1);
  let low0 = i32x4.splat(0), high0 = i32x4.splat(0);
  let low1 = i32x4.splat(0), high1 = i32x4.splat(0);
  let low2 = i32x4.splat(0), high2 = i32x4.splat(0);
  let low3 = i32x4.splat(0), high3 = i32x4.splat(0);
  while (q < end) {
    const low = v128.load(q), high = v128.load(q, 16);
    low0 = i32x4.add(low0, i32x4.dot_i16x8_s(v128.load8x8_s(p0), low));
    high0 = i32x4.add(high0, i32x4.dot_i16x8_s(v128.load8x8_s(p0, 8), high));
    low1 = i32x4.add(low1, i32x4.dot_i16x8_s(v128.load8x8_s(p1), low));
    high1 = i32x4.add(high1, i32x4.dot_i16x8_s(v128.load8x8_s(p1, 8), high));
    low2 = i32x4.add(low2, i32x4.dot_i16x8_s(v128.load8x8_s(p2), low));
    high2 = i32x4.add(high2, i32x4.dot_i16x8_s(v128.load8x8_s(p2, 8), high));
    low3 = i32x4.add(low3, i32x4.dot_i16x8_s(v128.load8x8_s(p3), low));
    high3 = i32x4.add(high3, i32x4.dot_i16x8_s(v128.load8x8_s(p3, 8), high));
    p0 += 16;
    p1 += 16;
    p2 += 16;
    p3 += 16;
    q += 32;
  }
  v128.store(SUMS, low0);
  v128.store(SUMS, high0, 16);
  v128.store(SUMS, low1, 32);
  v128.store(SUMS, high1, 48);
  v128.store(SUMS, low2, 64);
  v128.store(SUMS, high2, 80);
  v128.store(SUMS, low3, 96);
  v128.store(SUMS, high3, 112);
}

/**
 * out[asked, count] (f64, exact) = query · feature for `asked` queries of `dims` i16 and `count` features of `dims` i8, both
 * without gaps. Memory is read once for all queries.
 */
export function dotScan(asked: i32, count: i32, dims: i32, queries: usize, features: usize, out: usize): void {
  memory.fill(out, 0, (<usize>asked * <usize>count) << 3);
  const tile = asked == 1 ? SPAN : TILE;
  for (let f = 0; f < count; f += 4) {
    const found = min(4, count - f);
    // past the last feature the first of the four stands in, and its sums are dropped
    const p0 = features + <usize>f * <usize>dims;
    const p1 = found > 1 ? p0 + <usize>dims : p0;
    const p2 = found > 2 ? p1 + <usize>dims : p0;
    const p3 = found > 3 ? p2 + <usize>dims : p0;
    for (let from = 0; from < dims; from += tile) {
      const n = min(tile, dims - from);
      for (let j = 0; j < asked; j++) {
        const q = queries + ((<usize>j * <usize>dims + <usize>from) << 1);
        four(n, q, p0 + <usize>from, p1 + <usize>from, p2 + <usize>from, p3 + <usize>from);
        const at = out + (<usize>(j * count + f) << 3);
        for (let i: usize = 0; i < <usize>found; i++) {
          store<f64>(at + (i << 3), load<f64>(at + (i << 3)) + total(i));
        }
      }
    }
  }
}
