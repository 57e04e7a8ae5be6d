// A dataset as a folder of JSON Lines files, one contributor each.
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Hex } from "viem";
import { canonicalText, parseRows, type Row, rowsRoot } from "../protocol/rows.ts";
import { FactoryError } from "./errors.ts";

/** One contributor's file. */
export interface DatasetFile {
  /** The file's name without its ending. */
  name: string;
  path: string;
  rows: Row[];
  /** What the contribution commits to: `rowsRoot` of the rows. */
  root: Hex;
}

const ENDING = ".jsonl";

/**
 * All `*.jsonl` files of a folder, by name; everything else in it is left alone. Every file is checked before any is
 * returned: throws a RowsError that names file and line, or a FactoryError on a folder or a file
 * that has no rows or cannot be read.
 */
export async function loadDataset(dir: string): Promise<DatasetFile[]> {
  const names = (await list(dir)).filter((name) => name.endsWith(ENDING) && name !== ENDING).sort();
  if (names.length === 0) throw new FactoryError("empty-folder", `${dir}: no ${ENDING} files, so no contributions`);
  const files: DatasetFile[] = [];
  for (const file of names) {
    const path = join(dir, file);
    const rows = parseRows(await read(path), file);
    if (rows.length === 0) throw new FactoryError("empty-contribution", `${file}: no rows`);
    files.push({ name: file.slice(0, -ENDING.length), path, rows, root: rowsRoot(rows) });
  }
  return files;
}

async function list(dir: string): Promise<string[]> {
  try {
    if (!(await stat(dir)).isDirectory()) throw new FactoryError("empty-folder", `${dir}: not a folder`);
    return await readdir(dir);
  } catch (error) {
    if (error instanceof FactoryError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new FactoryError("empty-folder", `${dir}: cannot be read (${code})`, { cause: error });
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new FactoryError("unreadable-file", `${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** A question with the answer that evaluation expects; never trained on. */
export interface Reference {
  question: string;
  answer: string;
}

/**
 * Reference answers from a JSON file, an array of `{ question, reference }`, in canonical form. Throws a FactoryError
 * that names file and entry (counted from 1).
 */
export async function loadReferences(path: string): Promise<Reference[]> {
  const fail = (reason: string) => new FactoryError("bad-references", `${basename(path)}: ${reason}`);
  let entries: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
    entries = JSON.parse(text);
  } catch (error) {
    throw fail(`cannot be read (${(error as Error).message})`);
  }
  if (!Array.isArray(entries) || entries.length === 0) throw fail("not an array of questions");
  return entries.map((entry: unknown, i) => {
    const { question, reference } = (entry ?? {}) as Record<string, unknown>;
    const field = (name: string, value: unknown) => {
      const text = typeof value === "string" && value.isWellFormed() ? canonicalText(value) : "";
      if (text === "") throw fail(`entry ${i + 1}: "${name}" must be a text`);
      return text;
    };
    return { question: field("question", question), answer: field("reference", reference) };
  });
}
