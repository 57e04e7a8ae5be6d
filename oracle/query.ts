import { CHUNK } from "../protocol/leaves.ts";
import { exponentFor, maxAbs, powerOfTwo, QuantiseError, quantiseDithered } from "../protocol/quantise.ts";
import type { FeatureTensor } from "./engine.ts";

/**
 * An answer's gradient as int8, so that the integer dot product with a feature is a true dot product up to one factor
 * of the whole answer. Each tensor is first scaled by its feature exponent, then all tensors share one exponent, the
 * least that fits; so feature exponent + gradient exponent is the same everywhere. The factor cancels in the parts.
 * Rounded with a dither: a few elements are far larger than the rest, which would be lost (decision 19).
 * Throws {@link QuantiseError} on NaN, infinities and a wrong length.
 */
export function quantiseQuery(gradient: Float32Array, tensors: readonly FeatureTensor[]): Int8Array {
  const scaled = new Float64Array(gradient.length);
  let at = 0;
  for (const { size, exponent } of tensors) {
    const scale = powerOfTwo(exponent);
    for (const end = at + size; at < end; at++) scaled[at] = gradient[at]! * scale;
  }
  if (at !== gradient.length) throw new QuantiseError(`a gradient of ${gradient.length} elements, not ${at}`);
  return quantiseDithered(scaled, exponentFor(maxAbs(scaled)));
}

/** Σ feature · gradient up to each chunk border; the last is the score. Exact: every sum is far below 2^53. */
export function partialDots(feature: Int8Array, gradient: Int8Array): number[] {
  if (feature.length !== gradient.length) throw new QuantiseError(`dot of ${feature.length} and ${gradient.length}`);
  const partials: number[] = [];
  let sum = 0;
  for (let start = 0; start < feature.length; start += CHUNK) {
    const end = Math.min(start + CHUNK, feature.length);
    for (let i = start; i < end; i++) sum += feature[i]! * gradient[i]!;
    partials.push(sum);
  }
  return partials;
}
