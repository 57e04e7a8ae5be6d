import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./errors.ts";

/** Keeps what a commitment hides in a folder, one file each, written whole and readable by its owner alone. */
export class Secrets {
  readonly #folder: string;

  constructor(home: string) {
    this.#folder = join(home, "secrets");
  }

  save(name: string, secret: object): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = join(this.#folder, `${name}.json`);
    writeFileSync(`${file}.tmp`, `${JSON.stringify(secret)}\n`, { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  }

  /** Throws a UserError where nothing of that name was kept here. */
  load<T>(name: string): T {
    const file = join(this.#folder, `${name}.json`);
    try {
      return JSON.parse(readFileSync(file, "utf8")) as T;
    } catch {
      throw new UserError(`What was committed is not kept here: there is no ${file}.`);
    }
  }
}
