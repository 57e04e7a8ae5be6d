import { rename, writeFile } from "node:fs/promises";

/** Writes a text under a temporary name first, so that no reader ever sees half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
}
