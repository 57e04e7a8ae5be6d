import { zeroHash } from "viem";
import { chunkList, STANDING_UNIT } from "../../protocol/leaves.ts";
import { type Draw, drawSamples, MAX_ALL } from "../epoch.ts";
import type { Case, JudgedStep, Proof } from "./context.ts";
import { anyLeaf, openedIndexEntry, openedPart, openedReceipt, openedSample, openedStep, proof } from "./openings.ts";

/** `SampleVerifier.Rule`. */
const RULE = { position: 0, taken: 1, drawn: 2, gradient: 3, gross: 4, gradientCount: 5 } as const;

type Evidence = Partial<Record<"receipts" | "firsts" | "parts" | "entries" | "words", object[]>>;
type Prove = (rule: keyof typeof RULE, evidence: Evidence, what: string) => Proof;

/** Every rule of the samples that a posting breaks. */
export function proveSamples(of: Case): Proof[] {
  return of.steps.flatMap((step) => {
    const opened = openedStep(of, step.position);
    const draws = drawsOf(step);
    return step.samples.flatMap((sample, j) => {
      const prove: Prove = (rule, evidence, what) =>
        proof(
          "SampleVerifier",
          { ...evidence, step: opened, sample: openedSample(step, j), rule: RULE[rule] },
          `${step.name}, sample ${j}: ${what}`,
        );
      const proofs = [...proveReceipt(step, j, draws, prove), ...proveGross(step, j, prove)];
      if (sample.sample !== j) proofs.push(prove("position", {}, `numbered ${sample.sample}`));
      return [...proofs, ...proveGradientCount(step, j, prove)];
    });
  });
}

/** Which receipts decide how much; none where the step's log is not at hand, or the seed. */
function drawsOf({ log, till }: JudgedStep): Draw[] {
  if (log === null || till === null || (till.seed === null && log.receipts.length > MAX_ALL)) return [];
  return drawSamples(log.receipts, till.seed);
}

function proveReceipt(step: JudgedStep, j: number, draws: readonly Draw[], prove: Prove): Proof[] {
  const { samples, log } = step;
  if (log === null) return [];
  const { receipt: number, weight, gradientRoot } = samples[j]!;
  const proofs: Proof[] = [];
  const draw = draws[j];
  if (draw !== undefined) {
    const right = log.receipts[draw.position]!;
    if (number !== right.number || weight !== draw.weight) {
      const what = `${weight} wei of receipt ${number}, not ${draw.weight} of ${right.number}`;
      const receipts = [openedReceipt(log, draw.position)];
      if (log.receipts.length <= MAX_ALL) proofs.push(prove("taken", { receipts }, what));
      else proofs.push(prove("drawn", { receipts, firsts: [openedReceipt(log, 0)] }, what));
    }
  }
  const place = log.receipts.findIndex((receipt) => receipt.number === number);
  if (place >= 0 && log.receipts[place]!.bound !== (gradientRoot !== zeroHash)) {
    const evidence = { receipts: [openedReceipt(log, place)] };
    proofs.push(prove("gradient", evidence, "has a gradient though its receipt is not bound, or the other way round"));
  }
  return proofs;
}

function proveGross(step: JudgedStep, j: number, prove: Prove): Proof[] {
  const { gross, gradientRoot } = step.samples[j]!;
  const { contributions } = step.entry;
  const last = j * contributions + contributions - 1;
  const standing = gradientRoot === zeroHash;
  const expected = standing ? STANDING_UNIT : contributions === 0 ? 0n : step.parts[last]?.runningGross;
  // a list of parts that ends before is found by its count
  if (expected === undefined || gross === expected) return [];
  const parts = standing || contributions === 0 ? [] : [openedPart(step, last)];
  return [prove("gross", { parts }, `gross ${gross}, not ${expected}`)];
}

/** A gradient is as long as the features. */
function proveGradientCount(step: JudgedStep, j: number, prove: Prove): Proof[] {
  const { model } = step;
  const gradient = step.gradients[j] ?? null;
  if (gradient === null || model === null || model.index.entries.length === 0) return [];
  const list = chunkList("gradients", gradient);
  const feature = chunkList("features", model.features.features[0]!);
  if (list.root !== step.samples[j]!.gradientRoot || list.count === feature.count) return [];
  const evidence = { entries: [openedIndexEntry(model, 0)], words: [anyLeaf(feature), anyLeaf(list)] };
  return [prove("gradientCount", evidence, `a gradient of ${list.count} chunks, not ${feature.count}`)];
}
