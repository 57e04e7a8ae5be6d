import { globSync } from "node:fs";
import { UserError } from "../lib/errors.ts";
import { type Artifacts, ROOT, type Sources } from "./compiler.ts";
import type { Mutant } from "./mutants.ts";
import { digest, type Results } from "./results.ts";
import type { Workbench } from "./workbench.ts";

/** A contract to be mutated, and the globs of the tests that concern it; those that begin with ! take files out. */
export interface Target {
  source: string;
  tests: string[];
  /** Files to compile a mutant into, where not all that import the source are under these tests. */
  units?: string[];
}

export type Outcome = "killed" | "survived" | "same" | "invalid";

/** What became of a mutant; `by` is the case that killed it. */
export interface Judged {
  mutant: Mutant;
  outcome: Outcome;
  by?: string;
}

/** Test files that run before the others. */
const LIKELIEST = 2;

/** Judges the mutants of one contract. */
export class Judge {
  readonly #target: Target;
  readonly #sources: Sources;
  readonly #results: Results;
  readonly #units: string[];
  readonly #tests: string[];
  #original: Artifacts = new Map();
  #optimized: string | undefined;
  /** Seconds that each test file takes over the original. */
  #seconds: Record<string, number> = {};
  /** How often each test file killed a mutant of each function: the likeliest runs first. */
  readonly #kills = new Map<string, number>();

  constructor(target: Target, sources: Sources, results: Results) {
    this.#target = target;
    this.#sources = sources;
    this.#results = results;
    this.#units = target.units ?? sources.dependents(target.source);
    const not = target.tests.filter((glob) => glob.startsWith("!")).map((glob) => glob.slice(1));
    this.#tests = globSync(target.tests, { cwd: ROOT, exclude: not })
      .map((file) => file.replaceAll("\\", "/"))
      .sort();
    if (this.#tests.length === 0) throw new UserError(`No test concerns ${target.source}.`);
  }

  /** Runs the tests over the original: they have to pass. Returns its artifacts as one text. */
  async begin(workbenches: Workbench[]): Promise<string> {
    const { source } = this.#target;
    const artifacts = this.#sources.compile(this.#units, source, this.#sources.text(source));
    if (artifacts === undefined) throw new UserError(`${source} does not compile.`);
    this.#original = artifacts;
    for (const workbench of workbenches) workbench.reset();
    this.#seconds = await this.#pass(workbenches[0]!);
    return JSON.stringify([...artifacts]);
  }

  /** Runs them over the original again, on each workbench: what the mutants left behind must not make them fail. */
  async end(workbenches: Workbench[]): Promise<void> {
    for (const workbench of workbenches) await this.#pass(workbench);
  }

  async #pass(workbench: Workbench): Promise<Record<string, number>> {
    workbench.put(this.#original);
    const report = await workbench.test(this.#tests, 1_800);
    if (report === undefined) throw new UserError(`The tests of ${this.#target.source} take more than half an hour.`);
    if (report.failed) throw new UserError(`Without any mutation this fails already: ${report.failed.test}.`);
    return report.passed;
  }

  /** `original` is what {@link begin} returned. */
  async judge(mutant: Mutant, original: string, workbench: Workbench): Promise<Judged> {
    const key = this.#key(mutant);
    const known = this.#known(mutant, key);
    if (known !== undefined) return known;
    const artifacts = this.#sources.compile(this.#units, mutant.file, mutant.source);
    const verdict =
      artifacts === undefined ? "invalid" : JSON.stringify([...artifacts]) === original ? "same" : undefined;
    if (verdict !== undefined) {
      this.#results.judge(key, verdict);
      return { mutant, outcome: verdict };
    }
    workbench.put(artifacts!);
    const files = this.#inOrder(mutant).filter((file) => this.#results.killed(key, file) === undefined);
    // Most die of the likeliest tests: the others are not even loaded.
    for (const some of [files.slice(0, LIKELIEST), files.slice(LIKELIEST)]) {
      const killed = some.length === 0 ? undefined : await this.#test(mutant, key, some, workbench);
      if (killed !== undefined) return killed;
    }
    if (!this.#isSame(mutant)) return { mutant, outcome: "survived" };
    this.#results.judge(key, "same");
    return { mutant, outcome: "same" };
  }

  /** Runs these files over the mutant that is on the workbench; undefined where they pass. */
  async #test(mutant: Mutant, key: string, files: string[], workbench: Workbench): Promise<Judged | undefined> {
    const all = Object.values(this.#seconds).reduce((sum, each) => sum + each, 0);
    // Generous, for the machine may have other work: only what never ends takes as long.
    const report = await workbench.test(files, 60 + 5 * all);
    for (const file of Object.keys(report?.passed ?? {})) this.#results.record(key, file, null);
    if (report !== undefined && report.failed === undefined) return undefined;
    const { file, test } = report?.failed ?? { file: "", test: "it takes too long" };
    const killer = file || files[0]!;
    this.#results.record(key, killer, test);
    return this.#killed(mutant, killer, test);
  }

  /** Whether the optimised code is that of the original: then nobody can tell them apart. */
  #isSame(mutant: Mutant): boolean {
    const code = (source: string) =>
      JSON.stringify([...(this.#sources.compile(this.#units, mutant.file, source, true) ?? [])]);
    return code(mutant.source) === (this.#optimized ??= code(this.#sources.text(mutant.file)));
  }

  /** What earlier runs tell. */
  #known(mutant: Mutant, key: string): Judged | undefined {
    const verdict = this.#results.verdict(key);
    if (verdict !== undefined) return { mutant, outcome: verdict };
    const results = this.#tests.map((file) => [file, this.#results.killed(key, file)] as const);
    const killer = results.find(([, killed]) => typeof killed === "string");
    if (killer !== undefined) return this.#killed(mutant, killer[0], killer[1]!);
    return results.every(([, killed]) => killed === null) ? { mutant, outcome: "survived" } : undefined;
  }

  #killed(mutant: Mutant, file: string, by: string): Judged {
    const name = `${mutant.within} ${file}`;
    this.#kills.set(name, (this.#kills.get(name) ?? 0) + 1);
    return { mutant, outcome: "killed", by };
  }

  /** Test files, those first that are named after the function or have killed in it, then the short ones. */
  #inOrder({ within }: Mutant): string[] {
    const named = (file: string) => file.toLowerCase().includes(`.${within.replace(/^_/, "").toLowerCase()}.`);
    const rank = (file: string) => (this.#kills.get(`${within} ${file}`) ?? 0) + (named(file) ? 3 : 0);
    return [...this.#tests].sort(
      (a, b) => rank(b) - rank(a) || (this.#seconds[a] ?? 0) - (this.#seconds[b] ?? 0) || (a < b ? -1 : 1),
    );
  }

  #key(mutant: Mutant): string {
    const files = new Set(this.#units.flatMap((unit) => [...this.#sources.closure(unit)]));
    return digest(
      ...[...files].sort().map((file) => (file === mutant.file ? mutant.source : this.#sources.text(file))),
    );
  }
}
