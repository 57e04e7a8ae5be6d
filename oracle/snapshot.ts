import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Address, Hex, PublicClient } from "viem";
import { parseRows, type Row, rowsList, rowsRoot } from "../protocol/rows.ts";
import { readEvents } from "./events.ts";
import { type Likeness, NearDuplicates } from "./near-duplicates.ts";

/** `Status` of IDatanets. */
const ACCEPTED = 3;

/** A row that stands, or almost stands, in an earlier contribution or earlier in its own; `of` is a kept row. */
export interface Repeat {
  row: number;
  of: { contribution: number; row: number };
  /** How alike the two are; absent where they are equal. */
  near?: Likeness;
}

/** An accepted contribution as the chain records it. */
export interface RegisteredContribution {
  id: number;
  contributor: number;
  account: Address;
  root: Hex;
  uri: string;
}

export interface SnapshotContribution extends RegisteredContribution {
  rows: Row[];
  /** Per row, false where it repeats an earlier one. */
  kept: boolean[];
  repeats: Repeat[];
}

/** The accepted, consenting contributions of a Datanet at a block, in order of commitment. */
export interface Snapshot {
  block: number;
  datanet: number;
  contributions: SnapshotContribution[];
}

/** Rows that the chain commits to are not there, or are others. */
export class SnapshotError extends Error {
  override name = "SnapshotError";
}

/** Contributions of `datanet` that are accepted and consenting at `block`, from the events of Datanets. */
export async function readContributions(
  client: PublicClient,
  at: { datanets: Address; datanet: number; fromBlock: number; block: number },
): Promise<(RegisteredContribution & { rows: number })[]> {
  const events = await readEvents(client, {
    contract: "Datanets",
    address: at.datanets,
    names: ["ContributorRegistered", "Contributed", "StatusChanged"],
    fromBlock: at.fromBlock,
    toBlock: at.block,
  });
  const accounts = new Map<number, Address>();
  const found = new Map<number, RegisteredContribution & { rows: number }>();
  const accepted = new Set<number>();
  for (const { name, args } of events) {
    if (name === "ContributorRegistered") {
      accounts.set(Number(args.contributor), args.account as Address);
    } else if (name === "StatusChanged") {
      if (Number(args.status) === ACCEPTED) accepted.add(Number(args.contribution));
      else accepted.delete(Number(args.contribution));
    } else if (Number(args.datanet) === at.datanet) {
      const id = Number(args.contribution);
      const contributor = Number(args.contributor);
      const account = accounts.get(contributor);
      if (account === undefined) throw new SnapshotError(`contributor ${contributor} never registered`);
      found.set(id, {
        id,
        contributor,
        account,
        root: args.root as Hex,
        rows: Number(args.rows),
        uri: args.uri as string,
      });
    }
  }
  // ids are given in order of commitment
  return [...found.values()].filter(({ id }) => accepted.has(id)).sort((a, b) => a.id - b.id);
}

/** The rows of every `.jsonl` file of `folder`, by their root. Throws RowsError on a malformed line. */
export async function loadRows(folder: string): Promise<Map<Hex, Row[]>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".jsonl")).sort();
  const byRoot = new Map<Hex, Row[]>();
  for (const name of names) {
    const rows = parseRows(await readFile(join(folder, name)), name);
    byRoot.set(rowsRoot(rows), rows);
  }
  return byRoot;
}

/**
 * Joins contributions with their rows and marks repeats, by canonical hash or by {@link NearDuplicates}: the earlier commit
 * wins, and of repeats within one contribution the first. Throws {@link SnapshotError} where rows are missing, miscounted, or of another root.
 */
export function buildSnapshot(
  at: { block: number; datanet: number },
  registered: readonly (RegisteredContribution & { rows: number })[],
  rowsByRoot: ReadonlyMap<Hex, Row[]>,
): Snapshot {
  const first = new Map<Hex, Repeat["of"]>();
  const alike = new NearDuplicates<Repeat["of"]>();
  const contributions: SnapshotContribution[] = [];
  for (const { rows: count, ...contribution } of registered) {
    const { id, root } = contribution;
    const rows = rowsByRoot.get(root);
    if (rows === undefined) throw new SnapshotError(`the rows of contribution ${id} (root ${root}) are not there`);
    if (rows.length !== count) {
      throw new SnapshotError(`contribution ${id} has ${count} rows on chain, its file ${rows.length}`);
    }
    const leaves = rowsList(rows);
    if (leaves.root !== root) {
      throw new SnapshotError(`the rows of contribution ${id} have the root ${leaves.root}, not ${root}`);
    }
    const repeats: Repeat[] = [];
    for (const [row, content] of rows.entries()) {
      const leaf = leaves.leaf(row);
      const original = first.get(leaf);
      if (original !== undefined) {
        repeats.push({ row, of: original });
        continue;
      }
      const of = { contribution: id, row };
      const near = alike.add(content, of);
      if (near === null) first.set(leaf, of);
      else repeats.push({ row, ...near });
    }
    const dropped = new Set(repeats.map(({ row }) => row));
    const kept = rows.map((_, row) => !dropped.has(row));
    contributions.push({ ...contribution, rows, kept, repeats });
  }
  return { ...at, contributions };
}

/** {@link readContributions} and {@link buildSnapshot} in one. */
export async function takeSnapshot(
  client: PublicClient,
  at: { datanets: Address; datanet: number; fromBlock: number; block: number },
  rowsByRoot: ReadonlyMap<Hex, Row[]>,
): Promise<Snapshot> {
  return buildSnapshot({ block: at.block, datanet: at.datanet }, await readContributions(client, at), rowsByRoot);
}
