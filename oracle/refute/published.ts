import type { PartEntry, PayoutEntry } from "../../protocol/leaves.ts";
import type { Bundle, BundleModel, BundleStep } from "../bundle.ts";
import { abs } from "../integer.ts";
import { partialDots } from "../query.ts";
import type { Published, PublishedStep } from "./context.ts";

/**
 * The lists that a bundle describes, right or wrong. What it leaves out is completed from what it says: running sums from
 * its scores and parts, partial sums from its vectors (the last one as its score says), payouts between steps from its
 * results. Never throws for what the numbers are; where the lists are not those committed, their roots tell.
 */
export function publishedOf(bundle: Bundle): Published {
  let before: readonly PayoutEntry[] = bundle.payoutsBefore;
  const models = new Map(bundle.models.map((model) => [model.model, model]));
  const steps = bundle.steps.map((step, position): PublishedStep => {
    const model = models.get(step.model)!;
    const last = position === bundle.steps.length - 1;
    const payouts = last ? bundle.payoutsAfter : payoutsAfter(before, bundle.payoutsAfter, step, model);
    before = payouts;
    const gradients = gradientsOf(step);
    const parts = completeParts(step, gradients, model);
    return { entry: step.entry, samples: step.samples, gradients, parts, results: step.results, payouts };
  });
  return { payoutsBefore: bundle.payoutsBefore, steps };
}

/** Per sample, by the number of its receipt. */
function gradientsOf({ samples, receipts, gradients }: BundleStep): (Int8Array | null)[] {
  const positions = new Map(receipts.map(({ number }, position) => [number, position]));
  return samples.map(({ receipt }) => gradients[positions.get(receipt) ?? -1] ?? null);
}

function completeParts(
  { scores, parts }: BundleStep,
  gradients: readonly (Int8Array | null)[],
  { features: { features } }: BundleModel,
): PartEntry[] {
  const sums: bigint[] = [];
  return scores.flatMap((row, j) => {
    const gradient = gradients[j] ?? null;
    let runningGross = 0n;
    return row.map((score, c) => {
      runningGross += abs(score);
      const part = parts[j]?.[c] ?? 0n;
      const runningPart = (sums[c] = (sums[c] ?? 0n) + part);
      const feature = features[c];
      const partials = gradient === null || feature === undefined ? [] : partialDots(feature, gradient);
      if (partials.length > 0) partials[partials.length - 1] = Number(score);
      return { score, partials, runningGross, part, runningPart };
    });
  });
}

/** As long as the list at the end, for it grows at the first step. */
function payoutsAfter(
  before: readonly PayoutEntry[],
  end: readonly PayoutEntry[],
  { results }: BundleStep,
  { features: { contributions } }: BundleModel,
): PayoutEntry[] {
  const payouts = end.map(({ account }, id) => {
    const entry = before[id];
    return { account: entry?.account ?? account, cumulative: entry?.cumulative ?? 0n };
  });
  for (const [c, { runningPaid }] of results.entries()) {
    const entry = payouts[contributions[c]?.contributor ?? -1];
    if (entry !== undefined) entry.cumulative += runningPaid - (results[c - 1]?.runningPaid ?? 0n);
  }
  return payouts;
}
