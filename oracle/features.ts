import { DOMAIN } from "../protocol/domains.ts";
import { chunkList, type IndexEntry, indexLeaf, STANDING_UNIT } from "../protocol/leaves.ts";
import { List } from "../protocol/list.ts";
import { dot, exponentFor, maxAbs, quantise } from "../protocol/quantise.ts";
import type { FeatureSet, FeatureTensor } from "./engine.ts";
import { abs, floorDiv } from "./integer.ts";
import { quantiseQuery } from "./query.ts";

/** Features that do not belong together. */
export class FeatureError extends Error {
  override name = "FeatureError";
}

/** What an engine hands over before quantisation. */
export interface RawFeatures {
  engine: string;
  layout: readonly { name: string; size: number }[];
  contributions: readonly { contributor: number; contribution: number; feature: Float32Array }[];
  /** Gradients of log p of the held-out reference answers. */
  evaluation: readonly Float32Array[];
}

/**
 * Sorts into index order, quantises with one exponent per tensor over all contributions, and fixes the standing shares.
 * Throws {@link FeatureError} on a contribution that comes twice or a feature of the wrong length, QuantiseError on NaN.
 */
export function buildFeatureSet(raw: RawFeatures): FeatureSet {
  const sorted = [...raw.contributions].sort(
    (a, b) => a.contributor - b.contributor || a.contribution - b.contribution,
  );
  const dims = raw.layout.reduce((sum, tensor) => sum + tensor.size, 0);
  const seen = new Set<number>();
  for (const { contribution, feature } of sorted) {
    if (feature.length !== dims) {
      throw new FeatureError(`the feature of contribution ${contribution} has ${feature.length} elements, not ${dims}`);
    }
    if (seen.has(contribution)) throw new FeatureError(`contribution ${contribution} comes twice`);
    seen.add(contribution);
  }
  const features = sorted.map(() => new Int8Array(dims));
  const tensors: FeatureTensor[] = [];
  let start = 0;
  for (const { name, size } of raw.layout) {
    const parts = sorted.map(({ feature }) => feature.subarray(start, start + size));
    const exponent = exponentFor(Math.max(0, ...parts.map(maxAbs)));
    for (const [c, part] of parts.entries()) features[c]!.set(quantise(part, exponent), start);
    tensors.push({ name, size, exponent });
    start += size;
  }
  return {
    engine: raw.engine,
    dims,
    tensors,
    contributions: sorted.map(({ contributor, contribution }) => ({ contributor, contribution })),
    features,
    standing: standingShares(
      features,
      raw.evaluation.map((gradient) => quantiseQuery(gradient, tensors)),
    ),
  };
}

/**
 * Shares of the answers that are not attributed by themselves: each reference answer's signed parts, of equal weight,
 * summed per contribution, negative sums cut off. In parts of 10^9, rounded down, so they add up to at most 10^9.
 */
export function standingShares(features: readonly Int8Array[], references: readonly Int8Array[]): bigint[] {
  const sums = features.map(() => 0n);
  for (const reference of references) {
    const scores = features.map((feature) => BigInt(dot(feature, reference)));
    const gross = scores.reduce((sum, score) => sum + abs(score), 0n);
    if (gross === 0n) continue;
    // toward minus infinity, as parts are
    for (const [c, score] of scores.entries()) sums[c]! += floorDiv(STANDING_UNIT * score, gross);
  }
  // down: what is lost stays unattributed
  return sums.map((sum) => (sum > 0n ? sum / BigInt(references.length) : 0n));
}

/** The index of a version: its entries and the list whose root Models freezes. */
export function indexOf(set: FeatureSet): { entries: IndexEntry[]; list: List } {
  const entries = set.contributions.map(({ contributor, contribution }, c) => ({
    contributor,
    contribution,
    featureRoot: chunkList("features", set.features[c]!).root,
    standing: set.standing[c]!,
  }));
  return { entries, list: new List(DOMAIN.index, entries.map(indexLeaf)) };
}
