// Trains a version again from its manifest and says whether every bit is the same. Exits 1 where one differs.
import { join } from "node:path";
import { Command } from "commander";
import { type Difference, inputsOf, loadArtifact, loadDataset, loadReferences, reproduce } from "../factory/index.ts";
import { loadBase } from "../lm/index.ts";
import { positive } from "./lib/numbers.ts";
import { fail, print } from "./lib/output.ts";
import { progressOn } from "./lib/progress.ts";

const root = join(import.meta.dirname, "..");

interface Options {
  data: string;
  references?: string;
  base: string;
  threads?: number;
  json?: boolean;
}

async function main(folder: string, options: Options): Promise<void> {
  const base = await loadBase(options.base);
  const artifact = await loadArtifact(folder, base);
  const { manifest } = artifact;
  const files = await loadDataset(options.data);
  const rowsByRoot = new Map(files.map((file) => [file.root, file.rows]));
  const references = manifest.references.rows === 0 ? [] : await loadReferences(referencesPath(options));
  const inputs = inputsOf(manifest, rowsByRoot, references);
  const train = (report?: (done: number, total: number) => void) =>
    reproduce(base, artifact, inputs, {
      ...(options.threads !== undefined && { threads: options.threads }),
      ...(report && { onProgress: ({ done, total }) => report(done, total) }),
    });
  const difference = options.json ? await train() : await progressOn().step("Training again", train);
  const data = { equal: difference === null, adapter: manifest.adapter, manifest: artifact.manifestHash, difference };
  print({ text: verdict(data.adapter, difference), data }, options.json ?? false);
  if (difference) process.exitCode = 1;
}

function referencesPath({ data, references }: Options): string {
  return references ?? join(data, "questions.json");
}

function verdict(adapter: string, difference: Difference | null): string {
  if (!difference) return `Equal to the bit: adapter ${adapter}.`;
  const { where, expected, found } = difference;
  return `DIFFERS, first at ${where}: the artifact has ${JSON.stringify(expected)}, training again ${JSON.stringify(found)}.`;
}

const script = new Command("npm run reproduce --")
  .description("Trains a version again from its manifest, and says equal or where it differs first.")
  .argument("[folder]", "artifact: manifest.json, evaluation.json, adapter/", join(root, ".tributary/artifacts/expert"))
  .option("--data <dir>", "folder of the contributions' JSON Lines files", join(root, "data/builtin"))
  .option("--references <file>", "reference answers (default: questions.json of the data)")
  .option("--base <dir>", "base model", join(root, "models/base"))
  .option("--threads <n>", "worker threads (default: all processors)", positive)
  .option("--json", "print one JSON object: equal, adapter, manifest, difference")
  .parse();

const options = script.opts<Options>();
try {
  await main(script.processedArgs[0] as string, options);
} catch (error) {
  fail(error, options.json ?? false);
}
process.exit();
