// Says whether training, features and scores come out the same to the bit everywhere on this machine. Exits 1 where not.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { Command } from "commander";
import { findChromium, runInChromium } from "./determinism/chromium.ts";
import { describe, type Report, type Row, reportOn } from "./determinism/report.ts";
import type { Run } from "./determinism/scenario.ts";
import { fail, print } from "./lib/output.ts";
import { progressOn } from "./lib/progress.ts";

const THREADS = [1, 2, 4];
const VERSIONS = [22, 24, 26];
const HERE = Number.parseInt(process.versions.node, 10);

function execute(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    child.stdout.on("data", (data) => (stdout += data));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout }));
  });
}

/** Where Node of that major version is, or null: the one that runs this, else from npm. */
async function findNode(major: number): Promise<string | null> {
  if (major === HERE) return process.execPath;
  const args = ["--yes", "--loglevel=silent", "--package", `node@${major}`, "node", "-p", "process.execPath"];
  const { code, stdout } = await execute("npx", args, process.env).catch(() => ({ code: 1, stdout: "" }));
  return code === 0 ? stdout.trim() : null;
}

async function inNode(path: string, major: number, plain: boolean): Promise<Row[]> {
  const env = { ...process.env, TRIBUTARY_KERNELS: plain ? "plain" : "" };
  const flags = ["--disable-warning=ExperimentalWarning", ...(major < 24 ? ["--experimental-strip-types"] : [])];
  const script = join(import.meta.dirname, "determinism/run.ts");
  const { code, stdout } = await execute(path, [...flags, script, ...THREADS.map(String)], env);
  if (code !== 0) throw new Error(`the run in Node ${major} failed`);
  return (JSON.parse(stdout) as Run[]).map((run) => ({ where: `Node ${major}`, ...run }));
}

async function compare(here: boolean): Promise<Report> {
  const runs: Row[] = [];
  const skipped: string[] = [];
  const { step } = progressOn();
  for (const major of here ? [HERE] : VERSIONS) {
    const path = await findNode(major);
    if (!path) {
      skipped.push(`Node ${major}: npm does not have it for this machine`);
      continue;
    }
    const plain = await step(`Node ${major}, 128 bits`, () => inNode(path, major, true));
    const quickest = await step(`Node ${major}, quickest`, () => inNode(path, major, false));
    runs.push(...plain);
    if (quickest.every(({ wide }) => wide)) runs.push(...quickest);
    else skipped.push(`Node ${major} with 256 bits: its V8 or this processor does not take them`);
  }
  const chromium = here ? null : findChromium();
  if (chromium) {
    const { path, version } = chromium;
    for (const wide of [false, true]) {
      const title = `${version}, ${wide ? 256 : 128} bits`;
      const found = await step(title, () => runInChromium(path, THREADS, wide));
      runs.push(...found.map((run) => ({ where: version, ...run })));
    }
  } else if (!here) skipped.push("Chromium: it is not installed");
  return reportOn(runs, skipped);
}

const script = new Command("npm run determinism --")
  .description(
    "Trains, attributes and scores on 1, 2 and 4 threads, with and without 256 bits, in Node 22, 24 and 26 and in Chromium, and says whether all bits are the same.",
  )
  .option("--here", "only in the Node that runs this")
  .option("--json", "print one JSON object: equal, runs, skipped")
  .parse();
const { here = false, json = false } = script.opts<{ here?: boolean; json?: boolean }>();
try {
  const report = await compare(here);
  print({ text: describe(report), data: report }, json);
  if (!report.equal) process.exitCode = 1;
} catch (error) {
  fail(error, json);
}
