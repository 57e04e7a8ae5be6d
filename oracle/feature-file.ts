import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join as joinPath } from "node:path";
import { type Decoder, decodeJson } from "../protocol/decode.ts";
import { join, keccakHex } from "../protocol/hash.ts";
import { canonicalJson } from "../protocol/json.ts";
import { MIN_EXPONENT } from "../protocol/quantise.ts";
import type { FeatureTensor, VersionFeatures } from "./engine.ts";
import { FeatureError } from "./features.ts";
import { GAUGE_FILE, type Gauge, gaugeJson } from "./gauge-file.ts";

const FORMAT = "tributary.features.v2";
const JSON_FILE = "features.json";
const BINARY_FILE = "features.bin";
/** f32, little-endian, node by node. */
const NODES_FILE = "nodes.bin";
const MAX_DIMS = 2 ** 30;
const MAX_COLUMNS = 65_536;
const MAX_NODES = 64;

/** int8 vectors one after the other, in two's complement. */
export function vectorBytes(vectors: readonly Int8Array[]): Uint8Array {
  return join(...vectors.map((vector) => new Uint8Array(vector.buffer, vector.byteOffset, vector.length)));
}

/** Tensors of a feature set. Throws FormatError, also where their sizes do not add up to `dims`. */
export function readTensors(from: Decoder, dims: number): FeatureTensor[] {
  const tensors = from.items(MAX_COLUMNS).map((tensor) => ({
    name: tensor.field("name").string(),
    size: tensor.field("size").integer(1, MAX_DIMS),
    exponent: tensor.field("exponent").integer(MIN_EXPONENT, 127),
  }));
  const sum = tensors.reduce((total, { size }) => total + size, 0);
  if (sum !== dims) from.fail(`${sum} elements in all, not ${dims}`);
  return tensors;
}

/** Keeps a version's features, and what was measured of them, as the directory `directory`, whole or not at all. */
export async function writeFeatures(set: VersionFeatures, directory: string, gauge?: Gauge): Promise<void> {
  const bytes = vectorBytes(set.features);
  const { engine, dims, tensors, contributions } = set;
  const standing = set.standing.map(String);
  const points = join(...set.nodes.map((node) => new Uint8Array(node.buffer, node.byteOffset, node.byteLength)));
  const nodes = { count: set.nodes.length, hash: keccakHex(points) };
  const json = { format: FORMAT, engine, dims, tensors, contributions, standing, hash: keccakHex(bytes), nodes };
  await mkdir(dirname(directory), { recursive: true });
  const temporary = `${directory}.${process.pid}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary);
  await writeFile(joinPath(temporary, JSON_FILE), `${canonicalJson(json)}\n`);
  await writeFile(joinPath(temporary, BINARY_FILE), bytes);
  await writeFile(joinPath(temporary, NODES_FILE), points);
  if (gauge) await writeFile(joinPath(temporary, GAUGE_FILE), gaugeJson(gauge));
  await rm(directory, { recursive: true, force: true });
  await rename(temporary, directory);
}

/** Reads what {@link writeFeatures} wrote. Throws {@link FeatureError} or FormatError where it is not that. */
export async function readFeatures(directory: string): Promise<VersionFeatures> {
  let text: string;
  let bytes: Buffer;
  let points: Buffer;
  try {
    text = await readFile(joinPath(directory, JSON_FILE), "utf8");
    bytes = await readFile(joinPath(directory, BINARY_FILE));
    points = await readFile(joinPath(directory, NODES_FILE));
  } catch {
    throw new FeatureError(`no ${JSON_FILE}, ${BINARY_FILE} and ${NODES_FILE} in ${directory}`);
  }
  const root = decodeJson(text, JSON_FILE);
  if (root.field("format").value !== FORMAT) root.field("format").fail(`not ${FORMAT}`);
  const dims = root.field("dims").integer(1, MAX_DIMS);
  const contributions = root
    .field("contributions")
    .items(MAX_COLUMNS)
    .map((entry) => ({
      contributor: entry.field("contributor").integer(0, 2 ** 32 - 1),
      contribution: entry.field("contribution").integer(),
    }));
  const standing = root
    .field("standing")
    .items(MAX_COLUMNS)
    .map((share) => share.uint(64));
  if (standing.length !== contributions.length)
    root.field("standing").fail(`${standing.length} shares for ${contributions.length}`);
  if (bytes.length !== dims * contributions.length || keccakHex(bytes) !== root.field("hash").hex(32)) {
    throw new FeatureError(`${BINARY_FILE} in ${directory} is not what ${JSON_FILE} declares: truncated or changed`);
  }
  const count = root.field("nodes").field("count").integer(1, MAX_NODES);
  if (points.length !== 4 * dims || keccakHex(points) !== root.field("nodes").field("hash").hex(32)) {
    throw new FeatureError(`${NODES_FILE} in ${directory} is not what ${JSON_FILE} declares: truncated or changed`);
  }
  if (dims % count !== 0) root.field("nodes").fail(`${dims} elements in ${count} nodes of one size`);
  const floats = new Float32Array(Uint8Array.from(points).buffer);
  return {
    engine: root.field("engine").string(),
    dims,
    tensors: readTensors(root.field("tensors"), dims),
    contributions,
    features: contributions.map((_, c) => new Int8Array(bytes.buffer, bytes.byteOffset + dims * c, dims)),
    standing,
    nodes: Array.from({ length: count }, (_, node) => floats.slice((node * dims) / count, ((node + 1) * dims) / count)),
  };
}
