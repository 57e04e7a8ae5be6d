import { join } from "node:path";
import { type Artifact, loadArtifact, loadDataset, loadReferences, restoreRun } from "../../factory/index.ts";
import { Engine, loadBase } from "../../lm/index.ts";
import type { AttributionRun } from "../../oracle/engine.ts";

/** Where a version and what it was trained on lie. */
export interface VersionOptions {
  /** Artifact folder. */
  model: string;
  /** Folder of the contributions' JSON Lines files. */
  data: string;
  /** Reference answers; default: questions.json of the data. */
  references?: string;
  /** Folder of the base model. */
  base: string;
  threads?: number;
}

/** A trained version, ready to be attributed; its engine is to be closed. */
export interface Version {
  artifact: Artifact;
  run: AttributionRun;
  /** Names of the contributions' files by contribution id. */
  names: Map<number, string>;
}

/** Opens a version with the rows it was trained on. Throws a FactoryError where they are missing or do not fit together. */
export async function openVersion(options: VersionOptions): Promise<Version> {
  const base = await loadBase(options.base);
  const artifact = await loadArtifact(options.model, base);
  const { manifest, adapter } = artifact;
  const files = await loadDataset(options.data);
  const rows = new Map(files.map((file) => [file.root, file.rows]));
  const path = options.references ?? join(options.data, "questions.json");
  const references = manifest.references.rows === 0 ? [] : await loadReferences(path);
  const restored = restoreRun(base, manifest, rows, references);
  const names = new Map(
    manifest.contributions.map(({ id, root }) => [id, files.find((file) => file.root === root)!.name]),
  );
  const engine = await Engine.create(base, options.threads === undefined ? {} : { threads: options.threads });
  return { artifact, run: runOf(engine, adapter, restored), names };
}

/** A finished training as engines take it; the answers are those that fix the standing shares. */
export function runOf(
  engine: Engine,
  adapter: AttributionRun["adapter"],
  { selected, references, training }: ReturnType<typeof restoreRun>,
): AttributionRun {
  return {
    engine,
    adapter,
    training,
    contributions: selected.map(({ id, contributor, trained }) => ({ id, contributor, examples: trained.examples })),
    evaluation: references.length ? references : selected.flatMap(({ heldOut }) => heldOut.examples),
  };
}
