// One run of the ModelFactory: from a snapshot to an artifact folder, a deterministic function of base, snapshot,
// references and config.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import {
  type AdapterTrainingOptions,
  type Base,
  DivergenceError,
  Engine,
  type Example,
  saveAdapter,
  trainAdapter,
} from "../lm/index.ts";
import { kernelBinary } from "../lm/kernels/compile.ts";
import { keccakHex } from "../protocol/hash.ts";
import { rowsRoot } from "../protocol/rows.ts";
import { type FactoryConfig, resolveConfig } from "./config.ts";
import type { Reference } from "./dataset.ts";
import { FactoryError } from "./errors.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { rowExamples } from "./examples.ts";
import { ADAPTER, type Artifact, EVALUATION, hashedJson, MANIFEST, makeManifest } from "./manifest.ts";
import { type Contribution, type Selected, selectRows } from "./sample.ts";

export interface FactoryOptions {
  base: Base;
  /** What the oracle's snapshot holds. */
  snapshot: { datanet: number; block: number; contributions: readonly Contribution[] };
  /** Reference answers: evaluated, never trained on. */
  references?: readonly Reference[];
  /** In place of the defaults. */
  config?: Partial<FactoryConfig>;
  /** Folder to be written; it must not exist, or be empty. */
  out: string;
  threads?: number;
  onProgress?: (progress: FactoryProgress) => void;
  signal?: AbortSignal;
}

export interface FactoryProgress {
  stage: "train" | "evaluate";
  /** Steps of training, or examples of evaluation. */
  done: number;
  total: number;
  /** While training: mean loss per token of the step, nats. */
  loss?: number;
}

/** How an adapter is trained on the selected examples, in their order. */
export type TrainingOptions = Omit<AdapterTrainingOptions, "onStep" | "onBatch" | "signal">;

export interface FactoryResult extends Artifact {
  /** Per contribution of the snapshot, in its order. */
  selected: Selected[];
  /** Examples of the reference answers. */
  references: Example[];
  /** Mean loss per token of each step, nats. */
  losses: number[];
  training: TrainingOptions;
}

/**
 * Trains an adapter, evaluates it and writes adapter/, evaluation.json and manifest.json into `out`, all of it or
 * nothing. Throws a FactoryError on data, a config or an `out` that cannot be used and where training diverges.
 */
export async function runFactory(options: FactoryOptions): Promise<FactoryResult> {
  const { base, snapshot, onProgress, signal, references = [] } = options;
  const config = resolveConfig(options.config);
  const out = resolve(options.out);
  await demandEmpty(out);
  const selected = selectRows(base, snapshot.contributions, config, references);
  const examples = selected.flatMap(({ trained }) => trained.examples);
  const referenceExamples = references.flatMap((reference) => rowExamples(base, reference));

  const engine = await Engine.create(base, options.threads === undefined ? {} : { threads: options.threads });
  try {
    const training = trainingOptions(config, examples.length);
    const { adapter, losses } = await train(engine, examples, config, training, options);
    const evaluation = await evaluate(engine, adapter, selected, referenceExamples, (done, total) => {
      onProgress?.({ stage: "evaluate", done, total });
      signal?.throwIfAborted();
    });
    demandSound(evaluation);

    const evaluated = hashedJson(evaluation);
    const software = { tributary: await packageVersion(), kernels: keccakHex(await kernelBinary()) };
    const written = await writeWhole(out, async (dir) => {
      const { hash } = await saveAdapter(adapter, base, join(dir, ADAPTER));
      const manifest = makeManifest({
        base: base.hash,
        snapshot: { datanet: snapshot.datanet, block: snapshot.block },
        contributions: snapshot.contributions.map(({ id, contributor, root, rows, kept }, i) => ({
          id,
          contributor,
          root,
          rows: rows.length,
          dropped: kept.flatMap((keep, position) => (keep ? [] : [position])),
          trained: selected[i]!.trained.rows,
          heldOut: selected[i]!.heldOut.rows,
          tokens: selected[i]!.trained.tokens,
        })),
        references: { root: rowsRoot(references), rows: references.length },
        config,
        software,
        training: {
          examples: examples.length,
          tokens: selected.reduce((sum, { trained }) => sum + trained.tokens, 0),
          steps: losses.length,
        },
        adapter: hash,
        evaluation: evaluated.hash,
      });
      const { bytes, hash: manifestHash } = hashedJson(manifest);
      await writeFile(join(dir, EVALUATION), evaluated.bytes);
      await writeFile(join(dir, MANIFEST), bytes);
      return { manifest, manifestHash, adapter: { ...adapter, hash } };
    });
    return { dir: out, ...written, evaluation, selected, references: referenceExamples, losses, training };
  } finally {
    await engine.close();
  }
}

/** What a config says to training on so many examples. */
export function trainingOptions(config: FactoryConfig, examples: number): TrainingOptions {
  const { epochs, batchSize, optimiser, learningRate, momentum, seed } = config;
  const steps = epochs * Math.ceil(examples / batchSize);
  return { steps, batchSize, optimiser, learningRate, momentum, warmup: Math.floor(config.warmup * steps), seed };
}

async function train(
  engine: Engine,
  examples: Example[],
  { rank, alpha, targets }: FactoryConfig,
  training: TrainingOptions,
  { onProgress, signal }: FactoryOptions,
) {
  try {
    return await trainAdapter(engine, { rank, alpha, targets }, examples, {
      ...training,
      onStep: ({ step, steps, loss }) => onProgress?.({ stage: "train", done: step, total: steps, loss }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    throw new FactoryError("diverged", error.message, { cause: error });
  }
}

/** Nats per held-out token by which an adapter may be worse than the base alone; a fit too close costs less than 0.1. */
const WORSE = 0.25;

// a run can blow up and still end in finite numbers
function demandSound({ all: { tokens, logProb } }: Evaluation): void {
  const worse = (logProb.base - logProb.tuned) / tokens;
  if (worse <= WORSE) return;
  const message = `training diverged: a held-out token costs ${worse.toFixed(2)} nats more than under the base alone`;
  throw new FactoryError("diverged", `${message}; lower the learning rate or lengthen the warm-up`);
}

// --- files ----------------------------------------------------------------------------------------------------------

async function demandEmpty(out: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(out);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new FactoryError("output-exists", `${out}: not a folder that can be written`, { cause: error });
  }
  if (names.length > 0)
    throw new FactoryError("output-exists", `${out}: already holds files; remove it or choose another`);
}

// fills a folder beside `out` and renames it in one step, so that nobody ever sees half an artifact
async function writeWhole<T>(out: string, fill: (dir: string) => Promise<T>): Promise<T> {
  const partial = join(dirname(out), `.${basename(out)}.${randomUUID()}.partial`);
  await mkdir(partial, { recursive: true });
  try {
    const result = await fill(partial);
    await rename(partial, out);
    return result;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
