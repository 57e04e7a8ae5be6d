import { DOMAIN } from "../protocol/domains.ts";
import { partLeaf, resultLeaf, type StepEntry, sampleLeaf, stepLeaf } from "../protocol/leaves.ts";
import { List } from "../protocol/list.ts";
import type { Settlement } from "./epoch.ts";

/** The committed lists of a settled epoch. Parts lie row by row: position = sample · contributions + contribution. */
export function settlementLists(settlement: Pick<Settlement, "samples" | "parts" | "results">): {
  samples: List;
  parts: List;
  results: List;
} {
  return {
    samples: new List(DOMAIN.samples, settlement.samples.map(sampleLeaf)),
    parts: new List(DOMAIN.parts, settlement.parts.flat().map(partLeaf)),
    results: new List(DOMAIN.results, settlement.results.map(resultLeaf)),
  };
}

/** The list of a posting's steps. */
export function stepsList(steps: readonly StepEntry[]): List {
  return new List(DOMAIN.steps, steps.map(stepLeaf));
}
