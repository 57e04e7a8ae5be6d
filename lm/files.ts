// Reading and writing the folders that models and adapters live in.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "./errors.ts";

export type Hash = `0x${string}`;

/** Bytes of a file of a folder; throws an InputError that names the file where it cannot be read. */
export async function readPart(dir: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(dir, name));
  } catch (error) {
    throw new InputError(`${join(dir, name)} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** JSON of a file of a folder; throws an InputError where it is none. */
export function parsePart(dir: string, name: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new InputError(`${join(dir, name)} is not JSON (${(error as Error).message})`);
  }
}

/** Writes files into a folder, each under a temporary name first, so that no reader ever sees half of one. */
export async function writeParts(dir: string, parts: Record<string, Uint8Array>): Promise<void> {
  await mkdir(dir, { recursive: true });
  const suffix = `.${randomUUID()}.tmp`;
  try {
    for (const [name, bytes] of Object.entries(parts)) await writeFile(join(dir, name + suffix), bytes);
    for (const name of Object.keys(parts)) await rename(join(dir, name + suffix), join(dir, name));
  } finally {
    for (const name of Object.keys(parts)) await rm(join(dir, name + suffix), { force: true });
  }
}

/** The bytes of a JSON file: two spaces, one newline at the end. */
export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

/** sha256 over the parts in order, each preceded by its length (u64, little-endian). */
export function hashParts(parts: Uint8Array[]): Hash {
  const digest = createHash("sha256");
  for (const part of parts) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(part.length));
    digest.update(length).update(part);
  }
  return `0x${digest.digest("hex")}`;
}
