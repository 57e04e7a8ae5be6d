/**
 * `npm test`: builds, then runs every check. The last line is `N passed, N failed`; the exit code is 1 where anything
 * failed. A check without test cases of its own (types, lint) counts as one.
 */
import { spawn } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";

const root = join(import.meta.dirname, "..");
const PROFILES = ["default", "ci"] as const;

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

const checks: Check[] = [
  { name: "build", command: ["hardhat", "build", "--quiet"] },
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

const program = new Command("npm test --")
  .description("Builds, then runs types, lint, contract, unit and end-to-end tests.")
  .option("--profile <name>", `depth: ${PROFILES.join(" or ")}`, "default")
  .option("--only <names...>", `run only these checks: ${checks.map((c) => c.name).join(", ")}`)
  .option("--update", "write the gas snapshot anew, where gas has changed as it should")
  .parse();
const { profile, only, update } = program.opts<{ profile: string; only?: string[]; update?: boolean }>();
if (!(PROFILES as readonly string[]).includes(profile))
  program.error(`unknown profile "${profile}": ${PROFILES.join(", ")}`);
const unknown = only?.find((name) => !checks.some((check) => check.name === name));
if (unknown) program.error(`unknown check "${unknown}": ${checks.map((c) => c.name).join(", ")}`);

const env = {
  ...process.env,
  TRIBUTARY_PROFILE: profile,
  ...(update && { TRIBUTARY_UPDATE: "1" }),
  PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}`,
};
const totals = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
if (!existsSync(join(root, "../shared/data/medquad"))) {
  lines.push("skipped: cases that need ../shared/data/medquad, which is absent");
}
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
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  lines.push(
    `${failed ? "FAILED" : "ok    "} ${check.name.padEnd(12)} ${passed} passed, ${failed} failed in ${seconds} s`,
  );
}
console.log(`\n${lines.join("\n")}`);
if (totals.skipped) console.log(`skipped: ${totals.skipped} cases`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed ? 1 : 0;
