// Retraining, the judge of attribution: what the answers' log p becomes where contributions weigh less, or nothing.
import { randomUUID } from "node:crypto";
import { globSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { concat, type Hex, keccak256, stringToBytes } from "viem";
import {
  type AdapterTrainingOptions,
  type Base,
  Engine,
  type Example,
  type LoraConfig,
  trainAdapter,
} from "../../lm/index.ts";
import { kernelBinary } from "../../lm/kernels/compile.ts";
import { keccakHex } from "../../protocol/hash.ts";
import { canonicalJson } from "../../protocol/json.ts";

/** A training whose contributions can be weighted, and the answers that it is judged by. */
export interface Retraining {
  base: Base;
  lora: LoraConfig;
  /** In the order in which the trainer is given them. */
  examples: readonly Example[];
  /** Position of each example's contribution. */
  owners: Int32Array;
  /** With its normaliser, so that a weight changes nothing but itself. */
  options: Omit<AdapterTrainingOptions, "onStep" | "signal" | "normaliser"> & { normaliser: number };
  answers: readonly Example[];
}

export interface RetrainOptions {
  /** Trainings at once, a thread each. */
  jobs: number;
  /** Folder that keeps every result by code and data, so that a run goes on where it stopped; none where absent. */
  cache?: string;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Trains once for each weighting, a number per contribution, and returns log p (nats) of each answer after it. Throws a
 * DivergenceError as the trainer does.
 */
export async function retrain(
  run: Retraining,
  weightings: readonly (readonly number[])[],
  { jobs, cache, onProgress, signal }: RetrainOptions,
): Promise<Float64Array[]> {
  const folder = cache === undefined ? undefined : join(cache, (await keyOf(run)).slice(2, 18));
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const results: Float64Array[] = new Array(weightings.length);
  let next = 0;
  let done = 0;
  const work = async () => {
    let engine: Engine | undefined;
    try {
      for (let i = next++; i < weightings.length; i = next++) {
        const file = folder === undefined ? undefined : join(folder, fileOf(weightings[i]!));
        let result = file === undefined ? undefined : await readResult(file, run.answers.length);
        if (result === undefined) {
          engine ??= await Engine.create(run.base, { threads: 1 });
          result = await train(engine, run, weightings[i]!, signal);
          if (file !== undefined) await writeResult(file, result);
        }
        results[i] = result;
        onProgress?.(++done, weightings.length);
      }
    } catch (error) {
      next = weightings.length; // nobody begins another
      throw error;
    } finally {
      await engine?.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, weightings.length) }, work));
  return results;
}

async function train(
  engine: Engine,
  { lora, examples, owners, options, answers }: Retraining,
  weights: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const weighted = examples.map((example, i) => ({ ...example, weight: weights[owners[i]!]! }));
  const { adapter } = await trainAdapter(engine, lora, weighted, { ...options, ...(signal && { signal }) });
  return engine.logProbs(adapter, [...answers]);
}

/** keccak256 over the code of `lm`, the kernels, and all that the trainings have in common. */
async function keyOf({ base, lora, examples, owners, options, answers }: Retraining): Promise<Hex> {
  const root = join(import.meta.dirname, "../..");
  const sources = globSync("lm/**/*.ts", { cwd: root }).sort();
  const code = await Promise.all(sources.map(async (file) => keccakHex(await readFile(join(root, file)))));
  const listed = (list: readonly Example[]) => list.map(({ tokens, lossFrom }) => [lossFrom, ...tokens]);
  const data = { lora, options, owners: [...owners], examples: listed(examples), answers: listed(answers) };
  const parts = [keccakHex(await kernelBinary()), ...code, base.hash, keccakHex(stringToBytes(canonicalJson(data)))];
  return keccak256(concat(parts));
}

const fileOf = (weights: readonly number[]) => `${keccakHex(stringToBytes(weights.join(","))).slice(2, 34)}.json`;

// what was cut off by a crash is not there: files appear whole
async function readResult(file: string, length: number): Promise<Float64Array | undefined> {
  let values: unknown;
  try {
    values = JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
  if (!Array.isArray(values) || values.length !== length) return undefined;
  return values.every((value) => typeof value === "number") ? Float64Array.from(values) : undefined;
}

async function writeResult(file: string, result: Float64Array): Promise<void> {
  const partial = `${file}.${randomUUID()}.partial`;
  await writeFile(partial, JSON.stringify([...result]));
  await rename(partial, file);
}
