import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "./connection.ts";
import { UserError } from "./errors.ts";

const FILE = "server.json";

/** Notes beside the deployment where the inference server answers, for `pay` to find it. */
export function noteServer({ home }: Pick<Connection, "home">, url: string): void {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, FILE), `${JSON.stringify({ url })}\n`);
}

/** Takes the note back when the server stops. */
export function forgetServer({ home }: Pick<Connection, "home">): void {
  rmSync(join(home, FILE), { force: true });
}

/** The server: as given, else TRIBUTARY_SERVER, else as noted. Throws a UserError where there is none. */
export function findServer({ home }: Pick<Connection, "home">, given?: string): string {
  const url = given ?? process.env.TRIBUTARY_SERVER ?? noted(join(home, FILE));
  if (url === undefined) {
    throw new UserError("No inference server is known: start one with `npm start`, or name it with --server URL.");
  }
  if (!URL.canParse(url)) throw new UserError(`"${url}" is not a URL.`);
  return url;
}

function noted(file: string): string | undefined {
  try {
    const { url } = JSON.parse(readFileSync(file, "utf8")) as { url?: unknown };
    return typeof url === "string" ? url : undefined;
  } catch {
    return undefined; // nothing noted
  }
}
