import { type ChildProcess, fork } from "node:child_process";
import { globSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { type Artifacts, ROOT } from "./compiler.ts";
import type { SuiteReport } from "./suite.ts";

const SUITE = join(import.meta.dirname, "suite.ts");
/** Modules that are loaded anew stay in memory: a process ends after so many runs. */
const RUNS = 200;

/** A build of its own, in which mutated contracts take the place of the project's, and a process that tests it. */
export class Workbench {
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #runs = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Begins anew from the project's build: hard links, but for the compiler's records, which no test needs. */
  reset(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    for (const file of globSync("artifacts/**/*.{json,ts}", { cwd: ROOT })) {
      if (file.split(sep)[1] === "build-info") continue;
      mkdirSync(dirname(join(this.#folder, file)), { recursive: true });
      linkSync(join(ROOT, file), join(this.#folder, file));
    }
  }

  put(artifacts: Artifacts): void {
    for (const [name, text] of artifacts) {
      const path = join(this.#folder, "artifacts", name);
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { force: true }); // never write through a link into the project's build
      writeFileSync(path, text);
    }
  }

  /** Runs test files in this order until one fails; undefined where that takes more than `seconds`. */
  async test(files: string[], seconds: number): Promise<SuiteReport | undefined> {
    if (++this.#runs % RUNS === 0) this.end();
    const child = (this.#process ??= this.#start());
    const report = await new Promise<SuiteReport | { broken: string } | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), seconds * 1000);
      const settle = (answer: SuiteReport | { broken: string }) => {
        clearTimeout(timer);
        child.off("exit", exited);
        resolve(answer);
      };
      const exited = () => settle({ broken: "the process ended" });
      child.once("message", (answer) => settle(answer as SuiteReport));
      child.once("exit", exited);
      child.send(files);
    });
    if (report !== undefined && "passed" in report) return report;
    this.end();
    if (report !== undefined) throw new Error(`the tests broke off: ${report.broken}`);
    return undefined;
  }

  end(): void {
    this.#process?.removeAllListeners();
    this.#process?.kill("SIGKILL");
    this.#process = undefined;
  }

  #start(): ChildProcess {
    const env = { ...process.env, TRIBUTARY_BUILD: this.#folder, NODE_ENV: "test" };
    return fork(SUITE, [], { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  }
}
