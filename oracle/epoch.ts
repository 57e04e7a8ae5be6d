import { type Hex, hexToBigInt } from "viem";
import { fixed, join, keccakHex, uint } from "../protocol/hash.ts";
import { chunkList, type PartEntry, type ResultEntry, type SampleEntry, STANDING_UNIT } from "../protocol/leaves.ts";
import { chargeOf, type ReceiptBody, totalOf } from "../protocol/receipt.ts";
import type { FeatureSet } from "./engine.ts";
import { abs, floorDiv } from "./integer.ts";
import { partialDots } from "./query.ts";

/** Up to this many receipts all are taken; of more, as many are drawn. */
export const MAX_ALL = 4_096;
const BPS = 10_000n;
const ZERO: Hex = `0x${"00".repeat(32)}`;

/** More receipts than are all taken, and no seed to draw by. */
export class SeedError extends Error {
  override name = "SeedError";
}

/** The receipts charge more than the Till took in. */
export class UncoveredError extends Error {
  override name = "UncoveredError";
}

/** A receipt that decides `weight` wei; `position` counts within the epoch. */
export interface Draw {
  position: number;
  weight: bigint;
}

/** An epoch of a Till, settled. */
export interface Settlement {
  samples: SampleEntry[];
  /** Per sample, per contribution. */
  parts: PartEntry[][];
  /** Per contribution. */
  results: ResultEntry[];
  /** Wei per contribution: ⌊max(R, 0) · contributorsBps / 10,000⌋. */
  payouts: bigint[];
}

/**
 * The samples of an epoch. Up to MAX_ALL receipts: each, weighing its charge. Above: MAX_ALL draws of equal weight, draw
 * j taking the receipt whose running interval holds keccak256(seed ‖ uint256 j) mod total. Throws {@link SeedError}
 * where a seed is needed and absent.
 */
export function drawSamples(receipts: readonly ReceiptBody[], seed: Hex | null): Draw[] {
  if (receipts.length <= MAX_ALL) {
    return receipts.map((receipt, position) => ({ position, weight: chargeOf(receipt) }));
  }
  if (seed === null) throw new SeedError(`${receipts.length} receipts are more than ${MAX_ALL}: a seed must draw`);
  const total = totalOf(receipts);
  if (total === 0n) return [];
  const ends: bigint[] = [];
  for (const receipt of receipts) ends.push((ends.at(-1) ?? 0n) + chargeOf(receipt));
  // down: the wei that do not divide stay unattributed
  const weight = total / BigInt(MAX_ALL);
  return Array.from({ length: MAX_ALL }, (_, j) => {
    const point = hexToBigInt(keccakHex(join(fixed(seed, 32), uint(j, 32)))) % total;
    return { position: firstAbove(ends, point), weight };
  });
}

/** Least position whose end lies above `point`. */
function firstAbove(ends: readonly bigint[], point: bigint): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (ends[middle]! > point) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Throws {@link UncoveredError} where receipts charge more than `income` wei. */
export function checkCovered(receipts: readonly ReceiptBody[], income: bigint): void {
  const total = totalOf(receipts);
  if (total > income) throw new UncoveredError(`receipts of ${total} wei exceed the epoch's income of ${income} wei`);
}

/**
 * DESIGN.md's rule, in integers. Bound answers: score = dot(feature, gradient), part = ⌊weight · score / Σ|scores|⌋
 * toward minus infinity; nothing where all scores are zero. Unbound answers: score = standing share, over 10^9.
 * R = Σ parts of a contribution; negative totals are cut off only then.
 * @param gradients quantised, per receipt position; null where the receipt is not bound
 */
export function settle(input: {
  receipts: readonly ReceiptBody[];
  draws: readonly Draw[];
  gradients: readonly (Int8Array | null)[];
  features: FeatureSet;
  contributorsBps: number;
}): Settlement {
  const { receipts, draws, gradients, features, contributorsBps } = input;
  const columns = features.contributions.length;
  const totals = new Array<bigint>(columns).fill(0n);
  const roots = gradients.map((gradient) => (gradient === null ? ZERO : chunkList("gradients", gradient).root));
  const samples: SampleEntry[] = [];
  const parts: PartEntry[][] = [];
  for (const [sample, { position, weight }] of draws.entries()) {
    const gradient = gradients[position] ?? null;
    const scores =
      gradient === null
        ? features.standing.map((score) => ({ score, partials: [] }))
        : features.features.map((feature) => {
            const partials = partialDots(feature, gradient);
            return { score: BigInt(partials.at(-1) ?? 0), partials };
          });
    const gross = gradient === null ? STANDING_UNIT : scores.reduce((sum, { score }) => sum + abs(score), 0n);
    let runningGross = 0n;
    parts.push(
      scores.map(({ score, partials }, c) => {
        runningGross += abs(score);
        // toward minus infinity: no rounding ever pays more than the answer's fee
        const part = gross === 0n ? 0n : floorDiv(weight * score, gross);
        const runningPart = (totals[c]! += part);
        return { score, partials, runningGross, part, runningPart };
      }),
    );
    const receipt = receipts[position]!.number;
    samples.push({ sample, receipt, weight, gradientRoot: roots[position] ?? ZERO, gross });
  }
  // down: the dust stays unattributed
  const payouts = totals.map((total) => (total > 0n ? (total * BigInt(contributorsBps)) / BPS : 0n));
  let runningPaid = 0n;
  const results = totals.map((total, c) => ({ total, runningPaid: (runningPaid += payouts[c]!) }));
  return { samples, parts, results, payouts };
}
