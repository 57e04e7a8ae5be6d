import { type AbiParameter, encodeAbiParameters, type Hex, toHex, zeroAddress, zeroHash } from "viem";
import { artifact } from "../../protocol/abi.ts";
import {
  chunkBytes,
  chunkList,
  type IndexEntry,
  type PartEntry,
  partialBytes,
  partialsList,
} from "../../protocol/leaves.ts";
import type { List } from "../../protocol/list.ts";
import type { Case, JudgedLog, JudgedModel, JudgedStep, Proof } from "./context.ts";

/** `Leaves.Opening`. */
export interface Opening {
  count: number;
  position: number;
  siblings: Hex[];
}

export function openingOf(list: List, position: number): Opening {
  return { count: list.count, position, siblings: list.proof(position) };
}

/** A leaf of a list, whichever, to show its count. An empty list has none, and a count of 0. */
export function anyLeaf(list: List): { leaf: Hex; opening: Opening } {
  if (list.count === 0) return { leaf: zeroHash, opening: { count: 0, position: 0, siblings: [] } };
  return { leaf: list.leaf(0), opening: openingOf(list, 0) };
}

export function openedStep({ list, steps }: Pick<Case, "list" | "steps">, position: number) {
  return { step: steps[position]!.entry, opening: openingOf(list, position) };
}

/** A step with its left neighbour, where it has one. */
export function withLeft(of: Pick<Case, "list" | "steps">, position: number) {
  return (position === 0 ? [0] : [position - 1, position]).map((at) => openedStep(of, at));
}

export function openedPart({ parts, lists }: JudgedStep, position: number) {
  const { partials, ...part }: PartEntry = parts[position]!;
  return { part: { ...part, partialsRoot: partialsList(partials).root }, opening: openingOf(lists.parts, position) };
}

export function openedResult({ results, lists }: JudgedStep, position: number) {
  return { result: results[position]!, opening: openingOf(lists.results, position) };
}

export function openedSample({ samples, lists }: JudgedStep, position: number) {
  return { sample: samples[position]!, opening: openingOf(lists.samples, position) };
}

export function openedIndexEntry({ index }: Pick<JudgedModel, "index">, position: number) {
  const entry: IndexEntry = index.entries[position]!;
  return { entry, opening: openingOf(index.list, position) };
}

/** A receipt of the Till's log, with what backs it. */
export function openedReceipt({ receipts, list }: JudgedLog, position: number) {
  const { voucherMax, voucherSignature, boundSignature = "0x", ...receipt } = receipts[position]!;
  const backing = { voucherMax, voucherSignature, boundSignature };
  return { receipt, backing, opening: openingOf(list, position) };
}

/** Leaf k of the partials of a dot product. */
export function openedPartials(partials: readonly number[], k: number) {
  const bytes = partialBytes(partials, k);
  const sums = [0, 32, 64, 96].map((at) => toHex(bytes.subarray(at, at + 32)));
  return { sums, opening: openingOf(partialsList(partials), k) };
}

/** Chunk i of a feature or a gradient. */
export function openedChunk(list: "features" | "gradients", vector: Int8Array, i: number) {
  return { chunk: toHex(chunkBytes(vector, i)), opening: openingOf(chunkList(list, vector), i) };
}

/**
 * A proof by the verifier of that name. Its evidence is encoded as the verifier's ABI says, so the structs have one
 * definition, the Solidity one; fields that a rule does not use are left out, and blank.
 */
export function proof(verifier: string, evidence: object, what: string): Proof {
  const proves = artifact(verifier).abi.find((item) => item.type === "function" && item.name === "proves");
  if (proves?.type !== "function") throw new Error(`${verifier} has no function proves`);
  const struct = proves.inputs.at(-1) as Parameter;
  return { verifier, evidence: encodeAbiParameters([struct], [{ ...(blank(struct) as object), ...evidence }]), what };
}

type Parameter = AbiParameter & { components?: readonly Parameter[] };

/** The value of a type that says nothing. */
function blank({ type, components = [] }: Parameter): unknown {
  if (type.endsWith("[]")) return [];
  if (type === "tuple") return Object.fromEntries(components.map((component) => [component.name!, blank(component)]));
  return type === "address" ? zeroAddress : type === "bytes32" ? zeroHash : 0;
}
