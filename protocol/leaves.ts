import { type Address, bytesToHex, type Hex } from "viem";
import { DOMAIN } from "./domains.ts";
import { fixed, int, join, keccak, keccakHex, uint } from "./hash.ts";
import { List } from "./list.ts";

/** int8 elements of a chunk: vectors are committed, and long dot products carried on chain, chunk by chunk. */
export const CHUNK = 1_020;

/** Partial sums, one per chunk border, of a leaf of the partials. */
export const PARTIALS_PER_LEAF = 16;

/** Standing shares are parts of this. */
export const STANDING_UNIT = 1_000_000_000n;

/** Row of the index of a version; sorted by (contributor, contribution). */
export interface IndexEntry {
  contributor: number;
  contribution: number;
  /** Root of the chunks of its feature. */
  featureRoot: Hex;
  /** Its part of an answer that is not attributed by itself, in parts of STANDING_UNIT. */
  standing: bigint;
}

export interface SampleEntry {
  sample: number;
  /** Number of the receipt. */
  receipt: number;
  /** Wei that the sample decides. */
  weight: bigint;
  /** Root of the chunks of its gradient; the zero word where the standing shares decide. */
  gradientRoot: Hex;
  /** Σ |score| of its row; STANDING_UNIT where the standing shares decide. */
  gross: bigint;
}

export interface PartEntry {
  score: bigint;
  /** Sums of the dot product up to each chunk border; none where the standing shares decide. */
  partials: readonly number[];
  /** Σ |score| of the row up to here. */
  runningGross: bigint;
  /** ⌊weight · score / gross⌋ in wei, toward minus infinity. */
  part: bigint;
  /** Σ part of the column up to here. */
  runningPart: bigint;
}

export interface ResultEntry {
  /** R: the contribution's total part in wei, signed. */
  total: bigint;
  /** Σ ⌊max(R, 0) · contributors' basis points / 10,000⌋ up to here: what the contributions so far are paid, in wei. */
  runningPaid: bigint;
}

export interface PayoutEntry {
  account: Address;
  /** Wei over all epochs and versions. */
  cumulative: bigint;
}

/** One Till in one epoch of a posting; strictly rising by (epoch, till). */
export interface StepEntry {
  epoch: number;
  till: Address;
  /** Payout root before and after this step. */
  rootBefore: Hex;
  rootAfter: Hex;
  /** The Till's contributors' pool of the epoch, in wei. */
  pool: bigint;
  receiptsRoot: Hex;
  samplesRoot: Hex;
  partsRoot: Hex;
  resultsRoot: Hex;
  receipts: number;
  samples: number;
  contributions: number;
  /** Σ pools of the posting's steps up to here. */
  runningPool: bigint;
  /** Σ what the posting's steps up to here distribute. */
  runningPaid: bigint;
}

export function indexLeaf(entry: IndexEntry): Hex {
  return keccakHex(
    join(
      uint(entry.contributor, 4),
      uint(entry.contribution, 8),
      fixed(entry.featureRoot, 32),
      uint(entry.standing, 8),
    ),
  );
}

export function sampleLeaf(entry: SampleEntry): Hex {
  return keccakHex(
    join(
      uint(entry.sample, 8),
      uint(entry.receipt, 8),
      uint(entry.weight, 16),
      fixed(entry.gradientRoot, 32),
      uint(entry.gross, 8),
    ),
  );
}

export function partLeaf(entry: PartEntry): Hex {
  return keccakHex(
    join(
      int(entry.score, 8),
      fixed(partialsList(entry.partials).root, 32),
      uint(entry.runningGross, 8),
      int(entry.part, 16),
      int(entry.runningPart, 16),
    ),
  );
}

export function resultLeaf(entry: ResultEntry): Hex {
  return keccakHex(join(int(entry.total, 16), uint(entry.runningPaid, 16)));
}

/** One word, not hashed: account (160 bits) ‖ cumulative wei (96 bits). */
export function payoutLeaf(entry: PayoutEntry): Hex {
  return bytesToHex(join(fixed(entry.account, 20), uint(entry.cumulative, 12)));
}

/** `place` of the claims of Rewards: ring slot ‖ leaves in the list ‖ contributor id, 32 bits each. */
export function claimPlace(slot: number, count: number, contributor: number): bigint {
  return BigInt(bytesToHex(join(uint(slot, 4), uint(count, 4), uint(contributor, 4))));
}

export function stepLeaf(entry: StepEntry): Hex {
  return keccakHex(
    join(
      uint(entry.epoch, 8),
      fixed(entry.till, 20),
      fixed(entry.rootBefore, 32),
      fixed(entry.rootAfter, 32),
      uint(entry.pool, 16),
      fixed(entry.receiptsRoot, 32),
      fixed(entry.samplesRoot, 32),
      fixed(entry.partsRoot, 32),
      fixed(entry.resultsRoot, 32),
      uint(entry.receipts, 8),
      uint(entry.samples, 8),
      uint(entry.contributions, 8),
      uint(entry.runningPool, 16),
      uint(entry.runningPaid, 16),
    ),
  );
}

/** List of the partials of a dot product: leaf k = keccak256 of int64 sums 16k to 16k + 15, the last filled up with zeros. */
export function partialsList(partials: readonly number[]): List {
  const count = Math.ceil(partials.length / PARTIALS_PER_LEAF);
  return new List(DOMAIN.partials, join(...Array.from({ length: count }, (_, k) => keccak(partialBytes(partials, k)))));
}

/** What leaf k of the partials is the hash of. */
export function partialBytes(partials: readonly number[], k: number): Uint8Array {
  const from = PARTIALS_PER_LEAF * k;
  return join(...Array.from({ length: PARTIALS_PER_LEAF }, (_, i) => int(partials[from + i] ?? 0, 8)));
}

/**
 * List of the chunks of an int8 vector: leaf = keccak256 of CHUNK bytes in two's complement, the last chunk filled up
 * with zeros.
 */
export function chunkList(list: "features" | "gradients", vector: Int8Array): List {
  const count = Math.ceil(vector.length / CHUNK);
  const leaves = new Uint8Array(32 * count);
  for (let i = 0; i < count; i++) leaves.set(keccak(chunkBytes(vector, i)), 32 * i);
  return new List(DOMAIN[list], leaves);
}

/** Chunk i of an int8 vector: what its leaf is the hash of. */
export function chunkBytes(vector: Int8Array, i: number): Uint8Array {
  const part = vector.subarray(CHUNK * i, CHUNK * (i + 1));
  const chunk = new Uint8Array(CHUNK);
  chunk.set(new Uint8Array(part.buffer, part.byteOffset, part.length));
  return chunk;
}
