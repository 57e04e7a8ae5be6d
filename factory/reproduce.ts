// Training again from a manifest, and comparing every output with what it says.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "viem";
import { adapterLayout, type Base } from "../lm/index.ts";
import { canonicalJson } from "../protocol/json.ts";
import { type Row, rowsRoot } from "../protocol/rows.ts";
import type { Reference } from "./dataset.ts";
import { FactoryError } from "./errors.ts";
import type { Artifact, Manifest } from "./manifest.ts";
import { type FactoryOptions, runFactory } from "./train.ts";

/** What a run took, besides its base. */
export type FactoryInputs = Required<Pick<FactoryOptions, "snapshot" | "references" | "config">>;

/** The first thing in which a run differs from its manifest. */
export interface Difference {
  /** Path in the manifest, or `adapter: TENSOR[INDEX]`. */
  where: string;
  /** What the manifest, or its adapter, says. */
  expected: unknown;
  found: unknown;
}

/** What happens in this order is compared in this order, so that the first difference is the cause of the rest. */
const ORDER = ["base", "snapshot", "references", "config", "contributions", "training", "software"] as const;

/**
 * The inputs of the run that a manifest describes, from the rows by their root. Throws a FactoryError where the rows of a
 * contribution or the references are not those of the manifest.
 */
export function inputsOf(
  manifest: Manifest,
  rowsByRoot: ReadonlyMap<Hex, readonly Row[]>,
  references: readonly Reference[],
): FactoryInputs {
  const contributions = manifest.contributions.map(({ id, contributor, root, dropped }) => {
    const rows = rowsByRoot.get(root);
    if (rows === undefined) {
      throw new FactoryError("rows-missing", `the rows of contribution ${id} (root ${root}) are not in the data`);
    }
    const without = new Set(dropped);
    return { id, contributor, root, rows, kept: rows.map((_, position) => !without.has(position)) };
  });
  const root = rowsRoot(references);
  if (root !== manifest.references.root) {
    const message = `the references have the root ${root}, those of the manifest ${manifest.references.root}`;
    throw new FactoryError("root-mismatch", message);
  }
  return { snapshot: { ...manifest.snapshot, contributions }, references, config: manifest.config };
}

/**
 * Trains and evaluates again. Returns the first difference from the artifact, null where all is equal to the bit. Throws
 * a FactoryError as `runFactory` does.
 */
export async function reproduce(
  base: Base,
  artifact: Artifact,
  inputs: FactoryInputs,
  options: Pick<FactoryOptions, "threads" | "onProgress" | "signal"> = {},
): Promise<Difference | null> {
  const room = await mkdtemp(join(tmpdir(), "tributary-reproduce-"));
  try {
    const again = await runFactory({ base, ...inputs, ...options, out: join(room, "out") });
    return compare(base, artifact, again);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

function compare(base: Base, artifact: Artifact, again: Artifact): Difference | null {
  for (const name of ORDER) {
    const difference = differenceAt(name, artifact.manifest[name], again.manifest[name]);
    if (difference) return difference;
  }
  const [before, after] = [artifact.adapter.params, again.adapter.params];
  for (const { name, offset, size } of adapterLayout(base.config, again.adapter.config)) {
    for (let i = offset; i < offset + size; i++) {
      if (Object.is(before[i], after[i])) continue;
      return { where: `adapter: ${name}[${i - offset}]`, expected: before[i], found: after[i] };
    }
  }
  return (
    differenceAt("evaluation", artifact.evaluation, again.evaluation) ??
    differenceAt("manifest", artifact.manifestHash, again.manifestHash)
  );
}

// the first path under which two JSON values differ
function differenceAt(where: string, expected: unknown, found: unknown): Difference | null {
  if (canonicalJson(expected) === canonicalJson(found)) return null;
  const nested = [expected, found].every((value) => typeof value === "object" && value !== null);
  if (!nested) return { where, expected, found };
  const [before, after] = [expected, found] as Record<string, unknown>[];
  for (const key of new Set([...Object.keys(before!), ...Object.keys(after!)])) {
    const [was, is] = [before![key], after![key]];
    if (was === undefined || is === undefined) {
      if (was !== is) return { where: `${where}.${key}`, expected: was, found: is };
    } else {
      const difference = differenceAt(`${where}.${key}`, was, is);
      if (difference) return difference;
    }
  }
  return { where, expected, found };
}
