/**
 * `npm test`: builds, then runs every check. The last line is `N passed, N failed`; the exit code is 1 where anything
 * failed. A check without test cases of its own (types, lint) counts as one.
 */
import { spawn } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { PROFILES, SEED } from "../test/invariants/profiles.ts";

const root = join(import.meta.dirname, "..");
/** Lines of a failed check that are shown again at the end. */
const LAST = 40;

interface Check {
  name: string;
  command: string[];
  /** The check counts its own cases, in mocha's closing lines. */
  cases?: boolean;
}

const mocha = (name: string, glob: string): Check => ({
  name,
  command: ["mocha", "--timeout", "600000", ...globSync(glob, { cwd: root }).sort()],
  cases: true,
});

/** Both checks compile all tests, and tell theirs by name: the runner knows what it compiled as a test's own file only. */
const solidity = (name: string, ...filter: string[]): Check => ({
  name,
  command: ["hardhat", "test", "solidity", ...filter],
  cases: true,
});
const CAMPAIGNS = "^(invariant_|test_everyAction)";

const checks: Check[] = [
  { name: "build", command: ["hardhat", "build", "--quiet", "--no-tests"] },
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "lint", command: ["biome", "check", "."] },
  { name: "solhint", command: ["solhint", "--max-warnings", "0", "contracts/**/*.sol"] },
  { name: "format", command: ["forge", "fmt", "--check"] },
  {
    name: "contracts",
    command: [
      "hardhat",
      "test",
      "mocha",
      "--no-compile",
      ...globSync("test/{contracts,attacks}/**/*.test.ts", { cwd: root }).sort(),
    ],
    cases: true,
  },
  {
    name: "gas",
    command: ["hardhat", "test", "mocha", "--no-compile", "test/gas/snapshot.test.ts"],
    cases: true,
  },
  solidity("fuzz", "--grep-exclude", CAMPAIGNS),
  solidity("invariants", "--grep", CAMPAIGNS),
  ...["wasm", "lm", "protocol", "factory", "oracle", "serving", "scripts"].map((part) =>
    mocha(part, `test/${part}/**/*.test.ts`),
  ),
  mocha("end to end", "test/e2e/**/*.test.ts"),
];

/** Runs a program of node_modules/.bin, shows and returns what it prints. */
function run([program, ...args]: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program!, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const show = (to: NodeJS.WriteStream) => (data: Buffer) => {
      output += data;
      to.write(data);
    };
    child.stdout.on("data", show(process.stdout));
    child.stderr.on("data", show(process.stderr));
    child.on("error", (error) => resolve({ code: 127, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The number before mocha's `passing`, `failing` or `pending`, summed over its reports. */
function count(output: string, word: string): number {
  return [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].reduce((sum, [, n]) => sum + Number(n), 0);
}

/** Of a failed check, what says why: mocha's list of failures, or the last lines. */
function reason(output: string): string {
  const lines = output.trimEnd().split("\n");
  const failures = lines.findIndex((line) => /^\s*\d+ failing$/.test(line));
  return (failures < 0 ? lines.slice(-LAST) : lines.slice(failures, failures + LAST)).join("\n");
}

const program = new Command("npm test --")
  .description("Builds, then runs types, lint, contract, unit and end-to-end tests.")
  .option("--profile <name>", `depth: ${Object.keys(PROFILES).join(", ")}`, "default")
  .option("--seed <number>", "seed of the Solidity fuzz and invariant tests", SEED)
  .option("--only <names...>", `run only these checks: ${checks.map((c) => c.name).join(", ")}`)
  .option("--update", "write the gas snapshot anew, where gas has changed as it should")
  .parse();
const { profile, only, seed, update } = program.opts<{
  profile: string;
  only?: string[];
  seed: string;
  update?: boolean;
}>();
if (!Object.hasOwn(PROFILES, profile)) {
  program.error(`unknown profile "${profile}": ${Object.keys(PROFILES).join(", ")}`);
}
if (!/^(0x[0-9a-f]+|\d+)$/i.test(seed)) program.error(`not a number: --seed ${seed}`);
const unknown = only?.find((name) => !checks.some((check) => check.name === name));
if (unknown) program.error(`unknown check "${unknown}": ${checks.map((c) => c.name).join(", ")}`);

const env = {
  ...process.env,
  TRIBUTARY_PROFILE: profile,
  ...(update && { TRIBUTARY_UPDATE: "1" }),
  TRIBUTARY_SEED: seed,
  PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}`,
};
const totals = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
const reasons: string[] = [];
if (!existsSync(join(root, "../shared/data/medquad"))) {
  lines.push("skipped: cases that need ../shared/data/medquad, which is absent");
}
console.log(`profile ${profile}, seed ${seed}`);
for (const check of checks) {
  if (only && !only.includes(check.name)) continue;
  console.log(`\n── ${check.name} ${"─".repeat(Math.max(0, 60 - check.name.length))}`);
  const start = performance.now();
  const { code, output } = await run(check.command, env);
  const passed = check.cases ? count(output, "passing") : Number(code === 0);
  // A run that dies without naming a failure has failed all the same; so has one that ran nothing.
  const failed = Math.max(check.cases ? count(output, "failing") : 0, Number(code !== 0 || passed === 0));
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += check.cases ? count(output, "pending") : 0;
  if (failed) reasons.push(`\n── ${check.name}: failed ──\n${reason(output)}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  lines.push(
    `${failed ? "FAILED" : "ok    "} ${check.name.padEnd(12)} ${passed} passed, ${failed} failed in ${seconds} s`,
  );
}
for (const text of reasons) console.log(text);
console.log(`\n${lines.join("\n")}`);
if (totals.skipped) console.log(`skipped: ${totals.skipped} cases`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed ? 1 : 0;
