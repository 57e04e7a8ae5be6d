import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./compiler.ts";

/** What is known of a mutant before any test: it does not compile, or its code is that of the original. */
export type Verdict = "invalid" | "same";

type Line = { mutant: string; verdict: Verdict } | { mutant: string; test: string; killed: string | null };

/**
 * What earlier runs found, line by line in one file, so that a run that broke off is taken up where it was. A test counts
 * by its text and that of all it imports, a mutant by its whole text and that of the contracts compiled with it. Contracts
 * that stand beside it in a test only are not counted.
 */
export class Results {
  readonly #path: string;
  readonly #verdicts = new Map<string, Verdict>();
  readonly #tests = new Map<string, string | null>();
  readonly #hashes = new Map<string, string>();

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) return;
    for (const text of readFileSync(path, "utf8").split("\n")) {
      const line = parsed(text);
      if (line !== undefined) this.#keep(line);
    }
  }

  verdict(mutant: string): Verdict | undefined {
    return this.#verdicts.get(mutant);
  }

  /** The case of this test file that killed the mutant, null where all passed, undefined where it has not run. */
  killed(mutant: string, file: string): string | null | undefined {
    return this.#tests.get(`${mutant} ${this.#test(file)}`);
  }

  judge(mutant: string, verdict: Verdict): void {
    this.#add({ mutant, verdict });
  }

  record(mutant: string, file: string, killed: string | null): void {
    this.#add({ mutant, test: this.#test(file), killed });
  }

  #test(file: string): string {
    const known = this.#hashes.get(file);
    if (known !== undefined) return known;
    const hash = digest(...[...closure(join(ROOT, file))].sort().map((path) => readFileSync(path, "utf8")));
    this.#hashes.set(file, hash);
    return hash;
  }

  #add(line: Line): void {
    this.#keep(line);
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }

  #keep(line: Line): void {
    if ("verdict" in line) this.#verdicts.set(line.mutant, line.verdict);
    else this.#tests.set(`${line.mutant} ${line.test}`, line.killed);
  }
}

/** A module and what of the project it imports, directly or not, types aside. */
function closure(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file)) return known;
  known.add(file);
  for (const [, name] of readFileSync(file, "utf8").matchAll(/^(?:import|export|\}) (?!type).*from "(\.[^"]+)"/gm))
    closure(join(dirname(file), name!), known);
  return known;
}

/** The last line may be half written. */
function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

export function digest(...texts: string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text).update("\0");
  return hash.digest("hex").slice(0, 24);
}
