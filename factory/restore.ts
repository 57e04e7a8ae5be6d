// From an artifact back to what its adapter was trained on.

import type { Hex } from "viem";
import type { Base, Example } from "../lm/index.ts";
import type { Row } from "../protocol/rows.ts";
import type { Reference } from "./dataset.ts";
import { FactoryError } from "./errors.ts";
import { rowExamples } from "./examples.ts";
import type { Manifest } from "./manifest.ts";
import { inputsOf } from "./reproduce.ts";
import { type Selected, selectRows } from "./sample.ts";
import { type TrainingOptions, trainingOptions } from "./train.ts";

/** What a run of the factory worked with, once more. */
export interface Restored {
  /** Per contribution of the manifest, in its order. */
  selected: Selected[];
  /** Examples of the reference answers. */
  references: Example[];
  training: TrainingOptions;
}

/**
 * Selects the rows of a manifest's contributions anew and checks that they are those it names.
 * @param rowsByRoot all rows of each contribution, by what it committed
 * Throws a FactoryError on another base, on rows or references that are missing or others, and on a manifest that names
 * other rows than the rule selects.
 */
export function restoreRun(
  base: Base,
  manifest: Manifest,
  rowsByRoot: ReadonlyMap<Hex, readonly Row[]>,
  references: readonly Reference[] = [],
): Restored {
  if (manifest.base !== base.hash) {
    throw new FactoryError("base-mismatch", `the manifest belongs to the base ${manifest.base}, not ${base.hash}`);
  }
  const { snapshot } = inputsOf(manifest, rowsByRoot, references);
  const selected = selectRows(base, snapshot.contributions, manifest.config, references);
  for (const [i, { id, trained, heldOut }] of selected.entries()) {
    const named = manifest.contributions[i]!;
    if (trained.rows.join() !== named.trained.join() || heldOut.rows.join() !== named.heldOut.join()) {
      const message = `contribution ${id}: the manifest names other rows than the rule selects`;
      throw new FactoryError("bad-manifest", message);
    }
  }
  const examples = selected.reduce((sum, { trained }) => sum + trained.examples.length, 0);
  return {
    selected,
    references: references.flatMap((reference) => rowExamples(base, reference)),
    training: trainingOptions(manifest.config, examples),
  };
}
