// Audits a trained version: retrains without contributions, and says how well each engine foretells what that does.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { Command, InvalidArgumentError } from "commander";
import { type Audit, audit, MAX_ALL_SUBSETS } from "../oracle/audit/audit.ts";
import type { Estimate } from "../oracle/audit/correlation.ts";
import type { AttributionEngine } from "../oracle/engine.ts";
import { ENGINES as ALL } from "../oracle/engines/index.ts";
import { tangent } from "../oracle/engines/tangent.ts";
import { AT_END } from "../oracle/quadrature.ts";
import { writeWhole } from "./lib/files.ts";
import { positive } from "./lib/numbers.ts";
import { fail, print } from "./lib/output.ts";
import { progressOn } from "./lib/progress.ts";
import { scorePlot } from "./lib/score-plot.ts";
import { openVersion } from "./lib/version.ts";

const root = join(import.meta.dirname, "..");
const ENGINES: ReadonlyMap<string, AttributionEngine> = new Map([
  ...ALL.map((engine) => [engine.name, engine] as const),
  ["tangent at w = 1", tangent(AT_END)],
]);
const SEED = 1;

interface Options {
  model: string;
  data: string;
  references?: string;
  base: string;
  retrain: number;
  subsets: boolean;
  engines?: string[];
  jobs: number;
  cache: string;
  json?: boolean;
}

async function main(options: Options): Promise<void> {
  const { run, names } = await openVersion({ ...options, threads: options.jobs });
  try {
    const players = run.contributions.filter(({ examples }) => examples.length > 0).length;
    const subsets = options.subsets && players <= MAX_ALL_SUBSETS;
    const { step } = progressOn();
    const result = await step(
      "Auditing",
      (report) =>
        audit(run, {
          engines: chosen(options.engines),
          halves: options.retrain,
          subsets,
          seed: SEED,
          jobs: options.jobs,
          cache: options.cache,
          onProgress: (done, total) => report(done, total, "retraining"),
          onEngine: (name) => report(1, 1, `${name} …`),
        }),
      ({ retrained }) => `${retrained} trainings`,
    );
    await writeWhole(join(options.model, "audit.json"), `${JSON.stringify(result, null, 2)}\n`);
    await writeWhole(join(options.model, "audit.svg"), plot(result));
    const data = { ...result, names: Object.fromEntries(names), files: ["audit.json", "audit.svg"] };
    print({ text: report(result, names, options.model), data }, options.json ?? false);
  } finally {
    await run.engine.close();
  }
}

function chosen(names: string[] | undefined): ReadonlyMap<string, AttributionEngine> {
  return new Map([...ENGINES].filter(([name]) => names === undefined || names.includes(name)));
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function report(result: Audit, names: ReadonlyMap<number, string>, folder: string): string {
  const { answers, logProb, retrained, smoothness, contributions, shapley } = result;
  const gain = logProb.tuned - logProb.base;
  const lines = [
    `${retrained} trainings over ${contributions.length} contributions, judged by ${answers} answers of ${logProb.tokens} tokens.`,
    `Fine-tuning gained ${gain.toFixed(1)} nats. Smoothness: at least ${smoothness.least.toFixed(4)}, on average ${smoothness.mean.toFixed(4)}.`,
    "",
  ];
  const figures = new Table({
    head: ["engine", "Shapley r", "payouts off by", "efficiency error", "leave one out", "halves (LDS)"],
    style: { head: [] },
  });
  for (const one of result.engines) {
    figures.push([
      one.engine,
      one.shapley?.toFixed(4) ?? "-",
      one.payoutDistance?.toFixed(4) ?? "-",
      one.efficiency.total > 10 ? "> 1000 %" : percent(one.efficiency.total),
      interval(one.loco),
      one.halves ? interval(one.halves) : "-",
    ]);
  }
  const shares = new Table({
    head: ["contribution", ...(shapley ? ["Shapley"] : []), ...result.engines.map(({ engine }) => engine)],
    style: { head: [] },
  });
  for (const [c, id] of contributions.entries()) {
    const told = result.engines.map((one) => percent(one.shares[c]!));
    shares.push([`${id} ${names.get(id)}`, ...(shapley ? [percent(shapley.shares[c]!)] : []), ...told]);
  }
  lines.push(figures.toString(), "", "Shares of the pool that these answers would pay:", shares.toString());
  lines.push("", `Written: ${join(folder, "audit.json")}, ${join(folder, "audit.svg")}`);
  return lines.join("\n");
}

const interval = ({ value, low, high }: Estimate) => `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;

/** Predicted against retrained: Shapley values where all subsets were retrained, else what leaving out takes. */
function plot({ engines, shapley, losses }: Audit): string {
  const measured = shapley?.values ?? losses;
  const clouds = engines.map(({ engine, scores, shapley: r, loco }) => {
    return { engine, scores, note: shapley ? `r = ${r!.toFixed(3)}` : `rank correlation ${loco.value.toFixed(3)}` };
  });
  return scorePlot(shapley ? "Shapley value, nats" : "left out, nats", measured, clouds);
}

function engineList(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !ENGINES.has(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`There is no engine "${unknown}": ${[...ENGINES.keys()].join(", ")}.`);
  }
  return names;
}

const script = new Command("npm run audit --")
  .description(
    "Retrains a version without each contribution, on random halves and, for up to ten contributions, on all subsets, and says how well each engine foretells it.",
  )
  .option("--model <dir>", "artifact: manifest.json, adapter/", join(root, ".tributary/artifacts/expert"))
  .option("--data <dir>", "folder of the contributions' JSON Lines files", join(root, "data/builtin"))
  .option("--references <file>", "reference answers (default: questions.json of the data)")
  .option("--base <dir>", "base model", join(root, "models/base"))
  .option("--retrain <k>", "random halves to retrain", positive, 32)
  .option("--no-subsets", "do not retrain on all subsets, whatever their number")
  .option("--engines <list>", `some of ${[...ENGINES.keys()].join(", ")}`, engineList)
  .option("--jobs <n>", "trainings at once, a thread each (default: all processors)", positive, availableParallelism())
  .option("--cache <dir>", "keeps every retraining, so that a run goes on where it stopped", join(root, "build/audit"))
  .option("--json", "print the report as one JSON object")
  .parse();

const options = script.opts<Options>();
try {
  await main(options);
} catch (error) {
  fail(error, options.json ?? false);
}
process.exit();
