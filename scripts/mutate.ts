// Mutation testing of the accounting contracts. Exits 1 where the tests kill less than 95 % of the mutants.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Presets, SingleBar } from "cli-progress";
import Table from "cli-table3";
import { Command, InvalidArgumentError } from "commander";
import { UserError } from "./lib/errors.ts";
import { fail, print, toJson } from "./lib/output.ts";
import { ROOT, Sources } from "./mutate/compiler.ts";
import { type Mutant, mutantsOf } from "./mutate/mutants.ts";
import { Results } from "./mutate/results.ts";
import { Judge, type Judged, type Target } from "./mutate/target.ts";
import { Workbench } from "./mutate/workbench.ts";

/** Per cent of the mutants that have to be killed. */
const BAR = 95;

interface Options {
  only?: string[];
  jobs: number;
  sample: number;
  json?: string | boolean;
  list?: boolean;
  targets: string;
  justified: string;
  results: string;
}

/** Why a survivor may live. An equivalent one can be told from the original by no test at all. */
interface Justification {
  mutant: string;
  equivalent: boolean;
  reason: string;
}

/** The mutants of one contract, by what became of them. */
interface Summary {
  contract: string;
  /** Those that compile, to code that differs. */
  mutants: number;
  killed: number;
  survived: number;
  /** Survivors that are justified as equivalent; the score leaves them out, the raw score does not. */
  equivalent: number;
  rawScore: number;
  score: number;
  survivors: { id: string; mutant: string; justified?: Justification }[];
}

const describe = ({ file, line, within, before, after }: Mutant) =>
  `${file}:${line} ${within}: "${before}" becomes "${after}"`;

const percent = (part: number, whole: number) => (whole === 0 ? 100 : Math.floor((part / whole) * 10_000) / 100);

/** Judges all mutants of a target, as many at a time as there are workbenches. */
async function judgeAll(name: string, judge: Judge, mutants: Mutant[], workbenches: Workbench[]): Promise<Judged[]> {
  const bar = new SingleBar(
    { format: `${name.padEnd(14)} {bar} {value}/{total}, {survived} survived, {eta_formatted} left`, hideCursor: true },
    Presets.shades_classic,
  );
  const shown = process.stderr.isTTY === true;
  process.stderr.write(`${name}: its tests over the original\n`);
  const original = await judge.begin(workbenches);
  const judged: Judged[] = [];
  let survived = 0;
  let next = 0;
  if (shown) bar.start(mutants.length, 0, { survived });
  await Promise.all(
    workbenches.map(async (workbench) => {
      for (let mutant = mutants[next++]; mutant !== undefined; mutant = mutants[next++]) {
        const result = await judge.judge(mutant, original, workbench);
        judged.push(result);
        if (result.outcome === "survived") survived++;
        if (shown) bar.update(judged.length, { survived });
        else if (result.outcome === "survived") process.stderr.write(`survived ${mutant.id} ${describe(mutant)}\n`);
      }
    }),
  );
  bar.stop();
  await judge.end(workbenches);
  return judged;
}

function summarise(contract: string, judged: Judged[], justified: Record<string, Justification>): Summary {
  const of = (outcome: Judged["outcome"]) => judged.filter((result) => result.outcome === outcome);
  const survivors = of("survived")
    .map(({ mutant }) => mutant)
    .sort((a, b) => a.line - b.line)
    .map((mutant) => ({
      id: mutant.id,
      mutant: describe(mutant),
      ...(justified[mutant.id] && { justified: justified[mutant.id]! }),
    }));
  const killed = of("killed").length;
  const equivalent = survivors.filter(({ justified }) => justified?.equivalent).length;
  const mutants = killed + survivors.length;
  return {
    contract,
    mutants,
    killed,
    survived: survivors.length,
    equivalent,
    rawScore: percent(killed, mutants),
    score: percent(killed, mutants - equivalent),
    survivors,
  };
}

function table(summaries: Summary[]): string {
  const head = ["contract", "mutants", "killed", "survived", "equivalent", "raw score", "score"];
  const rows = new Table({ head, style: { head: [], border: [] } });
  for (const { contract, mutants, killed, survived, equivalent, rawScore, score } of summaries)
    rows.push([contract, mutants, killed, survived, equivalent, `${rawScore} %`, `${score} %`]);
  return rows.toString();
}

/** The survivors, those without a word of justification last, where they are seen. */
function explained({ survivors }: Summary): string[] {
  return survivors.map(({ id, mutant, justified }) =>
    justified
      ? `${justified.equivalent ? "equivalent" : "justified"} ${id} ${mutant}: ${justified.reason}`
      : `SURVIVED ${id} ${mutant}`,
  );
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(resolve(ROOT, path), "utf8")) as T;
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

function chosen(targets: Record<string, Target>, only: string[] | undefined): [string, Target][] {
  const unknown = only?.find((name) => !(name in targets));
  if (unknown !== undefined)
    throw new UserError(`There is no "${unknown}"; there are: ${Object.keys(targets).join(", ")}.`);
  return Object.entries(targets).filter(([name]) => only === undefined || only.includes(name));
}

/** The targets' mutants, or one of `sample`. Names are hashes, so that a sample is as good as drawn. */
function list(targets: [string, Target][], sources: Sources, sample: number): Mutant[] {
  const mutants = targets.flatMap(([, { source }]) => mutantsOf(source, sources.text(source), sources.tree(source)));
  return mutants.filter(({ id }) => Number.parseInt(id, 16) % sample === 0);
}

async function main(options: Options): Promise<void> {
  const targets = chosen(readJson<Record<string, Target>>(options.targets), options.only);
  const justified = existsSync(resolve(ROOT, options.justified))
    ? readJson<Record<string, Justification>>(options.justified)
    : {};
  const sources = new Sources(targets.map(([, { source }]) => source));
  if (options.list) {
    const mutants = list(targets, sources, options.sample).map((mutant) => ({
      id: mutant.id,
      mutant: describe(mutant),
    }));
    const text = [...mutants.map(({ id, mutant }) => `${id} ${mutant}`), `${mutants.length} mutants`].join("\n");
    return print({ text, data: { mutants } }, options.json !== undefined);
  }
  if (!existsSync(join(ROOT, "artifacts/contracts"))) {
    throw new UserError("The contracts are not compiled: run `npx hardhat build`.");
  }
  const results = new Results(join(resolve(ROOT, options.results), "results.jsonl"));
  const workbenches = Array.from(
    { length: options.jobs },
    (_, i) => new Workbench(join(resolve(ROOT, options.results), `worker-${i}`)),
  );
  const summaries: Summary[] = [];
  try {
    for (const [name, target] of targets) {
      const mutants = list([[name, target]], sources, options.sample);
      const judge = new Judge(target, sources, results);
      summaries.push(summarise(name, await judgeAll(name, judge, mutants, workbenches), justified));
    }
  } finally {
    for (const workbench of workbenches) workbench.end();
  }
  report(summaries, options.json);
}

function report(summaries: Summary[], json: string | boolean | undefined): void {
  const sum = (part: "mutants" | "killed" | "survived" | "equivalent") =>
    summaries.reduce((total, summary) => total + summary[part], 0);
  const all: Summary = {
    contract: "all",
    mutants: sum("mutants"),
    killed: sum("killed"),
    survived: sum("survived"),
    equivalent: sum("equivalent"),
    rawScore: percent(sum("killed"), sum("mutants")),
    score: percent(sum("killed"), sum("mutants") - sum("equivalent")),
    survivors: [],
  };
  const ok = all.score >= BAR;
  const { survivors: _, contract: __, ...totals } = all;
  const data = { ok, ...totals, contracts: summaries };
  const verdict = `${all.killed} of ${all.mutants - all.equivalent} mutants killed: ${all.score} %, and the bar is ${BAR} %.`;
  const text = [...summaries.flatMap(explained), table([...summaries, all]), verdict].join("\n");
  if (typeof json === "string") writeFileSync(json, `${toJson(data)}\n`);
  print({ text, data }, json === true);
  if (!ok) process.exitCode = 1;
}

function count(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("Not a number from 1 to 99.");
  return Number(text);
}

const script = new Command("npm run mutate --")
  .description("Changes the accounting contracts in one place at a time, and tells which change no test notices.")
  .option("--only <contracts...>", "mutate these alone (default: all)")
  .option("--jobs <n>", "mutants at a time", count, 1)
  .option("--sample <n>", "of n mutants one, always the same", count, 1)
  .option("--json [file]", "print one JSON object, or write it to a file beside the text")
  .option("--list", "tell the mutants, and run nothing")
  .option("--targets <file>", "contracts and the tests that concern them", "scripts/mutate/targets.json")
  .option("--justified <file>", "why survivors may live", "test/mutants.json")
  .option("--results <folder>", "where results are kept, so that a second run is short", "build/mutate")
  .parse();

const options = script.opts<Options>();
try {
  await main(options);
} catch (error) {
  fail(error, options.json === true);
}
