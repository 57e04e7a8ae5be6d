import type { Hex } from "viem";
import { type List, ListError } from "./list.ts";

/**
 * Proof of the contiguous block of `length` leaves from `first` on, as `Rewards.claimRange` takes it: level by level from
 * the leaves up, the sibling left of the block where the block begins at an odd position, then the one right of it where
 * it ends at an even one. Throws {@link ListError} where the block is empty or not in the list.
 */
export function rangeProof(list: Pick<List, "proof">, first: number, length: number): Hex[] {
  if (!Number.isInteger(length) || length < 1) throw new ListError(`a block has at least one leaf, not ${length}`);
  const last = first + length - 1;
  // The siblings beside a block are siblings of its ends.
  const left = list.proof(first);
  const right = list.proof(last);
  return left.flatMap((sibling, level) => {
    const side = (position: number) => Math.floor(position / 2 ** level) % 2;
    return [...(side(first) === 1 ? [sibling] : []), ...(side(last) === 0 ? [right[level]!] : [])];
  });
}
