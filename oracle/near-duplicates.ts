// Which rows say almost what an earlier one says. The rule is integer arithmetic over bytes; docs/commitments.md has it.
import { stringToBytes } from "viem";
import { keyOf, mix } from "../protocol/mix.ts";
import { canonicalRow, type Row } from "../protocol/rows.ts";

/** Consecutive words of a shingle. */
const SHINGLE = 3;
/** A candidate is a near-duplicate if shingles in common ÷ shingles in either ≥ 4 / 5. */
const THRESHOLD = { numerator: 4, denominator: 5 };
/** Minima of a signature: BANDS groups of BAND. Rows alike by 4 / 5 share a group with a probability of 0.9996. */
const BANDS = 20;
const BAND = 5;
/** Rows that a group of minima remembers: the earliest ones, so that crafted rows cannot make the search quadratic. */
const REMEMBERED = 8;
const SPACE = 0x20;

/** Shingles that two rows have in common, and that either has. */
export interface Likeness {
  shared: number;
  all: number;
}

interface Entry<T> {
  of: T;
  shingles: Uint32Array;
}

/** Remembers rows in the order of their commitment and finds the earliest one that a later row repeats. */
export class NearDuplicates<T> {
  // per band: minima → the earliest rows that have them
  private readonly bands: Map<string, Entry<T>[]>[] = Array.from({ length: BANDS }, () => new Map());
  private readonly order = new Map<Entry<T>, number>();

  /**
   * The earliest remembered row that `row` almost repeats, or null; in that case it is remembered itself, as `of`. Rows
   * of fewer than three words are never alike.
   */
  add(row: Row, of: T): { of: T; near: Likeness } | null {
    const shingles = rowShingles(row);
    if (shingles.length === 0) return null;
    const entry = { of, shingles };
    const keys = bandKeys(signature(shingles));
    const candidates = new Set(keys.flatMap((key, band) => this.bands[band]!.get(key) ?? []));
    const sorted = [...candidates].sort((a, b) => this.order.get(a)! - this.order.get(b)!);
    for (const candidate of sorted) {
      const near = likeness(candidate.shingles, shingles);
      if (near.shared * THRESHOLD.denominator >= near.all * THRESHOLD.numerator) return { of: candidate.of, near };
    }
    this.order.set(entry, this.order.size);
    for (const [band, key] of keys.entries()) {
      const rows = this.bands[band]!.get(key);
      if (rows === undefined) this.bands[band]!.set(key, [entry]);
      else if (rows.length < REMEMBERED) rows.push(entry);
    }
    return null;
  }
}

/** Hashes of a row's shingles, rising and without repeats: FNV-1a of 32 bits over three words joined by single spaces. */
export function rowShingles(row: Row): Uint32Array {
  const words = rowWords(row).map((word) => stringToBytes(word));
  const hashes = new Set<number>();
  for (let i = 0; i + SHINGLE <= words.length; i++) {
    let hash = 0x811c9dc5;
    for (let k = 0; k < SHINGLE; k++) {
      if (k > 0) hash = Math.imul(hash ^ SPACE, 0x01000193);
      for (const byte of words[i + k]!) hash = Math.imul(hash ^ byte, 0x01000193);
    }
    hashes.add(hash >>> 0);
  }
  return Uint32Array.from(hashes).sort();
}

/** A to Z as a to z; all of ASCII that is neither letter nor digit separates words. */
function rowWords(row: Row): string[] {
  const canonical = canonicalRow(row);
  const text = "text" in canonical ? canonical.text : `${canonical.question} ${canonical.answer}`;
  return text
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[^a-z0-9\u0080-\uffff]+/g, " ")
    .split(" ")
    .filter((word) => word !== "");
}

/** Minimum k = the least mix(shingle ⊕ mix((k + 1) · 0x9e3779b9)) over the row's shingles. */
function signature(shingles: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: BANDS * BAND }, (_, k) => {
    const key = keyOf(k);
    let least = 0xffffffff;
    for (const shingle of shingles) {
      const value = mix(shingle ^ key);
      if (value < least) least = value;
    }
    return least;
  });
}

function bandKeys(minima: Uint32Array): string[] {
  return Array.from({ length: BANDS }, (_, band) => minima.subarray(band * BAND, (band + 1) * BAND).join());
}

// both rise
function likeness(a: Uint32Array, b: Uint32Array): Likeness {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i]! === b[j]!) {
      shared++;
      i++;
      j++;
    } else if (a[i]! < b[j]!) i++;
    else j++;
  }
  return { shared, all: a.length + b.length - shared };
}
