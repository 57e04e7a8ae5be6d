import { chunkList } from "../../protocol/leaves.ts";
import { type Judged, type JudgedStep, openCase, type Proof, type Published } from "./context.ts";
import { proveParts } from "./parts.ts";
import { provePayouts } from "./payouts.ts";
import { proveResults } from "./results.ts";
import { proveSamples } from "./samples.ts";
import { proveSteps } from "./steps.ts";

/** Something that is wrong and that no proof can show. */
export interface Unproved {
  /** Which list; `gradients` where the vector itself is another than recomputation gives. */
  list: "receipts" | "steps" | "samples" | "parts" | "results" | "payouts" | "gradients";
  /** Position of the step; null for the list of steps. */
  step: number | null;
  /** Of a gradient, the sample. */
  position: number | null;
  /**
   * `withheld`: what was published is not what the posting commits, so that a demand is due. `dispute`: it is there, and it
   * takes a recomputation to see that it is wrong.
   */
  remedy: "withheld" | "dispute";
  what: string;
}

export interface Findings {
  /** The cheapest first: evidence is mostly calldata. */
  proofs: Proof[];
  unproved: Unproved[];
}

/**
 * Every rule that a posting's lists break, with the evidence; nothing where the posting is right. Each leaf is held against
 * its rule as it stands, given its neighbours as they stand, so that every wrong leaf is found and what merely follows
 * from one is not. Only lists that are those committed are used. Evidence holds for the chain that `judged` was read from:
 * simulate it before it is sent.
 */
export function findProofs(judged: Judged, published: Published): Findings {
  const of = openCase(judged, published);
  if (of.list.root !== judged.posting.stepRoot) {
    const what = `the steps have the root ${of.list.root}, the posting ${judged.posting.stepRoot}`;
    return { proofs: [], unproved: [{ list: "steps", step: null, position: null, remedy: "withheld", what }] };
  }
  const proofs = [proveSteps, proveResults, provePayouts, proveSamples, proveParts].flatMap((prove) => prove(of));
  proofs.sort((a, b) => a.evidence.length - b.evidence.length);
  return { proofs, unproved: of.steps.flatMap((step) => [...withheld(step), ...disputed(step)]) };
}

/** Lists that are not those of the step. */
function withheld({ known, position: step, name }: JudgedStep): Unproved[] {
  return (Object.keys(known) as (keyof typeof known)[])
    .filter((list) => !known[list])
    .map((list) => {
      const what = `${name}: the ${list} that are published are not those committed`;
      return { list, step, position: null, remedy: "withheld", what };
    });
}

/** Gradients that are not what recomputation gives. */
function disputed(step: JudgedStep): Unproved[] {
  const { till, log, samples, gradients, position, name } = step;
  if (till === null || log === null) return [];
  const positions = new Map(log.receipts.map(({ number }, place) => [number, place]));
  return samples.flatMap(({ receipt, gradientRoot }, j): Unproved[] => {
    const right = till.gradients[positions.get(receipt) ?? -1] ?? null;
    if (right === null || chunkList("gradients", right).root === gradientRoot) return [];
    const there = gradients[j] != null && chunkList("gradients", gradients[j]).root === gradientRoot;
    const remedy = there ? "dispute" : "withheld";
    const what = `${name}, sample ${j}: another gradient than recomputation gives`;
    return [{ list: "gradients", step: position, position: j, remedy, what }];
  });
}
