// Measures whether a trained version can be attributed, and computes the features that its index commits.
import { join } from "node:path";
import { Command } from "commander";
import { gaugedFeatures } from "../oracle/audit/gate.ts";
import { engineNamed } from "../oracle/engines/index.ts";
import { tangent } from "../oracle/engines/tangent.ts";
import { writeFeatures } from "../oracle/feature-file.ts";
import type { Gauge } from "../oracle/gauge-file.ts";
import { AT_END } from "../oracle/quadrature.ts";
import { positive } from "./lib/numbers.ts";
import { fail, print } from "./lib/output.ts";
import { progressOn } from "./lib/progress.ts";
import { openVersion } from "./lib/version.ts";

const root = join(import.meta.dirname, "..");

interface Options {
  data: string;
  references?: string;
  base: string;
  threads?: number;
  explore?: boolean;
  json?: boolean;
}

async function main(model: string, options: Options): Promise<void> {
  const { artifact, run } = await openVersion({ ...options, model });
  try {
    const { engine: name, optimiser } = artifact.manifest.config;
    // what Adam trained has an explanation at w = 1, and no other
    const engine = optimiser === "adam" && options.explore ? tangent(AT_END) : engineNamed(name);
    const { explore = false } = options;
    const compute = (onProgress?: (done: number, total: number) => void) =>
      gaugedFeatures({ ...run, ...(onProgress && { onProgress }) }, engine, { explore });
    const { features, gauge } = await (options.json
      ? compute()
      : progressOn().step("Computing features", (report) => compute(report)));
    const out = join(model, "features");
    await writeFeatures(features, out, gauge);
    print({ text: report(gauge, out), data: { ...gauge, features: out } }, options.json ?? false);
  } finally {
    await run.engine.close();
  }
}

function report({ engine, indexRoot, smoothness, efficiency, unsmooth }: Gauge, out: string): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    `Engine ${engine}, index ${indexRoot}`,
    ...(smoothness === null ? [] : [`Finite differences agree by ${smoothness.toFixed(4)}.`]),
    `Scores miss what fine-tuning gained by ${percent(efficiency.total)}, answer by answer by ${percent(efficiency.perAnswer)}.`,
    ...(unsmooth === null ? [] : [`UNSMOOTH, it cannot be proposed: ${unsmooth}.`]),
    `Written: ${out}`,
  ].join("\n");
}

const script = new Command("npm run features --")
  .description(
    "Measures whether a trained version can be attributed by the engine that its manifest names, and computes the features that its index commits. An unsmooth run is refused.",
  )
  .argument("[folder]", "artifact: manifest.json, evaluation.json, adapter/", join(root, ".tributary/artifacts/expert"))
  .option("--explore", "go on with an unsmooth run; its features are marked, and cannot be proposed")
  .option("--data <dir>", "folder of the contributions' JSON Lines files", join(root, "data/builtin"))
  .option("--references <file>", "reference answers (default: questions.json of the data)")
  .option("--base <dir>", "base model", join(root, "models/base"))
  .option("--threads <n>", "worker threads (default: all processors)", positive)
  .option("--json", "print the gauge as one JSON object")
  .parse();

const options = script.opts<Options>();
try {
  await main(script.processedArgs[0] as string, options);
} catch (error) {
  fail(error, options.json ?? false);
}
process.exit();
