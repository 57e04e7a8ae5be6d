import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join as joinPath } from "node:path";
import { type Address, type Hex, stringToBytes } from "viem";
import type { Deployment } from "../protocol/deployment.ts";
import { join, keccak, keccakHex, uint } from "../protocol/hash.ts";
import { canonicalJson } from "../protocol/json.ts";
import type { PayoutEntry, ResultEntry, SampleEntry, StepEntry } from "../protocol/leaves.ts";
import { receiptToJson } from "../protocol/log.ts";
import type { Receipt } from "../protocol/receipt.ts";
import type { ChannelConfig } from "../protocol/voucher.ts";
import type { FeatureSet } from "./engine.ts";
import { vectorBytes } from "./feature-file.ts";
import { indexOf } from "./features.ts";

export const BUNDLE_FORMAT = "tributary.bundle.v1";
export const BUNDLE_FILES = ["bundle.json", "features.bin", "gradients.bin"] as const;
/** Holds the hash of the three files, for those who have no chain at hand. */
export const HASH_FILE = "bundle.hash";

/** `Attribution.Posting` without the bundle's own hash. */
export interface PostingFields {
  parent: Hex;
  fromEpoch: number;
  toEpoch: number;
  stepRoot: Hex;
  payoutRoot: Hex;
  pool: bigint;
  distributed: bigint;
}

/** A version whose Tills the posting settles. */
export interface BundleModel {
  model: number;
  operator: Address;
  contributorsBps: number;
  manifestHash: Hex;
  datanet: number;
  snapshotBlock: number;
  indexRoot: Hex;
  features: FeatureSet;
}

/** What the operator committed of an epoch; zeros where nothing. */
export interface LogCommit {
  root: Hex;
  count: number;
  total: bigint;
}

/** One Till in one epoch, with everything that its step commits. */
export interface BundleStep {
  entry: StepEntry;
  model: number;
  /** Wei that the Till took in during the epoch. */
  income: bigint;
  log: LogCommit;
  channels: ChannelConfig[];
  receipts: Receipt[];
  /** Draws samples where there are too many receipts to take all. */
  seed: Hex | null;
  /** Quantised, per receipt; null where it is not bound or not drawn. */
  gradients: (Int8Array | null)[];
  samples: SampleEntry[];
  /** Per sample, per contribution. */
  scores: bigint[][];
  parts: bigint[][];
  results: ResultEntry[];
}

/** The contracts that a bundle speaks of. */
export type BundleAddresses = Pick<
  Deployment["addresses"],
  "openToken" | "channels" | "datanets" | "models" | "revenue" | "attribution"
>;

/** Everything from which a posting is recomputed. */
export interface Bundle {
  chainId: number;
  /** Block that the chain was read at. */
  block: number;
  /** Block before which no event of the suite is. */
  deployedAt: number;
  addresses: BundleAddresses;
  posting: PostingFields;
  models: BundleModel[];
  payoutsBefore: PayoutEntry[];
  steps: BundleStep[];
  payoutsAfter: PayoutEntry[];
}

/** keccak256 over the files in order: uint32 length of the name ‖ name ‖ uint64 length ‖ keccak256 of the bytes. */
export function bundleHashOf(files: readonly { name: string; bytes: Uint8Array }[]): Hex {
  return keccakHex(
    join(
      ...files.flatMap(({ name, bytes }) => {
        const label = stringToBytes(name);
        return [uint(label.length, 4), label, uint(bytes.length, 8), keccak(bytes)];
      }),
    ),
  );
}

/** The three files of a bundle and their hash. The same bundle gives the same bytes. */
export function encodeBundle(bundle: Bundle): { files: { name: string; bytes: Uint8Array }[]; hash: Hex } {
  const features = vectorBytes(bundle.models.flatMap(({ features: set }) => set.features));
  const gradients = vectorBytes(bundle.steps.flatMap((step) => step.gradients.filter((gradient) => gradient !== null)));
  const binaries = [
    { name: BUNDLE_FILES[1], bytes: features },
    { name: BUNDLE_FILES[2], bytes: gradients },
  ];
  const json = {
    format: BUNDLE_FORMAT,
    chainId: bundle.chainId,
    block: bundle.block,
    deployedAt: bundle.deployedAt,
    addresses: bundle.addresses,
    posting: decimals(bundle.posting),
    models: bundle.models.map(modelToJson),
    payoutsBefore: bundle.payoutsBefore.map(decimals),
    steps: bundle.steps.map(stepToJson),
    payoutsAfter: bundle.payoutsAfter.map(decimals),
    files: Object.fromEntries(
      binaries.map(({ name, bytes }) => [name, { bytes: bytes.length, hash: keccakHex(bytes) }]),
    ),
  };
  const files = [{ name: BUNDLE_FILES[0], bytes: stringToBytes(`${canonicalJson(json)}\n`) }, ...binaries];
  return { files, hash: bundleHashOf(files) };
}

/** Writes a bundle as the directory `directory`, whole or not at all, in place of an earlier one. Returns its hash. */
export async function writeBundle(bundle: Bundle, directory: string): Promise<Hex> {
  const { files, hash } = encodeBundle(bundle);
  await mkdir(dirname(directory), { recursive: true });
  const temporary = `${directory}.${process.pid}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary);
  try {
    for (const { name, bytes } of files) await writeFile(joinPath(temporary, name), bytes);
    await writeFile(joinPath(temporary, HASH_FILE), `${hash}\n`);
    await rm(directory, { recursive: true, force: true });
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return hash;
}

/** A flat record with its bigints as decimal strings. */
function decimals<T extends object>(record: T): Record<string, unknown> {
  const fields = Object.entries(record).map(([key, value]) => [
    key,
    typeof value === "bigint" ? value.toString() : value,
  ]);
  return Object.fromEntries(fields) as Record<string, unknown>;
}

function modelToJson({ features, ...model }: BundleModel) {
  const { engine, dims, tensors } = features;
  return { ...model, engine, dims, tensors, index: indexOf(features).entries.map(decimals) };
}

function stepToJson(step: BundleStep) {
  const text = (row: readonly bigint[]): string[] => row.map(String);
  return {
    entry: decimals(step.entry),
    model: step.model,
    income: step.income.toString(),
    log: decimals(step.log),
    channels: step.channels,
    receipts: step.receipts.map(receiptToJson),
    seed: step.seed,
    // positions of the receipts whose gradients follow one another in gradients.bin
    gradients: step.gradients.flatMap((gradient, position) => (gradient === null ? [] : [position])),
    samples: step.samples.map(decimals),
    scores: step.scores.map(text),
    parts: step.parts.map(text),
    results: step.results.map(decimals),
  };
}
