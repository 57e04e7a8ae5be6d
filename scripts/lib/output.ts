import { UserError } from "./errors.ts";

/** What an action gives back: `text` for people, `data` for `--json`. */
export interface Outcome {
  text: string;
  data: object;
}

/** JSON text in which amounts in wei are decimal strings, since they do not fit a JSON number. */
export function toJson(data: unknown): string {
  return JSON.stringify(data, (_, value) => (typeof value === "bigint" ? value.toString() : value), 2);
}

/** Prints an outcome on standard output, as text or as one JSON object. */
export function print({ text, data }: Outcome, json: boolean): void {
  process.stdout.write(`${json ? toJson(data) : text}\n`);
}

/** Prints an error on standard error (with `--json`: `{error}` on standard output) and sets exit code 1. */
export function fail(error: unknown, json: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  if (json) process.stdout.write(`${toJson({ error: message })}\n`);
  else process.stderr.write(`Error: ${message}\n`);
  if (!(error instanceof UserError) && process.env.DEBUG) console.error(error);
  process.exitCode = 1;
}
