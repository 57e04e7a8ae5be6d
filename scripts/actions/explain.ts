import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type DatasetFile, loadArtifact, loadDataset, readManifest, rowExamples } from "../../factory/index.ts";
import { Engine, loadBase } from "../../lm/index.ts";
import { answerExample } from "../../oracle/answers.ts";
import type { BundleStep } from "../../oracle/bundle.ts";
import { type ExplainedContribution, type Explanation, explainAnswer } from "../../oracle/explain.ts";
import { readFeatures } from "../../oracle/feature-file.ts";
import { indexOf } from "../../oracle/features.ts";
import { latestBundle } from "../../oracle/publish.ts";
import { readBundle } from "../../oracle/read-bundle.ts";
import type { Row } from "../../protocol/rows.ts";
import { Store } from "../../serving/store.ts";
import { UserError } from "../lib/errors.ts";

export interface ExplainOptions {
  /** Number of the answer's receipt. */
  receipt: number;
  /** Where bundles, artifacts and the operator's store lie. */
  home: string;
  /** The Datanet's JSON Lines files. */
  data: string;
  /** Folder of the base model. */
  base: string;
  /** Contributions to name, and rows of each. */
  top?: { contributions?: number; rows?: number };
}

export interface ExplainedAnswer {
  receipt: number;
  model: number;
  question: string;
  answer: string;
  /** Name of the engine whose features decide. */
  engine: string;
  contributions: (Omit<Explanation["contributions"][number], "rows"> & {
    /** Name of the contribution's file. */
    name: string;
    rows: { row: number; likeness: number; text: string }[];
  })[];
}

/**
 * Explains an answer of the newest posting. Throws a UserError where the posting, the answer's tokens, the version's
 * artifact or the rows are not at hand, and an AnswerError where the tokens are not those that the receipt commits.
 */
export async function explainReceipt(options: ExplainOptions): Promise<ExplainedAnswer> {
  const { receipt: number, home } = options;
  const path = await latestBundle(join(home, "bundles"));
  if (path === null) throw new UserError(`No bundle is in ${join(home, "bundles")}: run \`npm start\` first.`);
  const bundle = await readBundle(path);
  const step = bundle.steps.find(({ receipts }) => receipts.some((each) => each.number === number));
  if (step === undefined) throw new UserError(`The newest posting has no receipt ${number}.`);
  const receipt = step.receipts.find((each) => each.number === number)!;
  const example = answerExample(receipt, servedAnswer(home, step, number));
  const { manifestHash, indexRoot } = bundle.models.find(({ model }) => model === step.model)!;
  const folder = await artifactOf(join(home, "artifacts"), manifestHash);
  const base = await loadBase(options.base);
  const { manifest, adapter } = await loadArtifact(folder, base, manifestHash);
  const features = await readFeatures(join(folder, "features"));
  if (indexOf(features).list.root !== indexRoot) {
    throw new UserError(`The features in ${folder} are not those that the version commits.`);
  }

  const files = new Map((await loadDataset(options.data)).map((file) => [file.root, file]));
  const rowsOf = (root: DatasetFile["root"]): DatasetFile => {
    const file = files.get(root);
    if (file === undefined) throw new UserError(`${options.data} has no file with the root ${root}.`);
    return file;
  };
  const contributions = manifest.contributions.map(({ id, root, trained }): ExplainedContribution => {
    const { rows } = rowsOf(root);
    return { id, rows: trained.map((row) => ({ row, examples: rowExamples(base, rows[row]!) })) };
  });
  const engine = await Engine.create(base);
  try {
    const found = await explainAnswer({ engine, adapter }, features, contributions, example, options.top);
    const text = (tokens: Int32Array) => base.tokenizer.decode(tokens);
    return {
      receipt: number,
      model: step.model,
      question: text(example.tokens.subarray(0, example.lossFrom)),
      answer: text(example.tokens.subarray(example.lossFrom)),
      engine: features.engine,
      contributions: found.contributions.map((each) => {
        const file = rowsOf(manifest.contributions.find(({ id }) => id === each.contribution)!.root);
        const rows = each.rows.map((row) => ({ ...row, text: rowText(file.rows[row.row]!) }));
        return { ...each, name: file.name, rows };
      }),
    };
  } finally {
    await engine.close();
  }
}

function servedAnswer(home: string, { entry }: BundleStep, number: number) {
  const file = join(home, "serving", "store.sqlite");
  if (!existsSync(file)) throw new UserError(`The operator's store is not at ${file}.`);
  const store = new Store(file);
  try {
    const answer = store.answers(entry.till, entry.epoch).find(({ receipt }) => receipt === number);
    if (answer === undefined) throw new UserError(`No tokens are kept for receipt ${number}.`);
    return answer;
  } finally {
    store.close();
  }
}

/** The version's folder in `artifacts`. Throws a UserError where none has that manifest. */
export async function artifactOf(artifacts: string, manifestHash: string): Promise<string> {
  for (const name of existsSync(artifacts) ? readdirSync(artifacts).sort() : []) {
    const folder = join(artifacts, name);
    if (!existsSync(join(folder, "manifest.json"))) continue;
    if ((await readManifest(folder)).hash === manifestHash) return folder;
  }
  throw new UserError(`No artifact in ${artifacts} has the manifest ${manifestHash}.`);
}

const rowText = (row: Row) => ("text" in row ? row.text : `${row.question} ${row.answer}`);
