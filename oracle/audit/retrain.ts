// The judge: training again under other weights of the contributions, and what each answer is worth then.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Example, trainAdapter } from "../../lm/index.ts";
import { kernelBinary } from "../../lm/kernels/compile.ts";
import { join as joinBytes, keccakHex } from "../../protocol/hash.ts";
import { canonicalJson } from "../../protocol/json.ts";
import type { AttributionRun } from "../engine.ts";
import { trainingExamples } from "../replay.ts";
import { AuditError } from "./shapley.ts";

/** Trainings that share the engine's threads: the waits of one fill with the work of another. */
const TOGETHER = 4;

export interface RetrainOptions {
  /** Folder that keeps results from one audit to the next, by what they were computed from. */
  cache?: string;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * log p of `answers` (nats) after training the run's adapter with each of these weights of its contributions: the same
 * order, seed and normaliser, whatever the weights. With a `cache` nothing is trained twice, and an audit that was cut
 * off goes on where it stopped. Throws {@link AuditError} on weights that do not fit, DivergenceError where training
 * does not end in numbers.
 * @param weights per training, per contribution
 */
export async function retrain(
  run: AttributionRun,
  answers: readonly Example[],
  weights: readonly (readonly number[])[],
  options: RetrainOptions = {},
): Promise<Float64Array[]> {
  const { cache, onProgress, signal } = options;
  for (const [i, each] of weights.entries()) {
    if (each.length !== run.contributions.length || !each.every(Number.isFinite)) {
      throw new AuditError(
        `training ${i} has the weights ${each.join(", ")} of ${run.contributions.length} contributions`,
      );
    }
  }
  const { examples, owners } = trainingExamples(run);
  const name = cache === undefined ? null : await nameOf(run, examples, owners, answers);
  if (cache !== undefined) await mkdir(cache, { recursive: true });

  const results = new Array<Float64Array>(weights.length);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < weights.length) {
      signal?.throwIfAborted();
      const i = next++;
      const path = name && join(cache!, `${name(weights[i]!)}.json`);
      let found = path && (await readKept(path, answers.length));
      if (!found) {
        const weighted = examples.map((example, e) => {
          return { ...example, weight: (example.weight ?? 1) * weights[i]![owners[e]!]! };
        });
        const training = { ...run.training, ...(signal && { signal }) };
        const { adapter } = await trainAdapter(run.engine, run.adapter.config, weighted, training);
        found = await run.engine.logProbs(adapter, [...answers]);
        if (path) await keep(path, found);
      }
      results[i] = found;
      onProgress?.(++done, weights.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: TOGETHER }, work));
  } finally {
    // where one failed, the others begin nothing new
    next = weights.length;
  }
  return results;
}

/** Weights of all 2^n subsets of n contributions, in the order that `shapleyValues` takes. */
export function allSubsets(n: number): number[][] {
  return Array.from({ length: 2 ** n }, (_, subset) => Array.from({ length: n }, (__, c) => (subset >> c) & 1));
}

/** Weights that leave out one contribution each. */
export function leaveOneOut(n: number): number[][] {
  return Array.from({ length: n }, (_, left) => Array.from({ length: n }, (__, c) => (c === left ? 0 : 1)));
}

// everything that a result depends on: base, kernels, training, rows, answers, and at last the weights; the adapter stands
// for the rest of the code
async function nameOf(
  { engine, adapter, training }: AttributionRun,
  examples: readonly Example[],
  owners: Int32Array,
  answers: readonly Example[],
): Promise<(weights: readonly number[]) => string> {
  const bytes = ({ buffer, byteOffset, byteLength }: Int32Array | Float32Array | Float64Array) =>
    new Uint8Array(buffer, byteOffset, byteLength);
  const hashOf = (list: readonly Example[]) =>
    keccakHex(
      joinBytes(
        ...list.flatMap(({ tokens, lossFrom, weight = 1 }) => [
          bytes(Float64Array.of(tokens.length, lossFrom, weight)),
          bytes(tokens),
        ]),
      ),
    );
  const { steps, epochs, batchSize, learningRate, momentum, warmup, seed, normaliser } = training;
  const fixed = {
    base: engine.base.hash,
    kernels: keccakHex(await kernelBinary()),
    adapter: keccakHex(bytes(adapter.params)),
    lora: adapter.config,
    training: { steps, epochs, batchSize, learningRate, momentum, warmup, seed, normaliser },
    examples: hashOf(examples),
    owners: keccakHex(bytes(owners)),
    answers: hashOf(answers),
  };
  return (weights) => keccakHex(Buffer.from(canonicalJson({ ...fixed, weights: [...weights] }))).slice(2);
}

/** Null where nothing usable is kept. */
async function readKept(path: string, answers: number): Promise<Float64Array | null> {
  try {
    const values: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!Array.isArray(values) || values.length !== answers || !values.every(Number.isFinite)) return null;
    return Float64Array.from(values as number[]);
  } catch {
    return null;
  }
}

async function keep(path: string, values: Float64Array): Promise<void> {
  const partial = `${path}.${process.pid}.tmp`;
  await writeFile(partial, JSON.stringify([...values]));
  await rename(partial, path);
}
