import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { BaseState } from "../../lm/index.ts";

/** Keeps where a training stands in one file: the step (u32, little-endian), then weights and both moments (f32). */
export class BaseStateFile {
  readonly #path: string;
  readonly #size: number;

  /** @param size weights of the model; a file of another size is none of this training's */
  constructor(path: string, size: number) {
    this.#path = path;
    this.#size = size;
  }

  /** What was kept last; undefined where nothing whole is there. */
  async read(): Promise<BaseState | undefined> {
    const bytes = await readFile(this.#path).catch(() => undefined);
    if (bytes?.length !== 4 + 12 * this.#size) return undefined;
    const floats = new Float32Array(Uint8Array.from(bytes.subarray(4)).buffer);
    const [weights, m, v] = [0, 1, 2].map((part) => floats.slice(part * this.#size, (part + 1) * this.#size));
    return { step: bytes.readUInt32LE(0), weights: weights!, m: m!, v: v! };
  }

  /** Takes the place of what was kept before, whole or not at all. */
  async write({ step, weights, m, v }: BaseState): Promise<void> {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(step);
    const parts = [weights, m, v].map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength),
    );
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(`${this.#path}.tmp`, Buffer.concat([head, ...parts]));
    await rename(`${this.#path}.tmp`, this.#path);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
