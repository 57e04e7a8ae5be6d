/**
 * `npm run bench -- NAME [--json]`: the one entry for benchmarks. `bench/NAME.ts` exports `run(options: BenchOptions): Promise<Figures>`,
 * a flat object of numbers, and `about`, one line of what it measures.
 */
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { Command } from "commander";

export type Figures = Record<string, number>;

export interface BenchOptions {
  /** Folder of MedQuAD's JSON Lines, for what is measured on real text. */
  data: string;
  /** Where to say how far it is, or what is left out. */
  log: (line: string) => void;
}

const names = globSync("*.ts", { cwd: import.meta.dirname })
  .map((file) => basename(file, ".ts"))
  .filter((name) => name !== "main")
  .sort();

const program = new Command("npm run bench --")
  .description(`Measures one part on this machine. Benchmarks: ${names.join(", ")}`)
  .argument("<name>", "which benchmark")
  .option("--data <dir>", "folder of MedQuAD's JSON Lines", join(import.meta.dirname, "../../shared/data/medquad"))
  .option("--json", "print one flat object of numbers and nothing else")
  .parse();
const name = program.args[0]!;
if (!names.includes(name)) program.error(`there is no benchmark "${name}": ${names.join(", ")}`);

const bench = (await import(`./${name}.ts`)) as { about: string; run: (options: BenchOptions) => Promise<Figures> };
const { json, data } = program.opts<{ json?: boolean; data: string }>();
if (!json) console.log(bench.about);
const figures = await bench.run({ data, log: (line) => console.error(line) });
if (json) console.log(JSON.stringify(figures));
else console.table(figures);
