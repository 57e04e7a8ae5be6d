import { encodeAbiParameters, type Hex, zeroHash } from "viem";
import { artifact } from "../../protocol/abi.ts";
import { type IndexEntry, type PartEntry, partialsList } from "../../protocol/leaves.ts";
import type { List } from "../../protocol/list.ts";
import type { Case, JudgedModel, JudgedStep, Proof } from "./context.ts";

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
  if (list.count === 0) return { leaf: zeroHash, opening: NOTHING };
  return { leaf: list.leaf(0), opening: openingOf(list, 0) };
}

/** In evidence that opens nothing. */
export const NOTHING: Opening = { count: 0, position: 0, siblings: [] };

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

/**
 * A proof by the verifier of that name. Its evidence is encoded as the verifier's ABI says, so the structs have one
 * definition, the Solidity one.
 */
export function proof(verifier: string, evidence: object, what: string): Proof {
  const proves = artifact(verifier).abi.find((item) => item.type === "function" && item.name === "proves");
  if (proves?.type !== "function") throw new Error(`${verifier} has no function proves`);
  return { verifier, evidence: encodeAbiParameters([proves.inputs.at(-1)!], [evidence]), what };
}
