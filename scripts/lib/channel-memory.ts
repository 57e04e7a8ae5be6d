import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChannelMemory } from "../../serving/client.ts";

/** Remembers what is charged to each channel in a folder, one small file per channel, written whole. */
export class FolderMemory implements ChannelMemory {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  load(channelId: string): bigint | undefined {
    try {
      const text = readFileSync(join(this.#folder, channelId), "utf8").trim();
      return /^\d+$/.test(text) ? BigInt(text) : undefined;
    } catch {
      return undefined; // a channel that nothing was charged to yet
    }
  }

  save(channelId: string, charged: bigint): void {
    mkdirSync(this.#folder, { recursive: true });
    const file = join(this.#folder, channelId);
    writeFileSync(`${file}.tmp`, `${charged}\n`);
    renameSync(`${file}.tmp`, file);
  }
}
