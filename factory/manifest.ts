// The manifest: every input of a run and the hash of every output, so that anyone can repeat it to the bit.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "viem";
import { type Adapter, type Base, type Hash, InputError, loadAdapter } from "../lm/index.ts";
import { keccakHex } from "../protocol/hash.ts";
import { canonicalJson } from "../protocol/json.ts";
import type { FactoryConfig } from "./config.ts";
import { FactoryError } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";

export const MANIFEST = "manifest.json";
export const EVALUATION = "evaluation.json";
/** Folder of the adapter in PEFT's layout. */
export const ADAPTER = "adapter";

const FORMAT = "tributary-manifest-1";

export interface Manifest {
  format: typeof FORMAT;
  /** Hash of the base model, as lm gives it. */
  base: Hash;
  /** The block at which the Datanet's contributions were taken. */
  snapshot: { datanet: number; block: number };
  contributions: ManifestContribution[];
  /** Reference answers that evaluation took: root of their rows, and how many. */
  references: { root: Hex; rows: number };
  config: FactoryConfig;
  software: {
    /** Version of this package. */
    tributary: string;
    /** keccak256 of the WebAssembly kernels. */
    kernels: Hex;
  };
  training: { examples: number; tokens: number; steps: number };
  /** sha256 of the adapter's files, as lm gives it. */
  adapter: Hash;
  /** keccak256 of evaluation.json. */
  evaluation: Hex;
}

/** Rows are given by their positions in the contribution. */
export interface ManifestContribution {
  id: number;
  contributor: number;
  root: Hex;
  rows: number;
  dropped: number[];
  /** In the order in which the sample took them. */
  trained: number[];
  heldOut: number[];
  /** Tokens of the trained rows' examples. */
  tokens: number;
}

/** A finished run as it lies on disk, checked. */
export interface Artifact {
  dir: string;
  manifest: Manifest;
  /** keccak256 of manifest.json. */
  manifestHash: Hex;
  evaluation: Evaluation;
  adapter: Adapter & { hash: Hash };
}

/** Canonical JSON as bytes, and their keccak256. */
export function hashedJson(value: unknown): { bytes: Uint8Array; hash: Hex } {
  const bytes = Buffer.from(canonicalJson(value));
  return { bytes, hash: keccakHex(bytes) };
}

/** The manifest. Its fields are put together here so that none can be forgotten or added unnoticed. */
export function makeManifest(fields: Omit<Manifest, "format">): Manifest {
  return { format: FORMAT, ...fields };
}

/**
 * Reads an artifact for `base` and checks every hash in its manifest; `expected` is the manifest hash that the chain
 * holds. Throws a FactoryError that says which hash differs, or that the adapter does not fit.
 */
export async function loadArtifact(dir: string, base: Base, expected?: Hex): Promise<Artifact> {
  const { manifest, hash: manifestHash } = await readManifest(dir);
  if (expected !== undefined && manifestHash !== expected.toLowerCase()) {
    throw new FactoryError("hash-mismatch", `${join(dir, MANIFEST)} has the hash ${manifestHash}, not ${expected}`);
  }
  if (manifest.base !== base.hash) {
    throw new FactoryError(
      "base-mismatch",
      `${dir} belongs to the base ${manifest.base}, but this one is ${base.hash}`,
    );
  }
  const { value, hash } = await readCanonical(dir, EVALUATION);
  if (hash !== manifest.evaluation) {
    const message = `${join(dir, EVALUATION)} has the hash ${hash}, but its manifest says ${manifest.evaluation}`;
    throw new FactoryError("hash-mismatch", message);
  }
  const adapter = await fittingAdapter(join(dir, ADAPTER), base);
  if (adapter.hash !== manifest.adapter) {
    const message = `${join(dir, ADAPTER)} has the hash ${adapter.hash}, but its manifest says ${manifest.adapter}`;
    throw new FactoryError("hash-mismatch", message);
  }
  return { dir, manifest, manifestHash, evaluation: value as Evaluation, adapter };
}

/** The manifest of an artifact and its keccak256. Throws a FactoryError where it is none. */
export async function readManifest(dir: string): Promise<{ manifest: Manifest; hash: Hex }> {
  const { value, hash } = await readCanonical(dir, MANIFEST);
  const reason = faultOf(value);
  if (reason) throw new FactoryError("bad-manifest", `${join(dir, MANIFEST)}: ${reason}`);
  return { manifest: value as Manifest, hash };
}

// what keeps a value from being a manifest; hashes stand for the rest
function faultOf(value: unknown): string | undefined {
  const fields = (value ?? {}) as Record<string, unknown>;
  if (fields.format !== FORMAT) return `the format is ${JSON.stringify(fields.format)}, not "${FORMAT}"`;
  for (const name of ["base", "adapter", "evaluation"]) {
    const hash = fields[name];
    if (typeof hash !== "string" || !/^0x[0-9a-f]{64}$/.test(hash)) return `${name} is not a hash`;
  }
  for (const name of ["snapshot", "references", "config", "software", "training"]) {
    if (typeof fields[name] !== "object" || fields[name] === null) return `${name} is missing`;
  }
  return Array.isArray(fields.contributions) ? undefined : "contributions are missing";
}

async function readCanonical(dir: string, name: string): Promise<{ value: unknown; hash: Hex }> {
  const path = join(dir, name);
  let bytes: Buffer;
  let value: unknown;
  try {
    bytes = await readFile(path);
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new FactoryError("bad-manifest", `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const canonical = hashedJson(value);
  if (!bytes.equals(canonical.bytes)) throw new FactoryError("bad-manifest", `${path} is not canonical JSON`);
  return { value, hash: canonical.hash };
}

async function fittingAdapter(dir: string, base: Base): Promise<Adapter & { hash: Hash }> {
  try {
    return await loadAdapter(dir, base);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new FactoryError("adapter-mismatch", `${dir}: ${error.message}`, { cause: error });
  }
}
