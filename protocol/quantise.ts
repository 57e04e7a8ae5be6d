import { keyOf } from "./mix.ts";

/** Exponent of a tensor that is zero throughout, and the least of all. */
export const MIN_EXPONENT = -512;
const LIMIT = 127;

/** A vector holds NaN or infinity, or does not fit its exponent. */
export class QuantiseError extends Error {
  override name = "QuantiseError";
}

/** 2^exponent, exact, by repeated doubling or halving (`**` is not specified to the bit). -1,022 ≤ exponent ≤ 1,023. */
export function powerOfTwo(exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power *= 2;
  for (let i = 0; i > exponent; i--) power /= 2;
  return power;
}

/** Largest absolute value. Throws {@link QuantiseError} on NaN and infinities. */
export function maxAbs(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (!(size < Infinity)) throw new QuantiseError(`element ${i} is ${values[i]}`);
    if (size > max) max = size;
  }
  return max;
}

/** Smallest exponent e with max ≤ 127 · 2^e, at least MIN_EXPONENT. */
export function exponentFor(max: number): number {
  if (!(max >= 0 && max < Infinity)) throw new QuantiseError(`no exponent for ${max}`);
  let exponent = MIN_EXPONENT;
  for (let limit = LIMIT * powerOfTwo(MIN_EXPONENT); max > limit; limit *= 2) exponent++;
  return exponent;
}

/**
 * round(values / 2^exponent) as int8 in [-127, 127], halves away from zero. Exact in f64: scaling by a power of two
 * loses nothing. Throws {@link QuantiseError} where a value does not fit.
 */
export function quantise(values: ArrayLike<number>, exponent: number): Int8Array {
  const result = new Int8Array(values.length);
  const scale = powerOfTwo(-exponent);
  for (let i = 0; i < values.length; i++) {
    const scaled = values[i]! * scale;
    const size = Math.floor(Math.abs(scaled) + 0.5);
    if (!(size <= LIMIT)) throw new QuantiseError(`element ${i}, ${values[i]}, does not fit exponent ${exponent}`);
    result[i] = scaled < 0 ? -size : size;
  }
  return result;
}

/**
 * As {@link quantise}, but rounded up or down by a fixed dither: ⌊value / 2^exponent + keyOf(i) / 2^32⌋. On average over
 * the elements nothing is lost, however small they are beside the unit, where rounding to the nearest makes them zero
 * (Schuchman, "Dither signals and their effect on quantization noise", 1964). Sum and floor are IEEE
 * 754's, so the same everywhere.
 */
export function quantiseDithered(values: ArrayLike<number>, exponent: number): Int8Array {
  const result = new Int8Array(values.length);
  const scale = powerOfTwo(-exponent);
  for (let i = 0; i < values.length; i++) {
    const scaled = values[i]! * scale;
    if (!(Math.abs(scaled) <= LIMIT)) {
      throw new QuantiseError(`element ${i}, ${values[i]}, does not fit exponent ${exponent}`);
    }
    result[i] = Math.floor(scaled + keyOf(i) / 0x1_0000_0000);
  }
  return result;
}

/**
 * Σ a·b, exact: products are at most 2^14 and sums stay far below 2^53. Throws {@link QuantiseError} on unequal lengths.
 */
export function dot(a: Int8Array, b: Int8Array): number {
  if (a.length !== b.length) throw new QuantiseError(`dot of ${a.length} and ${b.length} elements`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
