// Which rows are trained on and which are held out: a fixed rule over the rows' leaves, so that nobody chooses.
import { bytesToHex, type Hex } from "viem";
import type { Base, Example } from "../lm/index.ts";
import { DOMAIN } from "../protocol/domains.ts";
import { List } from "../protocol/list.ts";
import { type Row, rowLeaf, rowLeaves } from "../protocol/rows.ts";
import type { Reference } from "./dataset.ts";
import { FactoryError } from "./errors.ts";
import { rowExamples, tokenCount } from "./examples.ts";

/** A contribution as the oracle's snapshot gives it. */
export interface Contribution {
  /** Contribution id of Datanets. */
  id: number;
  /** Contributor id of Datanets. */
  contributor: number;
  /** What was committed; the rows must have it. */
  root: Hex;
  rows: readonly Row[];
  /** Whether each row counts; false where it repeats an earlier one. */
  kept: readonly boolean[];
}

/** Rows by their positions in the contribution, and their examples. */
export interface Part {
  rows: number[];
  examples: Example[];
  /** Tokens of the examples. */
  tokens: number;
}

/** What a run takes of one contribution. */
export interface Selected {
  id: number;
  contributor: number;
  trained: Part;
  heldOut: Part;
}

/** One row in so many is held out. */
const HELD_OUT = 20n;
/** A contribution with at least so many kept rows has at least one held out. */
const ENOUGH = 5;

interface Candidate {
  position: number;
  leaf: Hex;
}

/**
 * Splits the kept rows and takes a sample of both sides.
 *
 * Held out: in each contribution of at least 5 kept rows those whose leaf is 0 modulo 20, or else the one with the least
 * leaf; where no contribution has 5, the least one of the largest contribution (the earlier one of equals). Whatever
 * equals a held-out row or a reference is not trained on, whosever it is.
 *
 * Sample: in each contribution rows come by rising leaf; the next row is taken from the contribution with the fewest
 * tokens so far (the earlier one of equals) that has any left, until `sampleTokens` (held-out rows:
 * `evaluationTokens`) are reached or all is taken. Rows are tokenised only when taken.
 *
 * Throws a FactoryError on an empty contribution, on flags or a root that do not fit the rows, and where no row is left
 * to train on.
 */
export function selectRows(
  base: Base,
  contributions: readonly Contribution[],
  budget: { sampleTokens: number; evaluationTokens: number },
  references: readonly Reference[] = [],
): Selected[] {
  if (contributions.length === 0) throw new FactoryError("no-contributions", "no contributions to train on");
  const candidates = contributions.map(keptRows);
  if (candidates.every((rows) => rows.length === 0)) {
    throw new FactoryError("all-rows-dropped", "every row of every contribution was dropped");
  }
  const heldOut = heldOutLeaves(candidates);
  const unseen = new Set([...heldOut, ...references.map(rowLeaf)]);
  const train = candidates.map((rows) => rows.filter(({ leaf }) => !unseen.has(leaf)));
  const evaluate = candidates.map((rows) => rows.filter(({ leaf }) => heldOut.has(leaf)));
  const trained = balanced(base, contributions, train, budget.sampleTokens);
  if (trained.every(({ rows }) => rows.length === 0)) {
    const reason = "no row is left to train on: every kept row equals the held-out ones or a reference";
    throw new FactoryError("all-rows-dropped", reason);
  }
  const evaluated = balanced(base, contributions, evaluate, budget.evaluationTokens);
  return contributions.map(({ id, contributor }, i) => ({
    id,
    contributor,
    trained: trained[i]!,
    heldOut: evaluated[i]!,
  }));
}

// by rising leaf; positions only tell equal rows apart
function keptRows({ id, rows, kept, root }: Contribution): Candidate[] {
  if (rows.length === 0) throw new FactoryError("empty-contribution", `contribution ${id} has no rows`);
  if (kept.length !== rows.length) {
    throw new FactoryError("kept-mismatch", `contribution ${id}: ${kept.length} flags for ${rows.length} rows`);
  }
  const leaves = rowLeaves(rows);
  const { root: actual } = new List(DOMAIN.rows, leaves);
  if (actual !== root.toLowerCase()) {
    throw new FactoryError("root-mismatch", `contribution ${id}: its rows have the root ${actual}, not ${root}`);
  }
  return rows
    .map((_, position) => ({ position, leaf: bytesToHex(leaves.subarray(32 * position, 32 * position + 32)) }))
    .filter(({ position }) => kept[position])
    .sort((a, b) => (a.leaf === b.leaf ? a.position - b.position : a.leaf < b.leaf ? -1 : 1));
}

function heldOutLeaves(candidates: Candidate[][]): Set<Hex> {
  const leaves = new Set<Hex>();
  for (const rows of candidates) {
    if (rows.length < ENOUGH) continue;
    const chosen = rows.filter(({ leaf }) => BigInt(leaf) % HELD_OUT === 0n);
    for (const { leaf } of chosen.length > 0 ? chosen : rows.slice(0, 1)) leaves.add(leaf);
  }
  if (leaves.size === 0) {
    // a version without any held-out row could not be judged
    const largest = candidates.reduce((most, rows) => (rows.length > most.length ? rows : most));
    leaves.add(largest[0]!.leaf);
  }
  return leaves;
}

function balanced(base: Base, contributions: readonly Contribution[], pools: Candidate[][], atLeast: number): Part[] {
  const parts: Part[] = pools.map(() => ({ rows: [], examples: [], tokens: 0 }));
  for (let total = 0; total < atLeast; ) {
    let next = -1;
    for (const [i, pool] of pools.entries()) {
      const left = parts[i]!.rows.length < pool.length;
      if (left && (next < 0 || parts[i]!.tokens < parts[next]!.tokens)) next = i;
    }
    if (next < 0) break;
    const part = parts[next]!;
    const { position } = pools[next]![part.rows.length]!;
    const examples = rowExamples(base, contributions[next]!.rows[position]!);
    const tokens = tokenCount(examples);
    part.rows.push(position);
    part.examples.push(...examples);
    part.tokens += tokens;
    total += tokens;
  }
  return parts;
}
