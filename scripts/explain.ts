// Explains one paid answer: which contributions moved it, and by which of their rows.
import { join } from "node:path";
import { Command } from "commander";
import { type ExplainedAnswer, explainReceipt } from "./actions/explain.ts";
import { explain } from "./lib/explain.ts";
import { positive, whole } from "./lib/numbers.ts";
import { fail, print } from "./lib/output.ts";

const root = join(import.meta.dirname, "..");
/** Characters of a row that are shown. */
const SHOWN = 100;

interface Options {
  home: string;
  data: string;
  top: number;
  rows: number;
  json?: boolean;
}

const short = (text: string) => (text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text);

function describe({ receipt, model, question, answer, engine, contributions }: ExplainedAnswer): string {
  const lines = [`Receipt ${receipt} of version ${model}, by ${engine}`, `  ${question.trim()}`, `  ${answer.trim()}`];
  if (contributions.length === 0) lines.push("It owes nothing to any contribution.");
  for (const { contribution, name, part, rows } of contributions) {
    lines.push(`\n${(100 * part).toFixed(1).padStart(6)} %  contribution ${contribution} ${name}`);
    for (const { row, text } of rows) lines.push(`          row ${row}: ${short(text)}`);
  }
  return lines.join("\n");
}

await new Command("npm run explain --")
  .description(
    "Explains one paid answer of the newest posting: its contributions by their parts, with their best rows.",
  )
  .argument("<receipt>", "number of the answer's receipt", whole)
  .option("--top <n>", "contributions to name", positive, 3)
  .option("--rows <n>", "rows of each", positive, 3)
  .option("--home <dir>", "where bundles and artifacts lie", process.env.TRIBUTARY_HOME ?? join(root, ".tributary"))
  .option("--data <dir>", "the Datanet's JSON Lines files", join(root, "data/builtin"))
  .option("--json", "print one JSON object")
  .action(async (receipt: number, { home, data, top, rows, json = false }: Options) => {
    try {
      const base = join(root, "models/base");
      const found = await explainReceipt({ receipt, home, data, base, top: { contributions: top, rows } });
      print({ text: describe(found), data: found }, json);
    } catch (error) {
      fail(explain(error), json);
    }
  })
  .parseAsync();
