// Runs the contracts' tests over instrumented contracts. Exits 1 where a line or a statement of contracts/ has not run.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { coverageOf } from "./lib/coverage.ts";
import { UserError } from "./lib/errors.ts";
import { fail, print } from "./lib/output.ts";

const root = join(import.meta.dirname, "..");

function main(options: { json?: boolean }): void {
  const tests = globSync("test/{contracts,attacks}/**/*.test.ts", { cwd: root }).sort();
  // A build of its own: the instrumented contracts must not be taken for the project's.
  const env = { ...process.env, TRIBUTARY_BUILD: join(root, "build/coverage") };
  const run = spawnSync(join(root, "node_modules/.bin/hardhat"), ["test", "mocha", "--coverage", ...tests], {
    cwd: root,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (run.status !== 0) throw new UserError(`The tests fail:\n${run.stdout.trimEnd()}`);
  const files = coverageOf(run.stdout, "contracts/");
  if (files.length === 0) throw new UserError("Hardhat tells no coverage of contracts/.");
  const gaps = files.filter(({ lines, statements }) => lines < 100 || statements < 100);
  const text = [
    ...gaps.map(
      ({ file, lines, statements, uncovered }) =>
        `${file}: ${lines} % of the lines, ${statements} % of the statements; not: ${uncovered || "a part of a line"}`,
    ),
    `${files.length - gaps.length} of ${files.length} files are covered, every line and statement. Details: coverage/html.`,
  ].join("\n");
  print({ text, data: { ok: gaps.length === 0, files } }, options.json ?? false);
  if (gaps.length > 0) process.exitCode = 1;
}

const script = new Command("npm run coverage --")
  .description("Tells which lines and statements of the contracts no test runs.")
  .option("--json", "print one JSON object: ok, files")
  .parse();

const options = script.opts<{ json?: boolean }>();
try {
  main(options);
} catch (error) {
  fail(error, options.json ?? false);
}
