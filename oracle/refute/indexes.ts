import { DOMAIN } from "../../protocol/domains.ts";
import { type IndexEntry, indexLeaf, STANDING_UNIT } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import type { Proof } from "./context.ts";
import type { Unproved } from "./find.ts";
import { openedIndexEntry, proof } from "./openings.ts";

/** `IndexVerifier.Rule`. */
const RULE = { order: 0, foreign: 1, absent: 2, standing: 3 } as const;

type Place = Pick<IndexEntry, "contributor" | "contribution">;

/** How entries sort. */
function keyOf({ contributor, contribution }: Place): bigint {
  return (BigInt(contributor) << 64n) | BigInt(contribution);
}

/**
 * Every rule that the index of a version breaks, with the evidence for `refuteIndex`; nothing where the index is right.
 * That features are computed right, and that standing shares add up to no more than the whole, is for a dispute.
 * @param indexRoot of the version's terms
 * @param entries as they are published
 * @param accepted the Datanet's contributions that were accepted and consenting at the terms' snapshot block
 */
export function proveIndex(
  { model, indexRoot, entries }: { model: number; indexRoot: string; entries: readonly IndexEntry[] },
  accepted: readonly Place[],
): { proofs: Proof[]; unproved: Unproved[] } {
  const name = `index of model ${model}`;
  const list = new List(DOMAIN.index, entries.map(indexLeaf));
  if (list.root !== indexRoot) {
    const what = `${name}: the entries that are published are not those committed`;
    return { proofs: [], unproved: [{ list: "index", step: null, position: null, remedy: "withheld", what }] };
  }
  const opened = (...places: number[]) => places.map((place) => openedIndexEntry({ index: { entries, list } }, place));
  const prove = (rule: keyof typeof RULE, shown: object[], what: string, contribution = 0): Proof =>
    proof("IndexVerifier", { rule: RULE[rule], entries: shown, contribution }, `${name}: ${what}`);
  const proofs: Proof[] = [];
  const keys = entries.map(keyOf);
  const right = new Set(accepted.map(keyOf));
  for (const [place, { contribution, standing }] of entries.entries()) {
    if (place > 0 && keys[place - 1]! >= keys[place]!) {
      proofs.push(prove("order", opened(place - 1, place), `entry ${place} is not above the one before`));
    }
    if (!right.has(keys[place]!)) {
      proofs.push(
        prove("foreign", opened(place), `contribution ${contribution} of entry ${place} does not belong there`),
      );
    }
    if (standing > STANDING_UNIT)
      proofs.push(prove("standing", opened(place), `the share of entry ${place} is above 1`));
  }
  const there = new Set(keys);
  for (const missing of accepted.filter((each) => !there.has(keyOf(each)))) {
    const key = keyOf(missing);
    const gap = keys.findIndex((left, i) => left < key && (keys[i + 1] ?? key + 1n) > key);
    const shown = (gap < 0 ? [0] : [gap, gap + 1]).filter((place) => place < keys.length);
    const what = `contribution ${missing.contribution} is absent`;
    proofs.push(prove("absent", opened(...shown), what, missing.contribution));
  }
  return { proofs: proofs.sort((a, b) => a.evidence.length - b.evidence.length), unproved: [] };
}
