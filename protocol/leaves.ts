import { type Address, bytesToHex, type Hex } from "viem";
import { DOMAIN } from "./domains.ts";
import { fixed, int, join, keccak, keccakHex, uint } from "./hash.ts";
import { List } from "./list.ts";

/** int8 elements of a chunk: vectors are committed, and long dot products carried on chain, chunk by chunk. */
export const CHUNK = 1_020;

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
  /** Sums of the dot product up to each chunk border. */
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
  /** Σ of the positive totals up to here. */
  runningPositive: bigint;
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
  const partials = keccak(join(...entry.partials.map((sum) => int(sum, 8))));
  return keccakHex(
    join(int(entry.score, 8), partials, uint(entry.runningGross, 8), int(entry.part, 16), int(entry.runningPart, 16)),
  );
}

export function resultLeaf(entry: ResultEntry): Hex {
  return keccakHex(join(int(entry.total, 16), uint(entry.runningPositive, 16)));
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
    ),
  );
}

/**
 * List of the chunks of an int8 vector: leaf = keccak256 of CHUNK bytes in two's complement, the last chunk filled up
 * with zeros.
 */
export function chunkList(list: "features" | "gradients", vector: Int8Array): List {
  const count = Math.ceil(vector.length / CHUNK);
  const leaves = new Uint8Array(32 * count);
  const chunk = new Uint8Array(CHUNK);
  for (let i = 0; i < count; i++) {
    const part = vector.subarray(CHUNK * i, CHUNK * (i + 1));
    chunk.fill(0);
    chunk.set(new Uint8Array(part.buffer, part.byteOffset, part.length));
    leaves.set(keccak(chunk), 32 * i);
  }
  return new List(DOMAIN[list], leaves);
}
