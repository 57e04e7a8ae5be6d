import { readFileSync } from "node:fs";
import type { Hex } from "viem";
import type { ListName } from "../../protocol/domains.ts";
import {
  type IndexEntry,
  indexLeaf,
  type PartEntry,
  type PayoutEntry,
  partLeaf,
  payoutLeaf,
  type ResultEntry,
  resultLeaf,
  type SampleEntry,
  type StepEntry,
  sampleLeaf,
  stepLeaf,
} from "../../protocol/leaves.ts";
import { type Backing, type ReceiptBody, receiptLeaf } from "../../protocol/receipt.ts";

/** What is committed in each list, as the TypeScript side has it. */
export interface Entries {
  index: IndexEntry;
  receipts: ReceiptBody & Backing;
  samples: SampleEntry;
  parts: PartEntry;
  results: ResultEntry;
  payouts: PayoutEntry;
  steps: StepEntry;
}

/** The TypeScript leaf of each list. */
export const LEAF: { readonly [L in keyof Entries]: (entry: Entries[L]) => Hex } = {
  index: indexLeaf,
  receipts: receiptLeaf,
  samples: sampleLeaf,
  parts: partLeaf,
  results: resultLeaf,
  payouts: payoutLeaf,
  steps: stepLeaf,
};

/** Test vectors of docs/commitments.md, made by neither of the two implementations that run them. */
export interface Vectors {
  domains: Record<ListName, Hex>;
  leaves: { list: keyof Entries; fields: never; structHash?: Hex; bytes: Hex; leaf: Hex }[];
  lists: { list: ListName; leaves: Hex[]; root: Hex }[];
  partials: { sums: number[]; leaves: Hex[]; root: Hex }[];
  /** Of vectors of `length` elements, each {@link element} of its place. */
  chunks: { element: string; vectors: { list: "features" | "gradients"; length: number; leaves: Hex[]; root: Hex }[] };
}

export function element(place: number): number {
  return ((31 * place + 7) % 255) - 127;
}

/** Reads the vectors; decimal strings become bigints. */
export function readVectors(): Vectors {
  const text = readFileSync(new URL("commitments.json", import.meta.url), "utf8");
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : value,
  ) as Vectors;
}
