// Recomputes a posting's bundle, and with --rpc compares it with the chain. Exits 1 at the first mismatch.
import { existsSync } from "node:fs";
import { Command } from "commander";
import { openChain } from "../oracle/chain.ts";
import { Mismatch } from "../oracle/mismatch.ts";
import { latestBundle } from "../oracle/publish.ts";
import { type ReadBundle, readBundle } from "../oracle/read-bundle.ts";
import { verifyBundle } from "../oracle/verify.ts";
import { checkAddresses, verifyOnChain } from "../oracle/verify-chain.ts";
import { deploymentPath, readDeployment } from "../protocol/deployment.ts";
import { UserError } from "./lib/errors.ts";
import { toJson } from "./lib/output.ts";

const FOLDER = ".tributary/bundles";

interface Options {
  rpc?: string;
  deployment?: string;
  json?: boolean;
}

async function run(given: string | undefined, options: Options): Promise<void> {
  const checks: string[] = [];
  const onCheck = (line: string): void => {
    checks.push(line);
    if (!options.json) process.stdout.write(`ok  ${line}\n`);
  };
  const report: Record<string, unknown> = { ok: false, checks };
  try {
    const directory = given ?? (await latestBundle(FOLDER));
    if (directory === null) throw new UserError(`No bundle is in ${FOLDER}: name a directory.`);
    const bundle = await readBundle(directory);
    report.hash = bundle.hash;
    await verifyBundle(bundle, onCheck);
    if (options.rpc !== undefined) {
      compareAddresses(bundle, options, onCheck);
      await verifyOnChain(bundle, await openChain(options.rpc, bundle), onCheck);
    }
    report.ok = true;
    if (!options.json) process.stdout.write(`The bundle is right: ${checks.length} checks passed.\n`);
  } catch (error) {
    process.exitCode = 1;
    const message = error instanceof Error ? error.message : String(error);
    report.error = message;
    if (error instanceof Mismatch) {
      const { list, position, expected, found } = error;
      report.mismatch = { list, position, expected, found };
    }
    if (!options.json) process.stderr.write(`${error instanceof Mismatch ? "MISMATCH" : "Error"}: ${message}\n`);
  }
  if (options.json) process.stdout.write(`${toJson(report)}\n`);
}

/** Where a deployment file is at hand, the contracts must be those that it names. */
function compareAddresses(bundle: ReadBundle, options: Options, onCheck: (line: string) => void): void {
  const path = options.deployment ?? deploymentPath();
  if (options.deployment === undefined && !existsSync(path)) {
    onCheck("addresses: taken from the bundle, for no deployment file is there to compare them with");
    return;
  }
  checkAddresses(bundle, readDeployment(path));
  onCheck(`addresses: those of ${path}`);
}

const program = new Command("verify")
  .description("Recompute a posting's bundle from its files, and compare it with the chain.")
  .argument("[bundle]", `bundle directory (default: the newest in ${FOLDER})`)
  .option("--rpc <url>", "compare with the chain of this node too")
  .option(
    "--deployment <file>",
    "deployment file that names the contracts (default: TRIBUTARY_DEPLOYMENT or .tributary/deployment.json)",
  )
  .option("--json", "print one JSON object: ok, hash, checks, mismatch")
  .addHelpText(
    "after",
    "\nExits 0 where everything agrees, 1 at the first mismatch, which it names by list, position, expected and found.",
  )
  .action(run);

await program.parseAsync();
