import { zeroHash } from "viem";
import { CHUNK, chunkList, PARTIALS_PER_LEAF } from "../../protocol/leaves.ts";
import { abs, floorDiv } from "../integer.ts";
import { partialDots } from "../query.ts";
import type { Case, JudgedModel, JudgedStep, Proof } from "./context.ts";
import {
  anyLeaf,
  openedChunk,
  openedIndexEntry,
  openedPart,
  openedPartials,
  openedSample,
  openedStep,
  proof,
} from "./openings.ts";

/** `PartVerifier.Rule`. */
const RULE = {
  partial: 0,
  partialCount: 1,
  partialFill: 2,
  score: 3,
  standingScore: 4,
  runningGross: 5,
  share: 6,
  runningPart: 7,
} as const;

type Evidence = Partial<Record<"others" | "samples" | "entries" | "partials" | "chunks" | "words", object[]>>;
type Prove = (rule: keyof typeof RULE, evidence: Evidence, what: string) => Proof;

/** Every rule of the parts that a posting breaks. */
export function proveParts(of: Case): Proof[] {
  return of.steps.flatMap((step) => {
    const opened = openedStep(of, step.position);
    // only as many as there are samples: a list that is longer is found by its count
    const count = Math.min(step.parts.length, step.samples.length * step.entry.contributions);
    return Array.from({ length: count }).flatMap((_, position) => {
      const prove: Prove = (rule, evidence, what) =>
        proof(
          "PartVerifier",
          { ...evidence, step: opened, part: openedPart(step, position), rule: RULE[rule] },
          `${step.name}, part ${position}: ${what}`,
        );
      return [...proveSums(step, position, prove), ...proveScore(step, position, prove)];
    });
  });
}

/** Running gross along the row, running part down the column, and the share of the sample's weight. */
function proveSums(step: JudgedStep, position: number, prove: Prove): Proof[] {
  const { contributions } = step.entry;
  const { score, runningGross, part, runningPart } = step.parts[position]!;
  const proofs: Proof[] = [];
  const left = position % contributions === 0 ? null : position - 1;
  const gross = (left === null ? 0n : step.parts[left]!.runningGross) + abs(score);
  if (runningGross !== gross) {
    const others = left === null ? [] : [openedPart(step, left)];
    proofs.push(prove("runningGross", { others }, `running gross ${runningGross}, not ${gross}`));
  }
  const above = position < contributions ? null : position - contributions;
  const sum = (above === null ? 0n : step.parts[above]!.runningPart) + part;
  if (runningPart !== sum) {
    const others = above === null ? [] : [openedPart(step, above)];
    proofs.push(prove("runningPart", { others }, `running part ${runningPart}, not ${sum}`));
  }
  const row = Math.floor(position / contributions);
  const sample = step.samples[row]!;
  const share = sample.gross === 0n ? 0n : floorDiv(sample.weight * score, sample.gross);
  if (part !== share) {
    proofs.push(prove("share", { samples: [openedSample(step, row)] }, `part ${part}, not ${share}`));
  }
  return proofs;
}

/** The score is the dot product, or the standing share. */
function proveScore(step: JudgedStep, position: number, prove: Prove): Proof[] {
  const { model, samples, entry, parts } = step;
  const column = position % entry.contributions;
  const row = Math.floor(position / entry.contributions);
  if (model === null || column >= model.index.entries.length) return [];
  const { score, partials } = parts[position]!;
  const opened = { samples: [openedSample(step, row)], entries: [openedIndexEntry(model, column)] };
  if (samples[row]!.gradientRoot !== zeroHash) return proveDot(step, model, { row, column, position }, opened, prove);
  const { standing } = model.index.entries[column]!;
  if (score === standing && partials.length === 0) return [];
  return [prove("standingScore", opened, `score ${score}, not the standing share ${standing} without partial sums`)];
}

function proveDot(
  step: JudgedStep,
  { features: { features } }: JudgedModel,
  { row, column, position }: { row: number; column: number; position: number },
  opened: Evidence,
  prove: Prove,
): Proof[] {
  const feature = features[column]!;
  const { score, partials } = step.parts[position]!;
  const last = Math.ceil(feature.length / CHUNK) - 1;
  const lastLeaf = Math.floor(last / PARTIALS_PER_LEAF);
  const leaves = Math.ceil(partials.length / PARTIALS_PER_LEAF);
  const border = (leaf: number): Evidence => ({
    ...opened,
    partials: leaves === 0 ? [] : [openedPartials(partials, leaf)],
    words: [anyLeaf(chunkList("features", feature))],
  });
  if (leaves !== lastLeaf + 1) {
    return [prove("partialCount", border(0), `${leaves} leaves of partial sums, not ${lastLeaf + 1}`)];
  }
  const proofs: Proof[] = [];
  if (partials.slice(last + 1).some((sum) => sum !== 0)) {
    proofs.push(prove("partialFill", border(lastLeaf), "partial sums past the last chunk"));
  }
  const sum = BigInt(partials[last] ?? 0);
  if (score !== sum) proofs.push(prove("score", border(lastLeaf), `score ${score}, not the last partial sum ${sum}`));
  const gradient = step.gradients[row] ?? null;
  // What a root commits that nobody shows is for a demand; and that a gradient is right, for a dispute.
  if (gradient === null || gradient.length !== feature.length) return proofs;
  if (chunkList("gradients", gradient).root !== step.samples[row]!.gradientRoot) return proofs;
  const dots = partialDots(feature, gradient);
  for (const [k, dot] of dots.entries()) {
    const product = dot - (dots[k - 1] ?? 0);
    const found = (partials[k] ?? 0) - (partials[k - 1] ?? 0);
    if (found === product) continue;
    const leaf = Math.floor(k / PARTIALS_PER_LEAF);
    const own = [openedPartials(partials, leaf)];
    const before = k > 0 && k % PARTIALS_PER_LEAF === 0 ? [openedPartials(partials, leaf - 1)] : [];
    const chunks = [openedChunk("features", feature, k), openedChunk("gradients", gradient, k)];
    const evidence = { ...opened, partials: [...own, ...before], chunks };
    proofs.push(prove("partial", evidence, `chunk ${k} adds ${found} to the score, not ${product}`));
  }
  return proofs;
}
