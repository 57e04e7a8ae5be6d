/**
 * `npm run bench -- NAME [--json]`: the one entry for benchmarks. `bench/NAME.ts` exports `run(): Promise<Figures>`,
 * a flat object of numbers, and `about`, one line of what it measures.
 */
import { globSync } from "node:fs";
import { basename } from "node:path";
import { Command } from "commander";

export type Figures = Record<string, number>;

const names = globSync("*.ts", { cwd: import.meta.dirname })
  .map((file) => basename(file, ".ts"))
  .filter((name) => name !== "main")
  .sort();

const program = new Command("npm run bench --")
  .description(`Measures one part on this machine. Benchmarks: ${names.join(", ")}`)
  .argument("<name>", "which benchmark")
  .option("--json", "print one flat object of numbers and nothing else")
  .parse();
const name = program.args[0]!;
if (!names.includes(name)) program.error(`there is no benchmark "${name}": ${names.join(", ")}`);

const bench = (await import(`./${name}.ts`)) as { about: string; run: () => Promise<Figures> };
const { json } = program.opts<{ json?: boolean }>();
if (!json) console.log(bench.about);
const figures = await bench.run();
if (json) console.log(JSON.stringify(figures));
else console.table(figures);
