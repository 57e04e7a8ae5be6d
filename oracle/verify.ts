import type { Address } from "viem";
import { STANDING_UNIT } from "../protocol/leaves.ts";
import { receiptsList, totalOf } from "../protocol/receipt.ts";
import { assemble, factsOf, PostingError } from "./assemble.ts";
import type { Bundle, BundleStep } from "./bundle.ts";
import { drawSamples, MAX_ALL } from "./epoch.ts";
import { indexOf } from "./features.ts";
import { expectEqual, expectList, expectRecord, Mismatch } from "./mismatch.ts";
import { PayoutError } from "./payouts.ts";
import type { ReadBundle } from "./read-bundle.ts";
import { checkReceipts, type Sequence } from "./receipts.ts";

/** Takes one line per passed check. */
export type OnCheck = (line: string) => void;

/**
 * Recomputes a bundle from itself alone: indexes from features, receipts and their signatures, samples, scores, parts,
 * results, payouts, roots, totals, and the hash of its files. Throws {@link Mismatch} at the first difference.
 */
export async function verifyBundle(bundle: ReadBundle, onCheck: OnCheck = () => {}): Promise<void> {
  checkIndexes(bundle, onCheck);
  await checkLogs(bundle, onCheck);
  for (const step of bundle.steps) checkGradients(step);
  const expected = recompute(bundle);
  for (const [i, step] of expected.steps.entries()) checkStep(step, bundle.steps[i]!, onCheck);
  expectList("payouts", expected.payoutsAfter, bundle.payoutsAfter);
  onCheck(`payouts: ${bundle.payoutsAfter.length} contributors, ${expected.posting.distributed} wei added`);
  expectRecord("posting", "", expected.posting, bundle.posting);
  onCheck(`posting: pool ${expected.posting.pool} wei, payout root ${expected.posting.payoutRoot}`);
  expectEqual("bundle", "hash", bundle.hash, bundle.declaredHash);
  onCheck(`bundle: hash ${bundle.hash}`);
}

function checkIndexes(bundle: ReadBundle, onCheck: OnCheck): void {
  for (const [i, { model, features, indexRoot }] of bundle.models.entries()) {
    const list = `index of model ${model}`;
    if (i > 0 && bundle.models[i - 1]!.model >= model) {
      throw new Mismatch("models", i, `a number above ${bundle.models[i - 1]!.model}`, model);
    }
    for (const [c, entry] of features.contributions.entries()) {
      const before = features.contributions[c - 1];
      const rises =
        before === undefined ||
        before.contributor < entry.contributor ||
        (before.contributor === entry.contributor && before.contribution < entry.contribution);
      if (!rises) throw new Mismatch(list, c, "rising (contributor, contribution)", Object.values(entry).join(", "));
    }
    const standing = features.standing.reduce((sum, share) => sum + share, 0n);
    if (standing > STANDING_UNIT) throw new Mismatch(list, "standing", `at most ${STANDING_UNIT}`, standing);
    const { entries, list: index } = indexOf(features);
    expectList(list, entries, bundle.indexes[i]!);
    expectEqual(list, "root", index.root, indexRoot);
    onCheck(`${list}: ${entries.length} contributions, root ${indexRoot}`);
  }
}

async function checkLogs(bundle: Bundle, onCheck: OnCheck): Promise<void> {
  const at = { chainId: bundle.chainId, channels: bundle.addresses.channels };
  const sequences = new Map<Address, Sequence>();
  for (const { entry, model, receipts, channels, log, income } of bundle.steps) {
    const { till, epoch } = entry;
    const list = `receipts of ${till} in epoch ${epoch}`;
    const operator = bundle.models.find((candidate) => candidate.model === model)!.operator;
    const before = sequences.get(till) ?? null;
    const context = { till, epoch, model, operator, openToken: bundle.addresses.openToken, at, channels, before };
    sequences.set(till, await checkReceipts(receipts, context));
    const total = totalOf(receipts);
    expectEqual(list, "log.count", receipts.length, log.count);
    expectEqual(list, "log.total", total, log.total);
    // an operator that committed nothing has the zero word for a root, and no receipts
    if (log.count > 0) expectEqual(list, "log.root", receiptsList(receipts).root, log.root);
    if (total > income) throw new Mismatch(list, "income", `at least ${total}`, income);
    onCheck(`${list}: ${receipts.length}, ${total} wei of ${income} wei taken in, signatures valid`);
  }
}

/** A gradient stands where a drawn receipt is bound, and nowhere else. */
function checkGradients({ entry, receipts, seed, gradients }: BundleStep): void {
  const list = `gradients of ${entry.till} in epoch ${entry.epoch}`;
  if (receipts.length > MAX_ALL && seed === null) throw new Mismatch(list, "seed", "a seed", null);
  const drawn = new Set(drawSamples(receipts, seed).map(({ position }) => position));
  for (const [position, receipt] of receipts.entries()) {
    const expected = receipt.bound && drawn.has(position);
    const found = gradients[position] !== null;
    expectEqual(list, position, expected, found);
  }
}

function recompute(bundle: Bundle): Bundle {
  try {
    return assemble(factsOf(bundle));
  } catch (error) {
    if (error instanceof PayoutError) throw new Mismatch("payouts", "accounts", "those before", error.message);
    if (error instanceof PostingError) throw new Mismatch("steps", "rules", "a valid posting", error.message);
    throw error;
  }
}

function checkStep(expected: BundleStep, found: BundleStep, onCheck: OnCheck): void {
  const of = `of ${found.entry.till} in epoch ${found.entry.epoch}`;
  expectEqual(
    "steps",
    "order",
    `${expected.entry.epoch} ${expected.entry.till}`,
    `${found.entry.epoch} ${found.entry.till}`,
  );
  expectList(`samples ${of}`, expected.samples, found.samples);
  expectList(`scores ${of}`, expected.scores.flat(), found.scores.flat());
  expectList(`parts ${of}`, expected.parts.flat(), found.parts.flat());
  expectList(`results ${of}`, expected.results, found.results);
  expectRecord(`step ${of}`, "", expected.entry, found.entry);
  onCheck(`samples, scores, parts and results ${of}: ${expected.entry.samples} x ${expected.entry.contributions}`);
}
