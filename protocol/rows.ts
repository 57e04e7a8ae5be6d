import { type Hex, stringToBytes } from "viem";
import { DOMAIN } from "./domains.ts";
import { join, keccak, keccakHex, uint } from "./hash.ts";
import { List } from "./list.ts";

/** One training example, in canonical form: NFC, white space folded, trimmed. */
export type Row = { question: string; answer: string } | { text: string };

/** A line of a JSON Lines file that is no row. */
export class RowsError extends Error {
  override name = "RowsError";
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;

  constructor(file: string, line: number, reason: string) {
    super(`${file}:${line}: ${reason}`);
    this.file = file;
    this.line = line;
    this.reason = reason;
  }
}

/** Unicode NFC, runs of white space (ECMAScript's \s) folded to one space, trimmed. Idempotent. */
export function canonicalText(text: string): string {
  return text.normalize("NFC").replace(/\s+/g, " ").trim();
}

/** `row` in canonical form. */
export function canonicalRow(row: Row): Row {
  return "text" in row
    ? { text: canonicalText(row.text) }
    : { question: canonicalText(row.question), answer: canonicalText(row.answer) };
}

/** One byte of kind (0 text, 1 question and answer), then per field its UTF-8 length as uint32 and its UTF-8 bytes. */
export function rowBytes(row: Row): Uint8Array {
  const canonical = canonicalRow(row);
  const fields = "text" in canonical ? [canonical.text] : [canonical.question, canonical.answer];
  const parts = [uint("text" in canonical ? 0 : 1, 1)];
  for (const field of fields) {
    const bytes = stringToBytes(field);
    parts.push(uint(bytes.length, 4), bytes);
  }
  return join(...parts);
}

/** Flat leaves (32 bytes each) of `rows`: leaf = keccak256 of the canonical bytes. */
export function rowLeaves(rows: readonly Row[]): Uint8Array {
  const leaves = new Uint8Array(32 * rows.length);
  for (const [position, row] of rows.entries()) leaves.set(keccak(rowBytes(row)), 32 * position);
  return leaves;
}

/** The leaf of one row. */
export function rowLeaf(row: Row): Hex {
  return keccakHex(rowBytes(row));
}

/** The list of a contribution's rows; its `root` is what the contribution commits. */
export function rowsList(rows: readonly Row[]): List {
  return new List(DOMAIN.rows, rowLeaves(rows));
}

/** Root of {@link rowsList}. */
export function rowsRoot(rows: readonly Row[]): Hex {
  return rowsList(rows).root;
}

/**
 * The rows of a JSON Lines file, canonical. Fields that a row does not know are ignored, as are blank lines.
 * Give the file's bytes rather than a string to have invalid UTF-8 noticed. Throws {@link RowsError} at the first
 * malformed line.
 */
export function parseRows(text: string | Uint8Array, fileName: string): Row[] {
  const bytes = typeof text === "string" ? stringToBytes(text) : text;
  const rows: Row[] = [];
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const row = parseLine(bytes.subarray(start, end), fileName, line);
    if (row !== null) rows.push(row);
    start = end + 1;
  }
  return rows;
}

function parseLine(bytes: Uint8Array, file: string, line: number): Row | null {
  let text: string;
  try {
    // a byte order mark is kept out of the first line only; elsewhere it is no JSON
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: line > 1 }).decode(bytes);
  } catch {
    throw new RowsError(file, line, "invalid UTF-8");
  }
  if (/^[ \t\r]*$/.test(text)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RowsError(file, line, "not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RowsError(file, line, "not an object");
  const fields = value as Record<string, unknown>;
  if ("question" in fields || "answer" in fields) {
    return { question: field(fields, "question", file, line), answer: field(fields, "answer", file, line) };
  }
  if (!("text" in fields)) throw new RowsError(file, line, 'neither "question" and "answer" nor "text"');
  return { text: field(fields, "text", file, line) };
}

function field(fields: Record<string, unknown>, name: string, file: string, line: number): string {
  if (!(name in fields)) throw new RowsError(file, line, `"${name}" is missing`);
  const value = fields[name];
  if (typeof value !== "string") throw new RowsError(file, line, `"${name}" is not a string`);
  if (!value.isWellFormed()) throw new RowsError(file, line, `"${name}" holds a lone surrogate`);
  const canonical = canonicalText(value);
  if (canonical === "") throw new RowsError(file, line, `"${name}" is empty`);
  return canonical;
}
