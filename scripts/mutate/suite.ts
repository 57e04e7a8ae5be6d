/**
 * A process that runs tests over the artifacts of TRIBUTARY_BUILD again and again, each time on a chain of its own and
 * with the tests' modules loaded anew, but without starting Node and Hardhat again. Takes a list of files by message;
 * runs them in this order, as Hardhat's own runner would, until one fails; answers with a {@link SuiteReport}.
 */
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { artifacts, config, network } from "hardhat";
import Mocha from "mocha";

export interface SuiteReport {
  /** Seconds of each file that passed. */
  passed: Record<string, number>;
  /** The first case that failed, and its file. */
  failed?: { file: string; test: string };
}

/** Modules that keep something of a chain: the tests' own. */
const TESTS = `${pathToFileURL(resolve("test")).href}/`;

let run = 0;
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!found.url.startsWith(TESTS) || !found.url.endsWith(".ts")) return found;
    return { ...found, url: `${found.url}?run=${run}` };
  },
});

type Connection = Awaited<ReturnType<typeof network.create>>;
let connection: Promise<Connection> | undefined;
// Code that is not optimised may be longer than a chain allows.
network.getOrCreate = (() =>
  (connection ??= network.create({
    override: { allowUnlimitedContractSize: true },
  }) as Promise<Connection>)) as typeof network.getOrCreate;

async function test(files: string[]): Promise<SuiteReport> {
  run++;
  await (await connection)?.close();
  connection = undefined;
  await artifacts.clearCache();

  const report: SuiteReport = { passed: {} };
  /** The file that a suite or a case stands in, as it is named among the arguments. */
  const fileOf = ({ file, parent }: { file?: string | undefined; parent?: Mocha.Suite | undefined }): string => {
    if (file === undefined) return parent === undefined ? "" : fileOf(parent);
    return files.find((name) => resolve(name) === resolve(file)) ?? "";
  };
  class Silent {
    constructor(runner: Mocha.Runner) {
      let started = performance.now();
      runner.on("fail", (runnable) => {
        report.failed ??= { file: fileOf(runnable), test: runnable.fullTitle() };
      });
      runner.on("suite end", (suite) => {
        if (!suite.parent?.root) return;
        const file = fileOf(suite);
        report.passed[file] = (report.passed[file] ?? 0) + (performance.now() - started) / 1000;
        started = performance.now();
      });
    }
  }

  const mocha = new Mocha({
    ...config.test.mocha,
    bail: true,
    reporter: Silent as unknown as Mocha.ReporterConstructor,
  });
  for (const file of files) {
    const path = resolve(file);
    mocha.suite.emit("pre-require", globalThis as unknown as Mocha.MochaGlobals, path, mocha);
    const module: unknown = await import(pathToFileURL(path).href);
    mocha.suite.emit("require", module, path, mocha);
    mocha.suite.emit("post-require", globalThis as unknown as Mocha.MochaGlobals, path, mocha);
  }
  await new Promise<void>((done) => mocha.run(() => done()));
  mocha.dispose();
  if (report.failed) delete report.passed[report.failed.file];
  return report;
}

process.on("message", (files: string[]) => {
  test(files).then(
    (report) => process.send!(report),
    (error) => process.send!({ broken: String(error.stack) }),
  );
});
