import { bytesToHex, type Hex, keccak256 } from "viem";
import { DOMAIN, type ListName } from "../../protocol/domains.ts";
import { CHUNK, PARTIALS_PER_LEAF } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";

/** A list of made-up words. Gas does not tell them from leaves: what is opened is put in by `List.update`. */
export function madeUp(name: ListName, count: number, seed: number): List {
  const bytes = new Uint8Array(32 * count);
  const ints = new Uint32Array(bytes.buffer);
  let state = seed;
  for (let i = 0; i < ints.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    ints[i] = state;
  }
  return new List(DOMAIN[name], bytes);
}

/** A list of made-up words but for `leaf` at `position`. */
export function holding(name: ListName, count: number, position: number, leaf: Hex): List {
  const list = madeUp(name, count, count + position + 1);
  list.update([position], [leaf]);
  return list;
}

export const opening = (list: List, position: number) => ({
  count: list.count,
  position,
  siblings: list.proof(position),
});

/** A chunk without zeros, which would be cheaper, and its leaf. */
export function chunk(seed: number): { bytes: Int8Array; hex: Hex; leaf: Hex } {
  const bytes = Int8Array.from({ length: CHUNK }, (_, i) => ((i * 37 + seed * 101) % 254) - 127 || 1);
  const hex = bytesToHex(new Uint8Array(bytes.buffer));
  return { bytes, hex, leaf: keccak256(hex) };
}

/** A leaf of partial sums that begins with `first` and falls by one, as words and as leaf. */
export function partials(first: bigint): { sums: Hex[]; leaf: Hex } {
  const hex = Array.from({ length: PARTIALS_PER_LEAF }, (_, i) => {
    return BigInt.asUintN(64, first - BigInt(i))
      .toString(16)
      .padStart(16, "0");
  });
  const sums = [0, 4, 8, 12].map((at): Hex => `0x${hex.slice(at, at + 4).join("")}`);
  return { sums, leaf: keccak256(`0x${hex.join("")}`) };
}
