// The language model over MedQuAD: what the figures of its attribution are measured on.
import { join } from "node:path";
import { loadDataset, type Reference, rowExamples, selectRows, trainingOptions } from "../../factory/index.ts";
import { type Base, type Engine, type Example, type LoraConfig, trainAdapter } from "../../lm/index.ts";
import type { AttributionRun } from "../../oracle/engine.ts";
import { type Row, rowsRoot } from "../../protocol/rows.ts";
import { LM_CONFIG, REFERENCE_EVERY, SERVED_TOKENS, TOKENS, TOKENS_OF_TWENTY } from "./lm-config.ts";

/** Institutes of the dataset on whose rows the base was trained. */
const OF_THE_BASE = ["ghr", "gard"];
/** The contribution of random out-of-domain words. */
export const WORDS = "words";
const WORDS_DATA = join(import.meta.dirname, "../../data/builtin");

/** A contribution by name. */
export interface Group {
  name: string;
  rows: Row[];
  references: Reference[];
}

/** A trained run with its held-out reference answers as evaluation. */
export interface Bed {
  run: AttributionRun;
  names: string[];
}

/** The seven institutes that the base has not seen, and random words, one contribution each. */
export async function eightGroups(base: Base, data: string): Promise<Group[]> {
  const institutes = (await loadDataset(data)).filter(({ name }) => !OF_THE_BASE.includes(name));
  const words = (await loadDataset(WORDS_DATA)).filter(({ name }) => name === WORDS);
  return [
    ...institutes.map(({ name, rows }) => cut(base, name, rows, TOKENS)),
    ...words.map(({ name, rows }) => cut(base, name, rows, TOKENS, false)),
  ];
}

/** The same institutes in twenty parts, each of neighbouring rows: the smallest in two, every other in three. */
export async function twentyGroups(base: Base, data: string): Promise<Group[]> {
  const institutes = (await loadDataset(data)).filter(({ name }) => !OF_THE_BASE.includes(name));
  const least = Math.min(...institutes.map(({ rows }) => rows.length));
  return institutes.flatMap(({ name, rows }) => {
    const parts = rows.length === least ? 2 : 3;
    const border = (place: number) => Math.floor((rows.length * place) / parts);
    return Array.from({ length: parts }, (_, k) =>
      cut(base, `${name} ${k + 1}`, rows.slice(border(k), border(k + 1)), TOKENS_OF_TWENTY),
    );
  });
}

/**
 * The first rows of a file that the context takes in one piece, until they have as many tokens as asked for; every fifth of
 * them is a reference instead, unless nobody would ask for such rows.
 */
function cut(base: Base, name: string, rows: readonly Row[], atLeast: number, asked = true): Group {
  const group: Group = { name, rows: [], references: [] };
  let tokens = 0;
  let seen = 0;
  for (const row of rows) {
    if (tokens >= atLeast) break;
    const [example, more] = rowExamples(base, row);
    if (more) continue;
    if (asked && "question" in row && ++seen % REFERENCE_EVERY === 0) {
      group.references.push(row);
      continue;
    }
    group.rows.push(row);
    tokens += example!.tokens.length;
  }
  return group;
}

/** Trains on the groups by the factory's rule; their references are the answers that everything is judged by. */
export async function makeBed(engine: Engine, groups: readonly Group[], config = LM_CONFIG): Promise<Bed> {
  const { base } = engine;
  const contributions = groups.map(({ rows }, id) => {
    return { id, contributor: id, root: rowsRoot(rows), rows, kept: rows.map(() => true) };
  });
  const references = groups.flatMap((group) => group.references);
  const selected = selectRows(base, contributions, config, references);
  const examples = selected.flatMap(({ trained }) => trained.examples);
  const training = trainingOptions(config, examples.length);
  const lora: LoraConfig = { rank: config.rank, alpha: config.alpha, targets: config.targets };
  const { adapter } = await trainAdapter(engine, lora, examples, training);
  const run: AttributionRun = {
    engine,
    adapter,
    training,
    contributions: selected.map(({ id, contributor, trained }) => ({ id, contributor, examples: trained.examples })),
    evaluation: references.map((reference) => rowExamples(base, reference)[0]!),
  };
  return { run, names: groups.map(({ name }) => name) };
}

const promptOf = ({ tokens, lossFrom }: Example) => tokens.slice(0, lossFrom);

/** What the tuned model answers, greedily, to each question of the reference answers. */
export async function servedAnswers({ engine, adapter, evaluation }: AttributionRun): Promise<Example[]> {
  return Promise.all(
    evaluation.map(promptOf).map(async (prompt) => {
      const { tokens } = await engine.generate(adapter, prompt, { maxTokens: SERVED_TOKENS });
      return { tokens: Int32Array.from([...prompt, ...tokens]), lossFrom: prompt.length };
    }),
  );
}
