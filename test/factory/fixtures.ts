import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Contribution, FactoryError, type FactoryErrorCode, rowExamples } from "../../factory/index.ts";
import {
  type Base,
  initWeights,
  type ModelConfig,
  makeBase,
  packDocuments,
  trainBase,
  trainTokenizer,
} from "../../lm/index.ts";
import { type Row, rowsRoot } from "../../protocol/rows.ts";

const CONFIG: ModelConfig = {
  vocabSize: 320,
  dim: 32,
  layers: 1,
  heads: 2,
  hiddenDim: 48,
  maxSeq: 64,
  ropeTheta: 10000,
  normEps: 1e-5,
  tieEmbeddings: true,
};

const WORDS = "river lake tide well spring brook delta marsh canal weir ford reef cove gulf mere pool".split(" ");

let base: Base | undefined;

/** A small base with random weights and a context of 64 tokens. */
export function smallBase(): Base {
  base ??= makeBase({
    config: CONFIG,
    tokenizer: trainTokenizer([`Question: Answer: ${WORDS.join(" ").repeat(8)}`], CONFIG.vocabSize),
    weights: initWeights(CONFIG, 7),
  });
  return base;
}

/** The small base, trained a little on questions and answers like those of `pairs`, so that it has something to lose. */
export async function trainedBase(): Promise<Base> {
  const { config, tokenizer } = smallBase();
  const documents = [...pairs(60, "c", 12), ...pairs(60, "d", 12)].flatMap((row) =>
    rowExamples(smallBase(), row).map(({ tokens }) => tokens),
  );
  const examples = packDocuments(documents, tokenizer.eos, config.maxSeq);
  const opts = { steps: 120, batchSize: 8, learningRate: 0.01, warmup: 10, seed: 3, threads: 2 };
  return makeBase({ config, tokenizer, weights: await trainBase(config, tokenizer, examples, opts) });
}

/** `count` different questions and answers. */
export function pairs(count: number, topic: string, words = 6): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    question: `what is ${topic} ${i}?`,
    answer: Array.from({ length: words }, (_, k) => WORDS[(i * 5 + k * k) % WORDS.length]).join(" "),
  }));
}

/** A contribution of which all rows are kept, unless `kept` says otherwise. */
export function contribution(id: number, rows: Row[], kept = rows.map(() => true)): Contribution {
  return { id, contributor: id, root: rowsRoot(rows), rows, kept };
}

/** The error code with which `action` fails; throws what is no FactoryError. */
export async function codeOf(action: () => unknown): Promise<{ code: FactoryErrorCode; message: string }> {
  try {
    await action();
  } catch (error) {
    if (error instanceof FactoryError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Runs `action` with a fresh folder that is removed afterwards. */
export async function withFolder<T>(action: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "tributary-factory-"));
  try {
    return await action(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
