// Pre-trains the base model in models/base on MedQuAD's GHR and GARD: tokenizer, weights, card. The same data give the
// same files, to the bit.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import {
  type BaseProgress,
  Engine,
  type Example,
  formatAnswer,
  formatPrompt,
  InputError,
  layoutSize,
  loadBase,
  lossTokens,
  type ModelConfig,
  packDocuments,
  saveBase,
  type Tokenizer,
  trainBase,
  trainTokenizer,
  weightLayout,
} from "../lm/index.ts";
import { kernelBinary } from "../lm/kernels/compile.ts";
import { parseRows, rowsRoot } from "../protocol/rows.ts";
import { BaseStateFile } from "./lib/base-state.ts";
import { writeWhole } from "./lib/files.ts";
import { positive } from "./lib/numbers.ts";

const CONFIG: ModelConfig = {
  vocabSize: 1024,
  dim: 192,
  layers: 4,
  heads: 6,
  hiddenDim: 544,
  maxSeq: 256,
  ropeTheta: 10000,
  normEps: 1e-5,
  tieEmbeddings: true,
};
const FILES = ["ghr.jsonl", "gard.jsonl"];
const SEED = 1;
const LEARNING_RATE = 4e-3;
const WARMUP = 200;
/** Steps between two keepings of the state. */
const KEEP_EVERY = 100;
/** One row in this many is held out. */
const HELD_OUT = 64;

interface Options {
  data: string;
  out: string;
  steps: number;
  batch: number;
  threads?: number;
}

async function main(opts: Options): Promise<void> {
  const started = performance.now();
  const { files, training, heldOut } = await readTexts(opts.data);
  const tokenizer = trainTokenizer(training, CONFIG.vocabSize);
  const examples = pack(training, tokenizer);
  const tests = pack(heldOut, tokenizer);
  if (tests.length === 0) throw new InputError("the documents are too few to hold any out");
  const tokens = examples.length * CONFIG.maxSeq;
  log(`${training.length} documents, ${tokens} tokens; ${heldOut.length} documents held out`);
  log(`${opts.steps} steps of ${opts.batch} × ${CONFIG.maxSeq} tokens`);

  const plan = {
    steps: opts.steps,
    batchSize: opts.batch,
    learningRate: LEARNING_RATE,
    warmup: Math.min(WARMUP, opts.steps - 1),
    seed: SEED,
  };
  const kept = await stateFile({ CONFIG, files, plan });
  const from = await kept.read();
  if (from) log(`going on after step ${from.step}, where an earlier run stopped`);
  const weights = await trainBase(CONFIG, tokenizer, examples, {
    ...plan,
    ...(opts.threads === undefined ? {} : { threads: opts.threads }),
    onStep: reporter(opts, from?.step ?? 0),
    ...(from && { from }),
    keep: { every: KEEP_EVERY, state: (state) => kept.write(state) },
  });
  await saveBase({ config: CONFIG, tokenizer, weights }, opts.out);
  await kept.remove();

  const base = await loadBase(opts.out);
  const engine = await Engine.create(base, opts.threads === undefined ? {} : { threads: opts.threads });
  const logProbs = await engine.logProbs(null, tests);
  await engine.close();
  const loss = -logProbs.reduce((sum, value) => sum + value, 0) / count(tests);
  const bytes = tests.reduce((sum, { tokens: ids }) => sum + tokenizer.decodeBytes(ids.subarray(1)).length, 0);
  const card = modelCard({
    hash: base.hash,
    parameters: weights.length,
    documents: training.length,
    heldOut: heldOut.length,
    tokens,
    seen: opts.steps * opts.batch * CONFIG.maxSeq,
    loss,
    bitsPerByte: (loss * count(tests)) / Math.LN2 / bytes,
    command: `npm run train-base -- --data DIR --out models/base --steps ${opts.steps} --batch ${opts.batch}`,
  });
  await writeWhole(join(opts.out, "training.json"), `${JSON.stringify({ files }, null, 2)}\n`);
  await writeWhole(join(opts.out, "README.md"), card);
  log(`held-out loss ${loss.toFixed(4)} nats per token; ${base.hash}; ${minutes(performance.now() - started)} min`);
}

/** A file that the base was trained on, as training.json lists it: a contribution with this root is known by it. */
interface TrainingFile {
  file: string;
  rows: number;
  root: string;
}

/** The documents of all files, split by a rule on each row alone. Throws a RowsError that names file and line. */
async function readTexts(dir: string): Promise<{ files: TrainingFile[]; training: string[]; heldOut: string[] }> {
  const files: TrainingFile[] = [];
  const training: string[] = [];
  const heldOut: string[] = [];
  for (const file of FILES) {
    let content: Uint8Array;
    try {
      content = await readFile(join(dir, file));
    } catch {
      throw new InputError(`${join(dir, file)} cannot be read; --data names the folder of MedQuAD's JSON Lines`);
    }
    const rows = parseRows(content, file);
    files.push({ file, rows: rows.length, root: rowsRoot(rows) });
    for (const [i, row] of rows.entries()) {
      if (!("question" in row)) throw new InputError(`${file}: row ${i + 1} is not a question with its answer`);
      const text = formatPrompt(row.question) + formatAnswer(row.answer);
      const first = createHash("sha256").update(text).digest().readUInt32LE(0);
      (first % HELD_OUT === 0 ? heldOut : training).push(text);
    }
  }
  return { files, training, heldOut };
}

/** Where a training with these inputs and these kernels keeps its state. */
async function stateFile(inputs: object): Promise<BaseStateFile> {
  const key = createHash("sha256")
    .update(JSON.stringify(inputs))
    .update(await kernelBinary())
    .digest("hex");
  const path = join(import.meta.dirname, "../build/train-base", `${key.slice(0, 16)}.bin`);
  return new BaseStateFile(path, layoutSize(weightLayout(CONFIG)));
}

function pack(texts: string[], tokenizer: Tokenizer): Example[] {
  const documents = texts.map((text) => tokenizer.encode(text));
  return packDocuments(documents, tokenizer.eos, CONFIG.maxSeq);
}

function count(examples: Example[]): number {
  return examples.reduce((sum, example) => sum + lossTokens(example), 0);
}

// a line every fifty steps: mean loss since the last one, speed, time left
function reporter(opts: Options, from: number): (progress: BaseProgress) => void {
  const started = performance.now();
  let losses: number[] = [];
  return ({ step, steps, loss }) => {
    losses.push(loss);
    if (step % 50 && step < steps) return;
    const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
    losses = [];
    const elapsed = performance.now() - started;
    const speed = ((step - from) * opts.batch * CONFIG.maxSeq * 1000) / elapsed;
    const left = minutes((elapsed / (step - from)) * (steps - step));
    log(`step ${step}/${steps}  loss ${mean.toFixed(4)}  ${speed.toFixed(0)} tokens/s  ${left} min left`);
  };
}

interface CardFigures {
  hash: string;
  parameters: number;
  documents: number;
  heldOut: number;
  tokens: number;
  seen: number;
  loss: number;
  bitsPerByte: number;
  command: string;
}

function modelCard(figures: CardFigures): string {
  const number = (value: number) => value.toLocaleString("en-US");
  return `---
license: cc-by-4.0
language: en
---

# Base model: genetic and rare diseases, ${(figures.parameters / 1e6).toFixed(2)} million parameters

A Llama-style decoder for trying out fine-tuning and attribution. It writes text in the manner of its training data and
knows nothing: **never use it for medical advice.**

| | |
| --- | --- |
| parameters | ${number(figures.parameters)} (f32) |
| shape | dim ${CONFIG.dim}, ${CONFIG.layers} layers, ${CONFIG.heads} heads, SwiGLU ${CONFIG.hiddenDim}, context ${CONFIG.maxSeq}, RoPE theta ${CONFIG.ropeTheta}, tied embeddings |
| tokenizer | byte-level BPE, ${CONFIG.vocabSize} tokens, trained on the same text |
| documents | ${number(figures.documents)}, ${number(figures.tokens)} tokens; written as \`Question: …\\nAnswer: …\`, then the end-of-text token |
| training | Adam, ${number(figures.seen)} tokens seen, peak learning rate ${LEARNING_RATE}, seed ${SEED} |
| held out | ${number(figures.heldOut)} documents (sha256 of the text, first four bytes little-endian, divisible by ${HELD_OUT}) |
| held-out loss | ${figures.loss.toFixed(4)} nats per token, perplexity ${Math.exp(figures.loss).toFixed(2)}, ${figures.bitsPerByte.toFixed(3)} bits per byte |
| hash | \`${figures.hash}\` |

The hash is the sha256 of config.json, tokenizer.json and model.safetensors, each preceded by its length (u64,
little-endian).

## Reproduce

\`\`\`
${figures.command}
\`\`\`

with DIR the folder that holds ghr.jsonl and gard.jsonl. The numbers come out the same to the bit on any machine.

## Data and licence

Genetics Home Reference (GHR) and the Genetic and Rare Diseases Information Center (GARD), as collected in MedQuAD:
Asma Ben Abacha and Dina Demner-Fushman, "A Question-Entailment Approach to Question Answering", BMC Bioinformatics 20,
511 (2019), https://github.com/abachaa/MedQuAD, licence CC BY 4.0. Pairs without an answer were left out and white space
was folded. The weights are published under CC BY 4.0 as well.
`;
}

function minutes(milliseconds: number): string {
  return (milliseconds / 60_000).toFixed(1);
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

const program = new Command("train-base")
  .description("Pre-trains the base model on MedQuAD's GHR and GARD.")
  .option("--data <dir>", "folder with ghr.jsonl and gard.jsonl", "../shared/data/medquad")
  .option("--out <dir>", "folder to write the model to", "models/base")
  .option("--steps <n>", "optimiser steps", positive, 5000)
  .option("--batch <n>", "sequences per step", positive, 8)
  .option("--threads <n>", "worker threads (default: all processors)", positive);

try {
  await main(program.parse().opts<Options>());
} catch (error) {
  log(`train-base: ${(error as Error).message}`);
  process.exitCode = 1;
}
