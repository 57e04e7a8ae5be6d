import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "viem";
import { type Decoder, decodeJson, FormatError } from "../protocol/decode.ts";
import { keccakHex } from "../protocol/hash.ts";
import type { IndexEntry, PayoutEntry, ResultEntry, SampleEntry, StepEntry } from "../protocol/leaves.ts";
import { channelConfigFromJson, MAX_RECEIPTS, receiptFromJson } from "../protocol/log.ts";
import {
  BUNDLE_FILES,
  BUNDLE_FORMAT,
  type Bundle,
  type BundleModel,
  type BundleStep,
  bundleHashOf,
  HASH_FILE,
} from "./bundle.ts";
import { MAX_ALL } from "./epoch.ts";
import { readTensors } from "./feature-file.ts";

/** Bytes of a file that are read. */
export const MAX_FILE = 2 ** 30;
const MAX_ITEMS = 1_000_000;
const MAX_COLUMNS = 65_536;

/** What is wrong with a bundle's files, or, in the second line, with the way to them. */
export type BundleFault =
  | ("missing" | "truncated" | "hash" | "huge" | "malformed")
  | ("unreachable" | "timeout" | "redirect" | "refused");

/** A bundle that cannot be read or fetched; `fault` says in which way. */
export class BundleError extends Error {
  override name = "BundleError";
  readonly fault: BundleFault;

  constructor(fault: BundleFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** A bundle with what its files say about themselves. */
export interface ReadBundle extends Bundle {
  /** Of the files as they are. */
  hash: Hex;
  /** What bundle.hash says. */
  declaredHash: Hex;
  /** Per model, the index as written; whether it agrees with the features is for verify to say. */
  indexes: IndexEntry[][];
}

/**
 * Reads a bundle directory. Throws {@link BundleError}: a file missing, truncated, of another hash than declared, huge,
 * or malformed (naming the place). Checks the shape only; `verifyBundle` recomputes the content.
 */
export async function readBundle(directory: string): Promise<ReadBundle> {
  // One after the other, so that the first of the files that cannot be read is the one named.
  const files: { name: string; bytes: Buffer }[] = [];
  for (const name of BUNDLE_FILES) files.push({ name, bytes: await load(directory, name) });
  const [json, featureBytes, gradientBytes] = files.map(({ bytes }) => bytes);
  const declared = (await load(directory, HASH_FILE)).toString("utf8").trim();
  try {
    const root = decodeJson(json!.toString("utf8"), BUNDLE_FILES[0]);
    if (root.field("format").value !== BUNDLE_FORMAT) root.field("format").fail(`not ${BUNDLE_FORMAT}`);
    for (const { name, bytes } of files.slice(1)) checkBinary(root.field("files").field(name), name, bytes);
    const features = new Vectors(BUNDLE_FILES[1], featureBytes!);
    const gradients = new Vectors(BUNDLE_FILES[2], gradientBytes!);
    const read = root
      .field("models")
      .items(MAX_ITEMS)
      .map((from) => readModel(from, features));
    const models = read.map(({ model }) => model);
    const bundle = {
      chainId: root.field("chainId").integer(1),
      block: root.field("block").integer(),
      deployedAt: root.field("deployedAt").integer(),
      addresses: readAddresses(root.field("addresses")),
      posting: readPosting(root.field("posting")),
      models,
      payoutsBefore: root.field("payoutsBefore").items(MAX_ITEMS).map(readPayout),
      steps: root
        .field("steps")
        .items(MAX_ITEMS)
        .map((from) => readStep(from, models, gradients)),
      payoutsAfter: root.field("payoutsAfter").items(MAX_ITEMS).map(readPayout),
    };
    features.end();
    gradients.end();
    if (!/^0x[0-9a-f]{64}$/.test(declared)) throw new BundleError("malformed", `${HASH_FILE} holds no hash`);
    const indexes = read.map(({ index }) => index);
    return { ...bundle, hash: bundleHashOf(files), declaredHash: declared as Hex, indexes };
  } catch (error) {
    if (error instanceof FormatError) throw new BundleError("malformed", `${BUNDLE_FILES[0]}: ${error.message}`);
    throw error;
  }
}

async function load(directory: string, name: string): Promise<Buffer> {
  const path = join(directory, name);
  let size: number;
  try {
    size = (await stat(path)).size;
  } catch {
    throw new BundleError("missing", `no ${name} in ${directory}`);
  }
  if (size > MAX_FILE) throw new BundleError("huge", `${name} has ${size} bytes, at most ${MAX_FILE} are read`);
  return readFile(path);
}

function checkBinary(from: Decoder, name: string, bytes: Uint8Array): void {
  const expected = from.field("bytes").integer();
  if (bytes.length !== expected) {
    throw new BundleError("truncated", `${name} has ${bytes.length} bytes, ${expected} are declared`);
  }
  const hash = from.field("hash").hex(32);
  const found = keccakHex(bytes);
  if (found !== hash) throw new BundleError("hash", `${name} has the hash ${found}, ${hash} is declared`);
}

/** Takes vectors off a binary file, one after the other. */
class Vectors {
  readonly #name: string;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(name: string, bytes: Uint8Array) {
    this.#name = name;
    this.#bytes = bytes;
  }

  take(length: number): Int8Array {
    if (this.#at + length > this.#bytes.length) {
      throw new BundleError("truncated", `${this.#name} ends at byte ${this.#bytes.length} within a vector`);
    }
    const vector = new Int8Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, length);
    this.#at += length;
    return vector;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) {
      throw new BundleError("malformed", `${this.#name} has ${this.#bytes.length - this.#at} bytes too many`);
    }
  }
}

function readAddresses(from: Decoder): Bundle["addresses"] {
  return {
    openToken: from.field("openToken").address(),
    channels: from.field("channels").address(),
    datanets: from.field("datanets").address(),
    models: from.field("models").address(),
    revenue: from.field("revenue").address(),
    attribution: from.field("attribution").address(),
  };
}

function readPosting(from: Decoder): Bundle["posting"] {
  return {
    parent: from.field("parent").hex(32),
    fromEpoch: from.field("fromEpoch").integer(),
    toEpoch: from.field("toEpoch").integer(),
    stepRoot: from.field("stepRoot").hex(32),
    payoutRoot: from.field("payoutRoot").hex(32),
    pool: from.field("pool").uint(),
    distributed: from.field("distributed").uint(),
  };
}

function readModel(from: Decoder, vectors: Vectors): { model: BundleModel; index: IndexEntry[] } {
  const dims = from.field("dims").integer(1, MAX_FILE);
  const tensors = readTensors(from.field("tensors"), dims);
  const index = from
    .field("index")
    .items(MAX_COLUMNS)
    .map((entry) => ({
      contributor: entry.field("contributor").integer(0, 2 ** 32 - 1),
      contribution: entry.field("contribution").integer(),
      featureRoot: entry.field("featureRoot").hex(32),
      standing: entry.field("standing").uint(64),
    }));
  const model: BundleModel = {
    model: from.field("model").integer(),
    operator: from.field("operator").address(),
    contributorsBps: from.field("contributorsBps").integer(0, 10_000),
    manifestHash: from.field("manifestHash").hex(32),
    datanet: from.field("datanet").integer(),
    snapshotBlock: from.field("snapshotBlock").integer(),
    indexRoot: from.field("indexRoot").hex(32),
    features: {
      engine: from.field("engine").string(),
      dims,
      tensors,
      contributions: index.map(({ contributor, contribution }) => ({ contributor, contribution })),
      features: index.map(() => vectors.take(dims)),
      standing: index.map(({ standing }) => standing),
    },
  };
  return { model, index };
}

function readStep(from: Decoder, models: readonly BundleModel[], vectors: Vectors): BundleStep {
  const number = from.field("model").integer();
  const model = models.find((candidate) => candidate.model === number);
  if (model === undefined) return from.field("model").fail(`model ${number} is not in the bundle`);
  const receipts = from.field("receipts").items(MAX_RECEIPTS).map(receiptFromJson);
  const gradients = receipts.map((): Int8Array | null => null);
  let last = -1;
  for (const item of from.field("gradients").items(MAX_ALL)) {
    last = item.integer(last + 1, receipts.length - 1);
    gradients[last] = vectors.take(model.features.dims);
  }
  const seed = from.field("seed");
  return {
    entry: readEntry(from.field("entry")),
    model: number,
    income: from.field("income").uint(),
    log: {
      root: from.field("log").field("root").hex(32),
      count: from.field("log").field("count").integer(),
      total: from.field("log").field("total").uint(),
    },
    channels: from.field("channels").items(MAX_RECEIPTS).map(channelConfigFromJson),
    receipts,
    seed: seed.value === null ? null : seed.hex(32),
    gradients,
    samples: from.field("samples").items(MAX_ALL).map(readSample),
    scores: readMatrix(from.field("scores"), 64),
    parts: readMatrix(from.field("parts"), 128),
    results: from.field("results").items(MAX_COLUMNS).map(readResult),
  };
}

function readEntry(from: Decoder): StepEntry {
  return {
    epoch: from.field("epoch").integer(),
    till: from.field("till").address(),
    rootBefore: from.field("rootBefore").hex(32),
    rootAfter: from.field("rootAfter").hex(32),
    pool: from.field("pool").uint(),
    receiptsRoot: from.field("receiptsRoot").hex(32),
    samplesRoot: from.field("samplesRoot").hex(32),
    partsRoot: from.field("partsRoot").hex(32),
    resultsRoot: from.field("resultsRoot").hex(32),
    receipts: from.field("receipts").integer(),
    samples: from.field("samples").integer(),
    contributions: from.field("contributions").integer(),
    runningPool: from.field("runningPool").uint(),
    runningPaid: from.field("runningPaid").uint(),
  };
}

function readSample(from: Decoder): SampleEntry {
  return {
    sample: from.field("sample").integer(),
    receipt: from.field("receipt").integer(),
    weight: from.field("weight").uint(),
    gradientRoot: from.field("gradientRoot").hex(32),
    gross: from.field("gross").uint(64),
  };
}

function readMatrix(from: Decoder, bits: number): bigint[][] {
  return from.items(MAX_ALL).map((row) => row.items(MAX_COLUMNS).map((item) => item.int(bits)));
}

function readResult(from: Decoder): ResultEntry {
  return { total: from.field("total").int(), runningPaid: from.field("runningPaid").uint() };
}

function readPayout(from: Decoder): PayoutEntry {
  return { account: from.field("account").address(), cumulative: from.field("cumulative").uint(96) };
}
