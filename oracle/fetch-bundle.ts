import { constants } from "node:fs";
import { mkdir, mkdtemp, open, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hex } from "viem";
import { BUNDLE_FILES, bundleHashOf, HASH_FILE } from "./bundle.ts";
import { BundleError, MAX_FILE } from "./read-bundle.ts";

const MAX_REDIRECTS = 5;
/** Characters of a URI; posters choose them. */
const MAX_URI = 2_048;

export interface FetchOptions {
  /** Folder in which fetched bundles are kept, each in a directory named by its hash. */
  cache: string;
  /** Folders that bundles may be taken from by path or file: URI; elsewhere nothing is opened. */
  folders?: readonly string[];
  /** Base URL of the gateway that ipfs:// goes through; without one it is refused. */
  gateway?: string;
  /** All files of a bundle together. */
  maxBytes?: number;
  /** For a whole bundle, of one URI. */
  maxSeconds?: number;
}

/**
 * Brings the bundle of that hash into the cache and returns its directory. The URIs name a directory each and are tried
 * in turn: a path, file:, http(s): (so any S3-compatible store), ipfs:. The content is what counts, so it may come from
 * anywhere: nothing is kept that does not have the hash. Bytes, time and redirects are bounded; nothing is ever left half
 * written. Throws {@link BundleError} with the fault of the first URI, and what each one gave.
 */
export async function fetchBundle(uris: readonly string[], hash: Hex, options: FetchOptions): Promise<string> {
  const directory = join(options.cache, hash);
  if ((await hashOf(directory)) === hash) return directory;
  const errors: BundleError[] = [];
  for (const uri of uris) {
    try {
      await fetchFrom(uri, hash, directory, options);
      return directory;
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      errors.push(error);
    }
  }
  const [first] = errors;
  if (first === undefined) throw new BundleError("missing", `no place is known for the bundle ${hash}`);
  throw new BundleError(first.fault, errors.map(({ message }) => message).join("; "));
}

/** Writes three files and their hash beside `directory` and, where they have the hash, in its place. */
async function fetchFrom(uri: string, hash: Hex, directory: string, options: FetchOptions): Promise<void> {
  const { cache, maxBytes = 2 * MAX_FILE, maxSeconds = 120 } = options;
  const place = await locate(uri, options);
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, ".fetch-"));
  const budget: Budget = { maxBytes, left: maxBytes, signal: AbortSignal.timeout(1_000 * maxSeconds), maxSeconds };
  try {
    for (const name of BUNDLE_FILES) {
      const file = await open(join(temporary, name), "wx");
      try {
        const sink: Sink = (chunk) => file.writeFile(chunk);
        if (typeof place === "string") await copy(join(place, name), sink, budget);
        else await download(within(place, name), sink, budget);
      } finally {
        await file.close();
      }
    }
    const found = await hashOf(temporary);
    if (found !== hash) throw new BundleError("hash", `${uri} has the bundle ${found}, not ${hash}`);
    await writeFile(join(temporary, HASH_FILE), `${hash}\n`);
    await rm(directory, { recursive: true, force: true });
    await rename(temporary, directory);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * A file over HTTP, within the bounds of {@link fetchBundle}; null where there is none. Throws {@link BundleError}.
 */
export async function fetchBytes(url: string, maxBytes = MAX_FILE, maxSeconds = 120): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  const budget: Budget = { maxBytes, left: maxBytes, signal: AbortSignal.timeout(1_000 * maxSeconds), maxSeconds };
  try {
    await download(new URL(url), async (chunk) => void chunks.push(chunk), budget);
  } catch (error) {
    if (error instanceof BundleError && error.fault === "missing") return null;
    throw error;
  }
  return Buffer.concat(chunks);
}

/** Takes what comes, chunk by chunk. */
type Sink = (chunk: Uint8Array) => Promise<void>;

interface Budget {
  readonly maxBytes: number;
  left: number;
  readonly signal: AbortSignal;
  readonly maxSeconds: number;
}

/** The hash of a bundle directory's files; null where they are not all there. */
async function hashOf(directory: string): Promise<Hex | null> {
  try {
    const files: { name: string; bytes: Buffer }[] = [];
    for (const name of BUNDLE_FILES) files.push({ name, bytes: await readFile(join(directory, name)) });
    return bundleHashOf(files);
  } catch {
    return null;
  }
}

/** A URI as a path on this machine or a URL to ask. */
async function locate(uri: string, { folders = [], gateway }: FetchOptions): Promise<string | URL> {
  const refuse = (reason: string): never => {
    throw new BundleError("refused", `${uri.slice(0, MAX_URI)} ${reason}`);
  };
  if (uri.length > MAX_URI) refuse("… is too long");
  if (isAbsolute(uri)) return inside(uri, folders);
  if (!URL.canParse(uri)) refuse("is neither a path nor a URI");
  const url = new URL(uri);
  if (url.username !== "" || url.password !== "") refuse("holds a password");
  switch (url.protocol) {
    case "http:":
    case "https:":
      return url;
    case "file:":
      if (url.host !== "") refuse("is on another machine");
      // It may hold what no path can: an encoded slash or a zero byte.
      return inside(tryPath(url) ?? refuse("is no path"), folders);
    case "ipfs:": {
      const [, content, rest] = /^ipfs:\/\/([A-Za-z0-9]+)(\/[\w./-]*)?$/.exec(uri) ?? refuse("names no content");
      if (gateway === undefined) return refuse("needs an IPFS gateway");
      return within(new URL(gateway), `ipfs/${content}${rest ?? ""}`);
    }
    default:
      return refuse(`has a scheme that bundles are not fetched by`);
  }
}

function tryPath(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** The real path, where it lies in one of the folders. */
async function inside(path: string, folders: readonly string[]): Promise<string> {
  const real = await realpath(path).catch(() => null);
  if (real === null) throw new BundleError("missing", `there is no ${path}`);
  for (const folder of folders) {
    const way = relative(await realpath(folder).catch(() => folder), real);
    if (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return real;
  }
  throw new BundleError("refused", `${path} is outside the folders that bundles are taken from`);
}

/** `name` below the directory that a URL is; its query stays. */
function within(base: URL, name: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${name}`;
  return url;
}

async function copy(path: string, to: Sink, budget: Budget): Promise<void> {
  // Neither a link out of the folder nor a pipe that blocks whoever opens it.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const from = await open(path, flags).catch(() => {
    throw new BundleError("missing", `there is no file ${path}`);
  });
  try {
    if (!(await from.stat()).isFile()) throw new BundleError("refused", `${path} is no regular file`);
    await keep(from.createReadStream({ autoClose: false }), path, to, budget);
  } finally {
    await from.close();
  }
}

async function download(url: URL, to: Sink, budget: Budget): Promise<void> {
  const response = await ask(url, budget);
  const declared = response.headers.get("content-length");
  if (declared !== null && Number(declared) > Math.min(budget.left, MAX_FILE)) {
    await response.body?.cancel();
    throw tooMuch(url.href, budget);
  }
  try {
    await keep(response.body ?? [], url.href, to, budget);
  } catch (error) {
    if (error instanceof BundleError) throw error;
    if (budget.signal.aborted) throw tooLate(url.href, budget);
    throw new BundleError("truncated", `${url.href} broke off: ${reason(error)}`);
  }
}

/** The answer at the end of the redirects. */
async function ask(url: URL, budget: Budget): Promise<Response> {
  let at = url;
  for (let redirects = 0; ; redirects++) {
    let response: Response;
    try {
      const headers = { "accept-encoding": "identity" };
      response = await fetch(at, { redirect: "manual", headers, signal: budget.signal });
    } catch (error) {
      if (budget.signal.aborted) throw tooLate(url.href, budget);
      throw new BundleError("unreachable", `${at.href} cannot be reached: ${reason(error)}`);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    const location = response.headers.get("location");
    const { status } = response;
    if (status === 404 || status === 410) throw new BundleError("missing", `${at.href} is not there`);
    if (status < 300 || status >= 400 || location === null) {
      throw new BundleError("unreachable", `${at.href} answers with status ${status}`);
    }
    if (redirects === MAX_REDIRECTS) {
      throw new BundleError("redirect", `${url.href} redirects more than ${MAX_REDIRECTS} times`);
    }
    const next = URL.canParse(location, at.href) ? new URL(location, at) : null;
    if (next === null || !["http:", "https:"].includes(next.protocol)) {
      throw new BundleError("redirect", `${at.href} redirects to ${location}, which is not fetched`);
    }
    at = next;
  }
}

/** Hands on chunk by chunk, and stops where they are too many or come too late. */
async function keep(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  from: string,
  to: Sink,
  budget: Budget,
): Promise<void> {
  let bytes = 0;
  for await (const chunk of chunks) {
    if (budget.signal.aborted) throw tooLate(from, budget);
    bytes += chunk.length;
    budget.left -= chunk.length;
    if (budget.left < 0 || bytes > MAX_FILE) throw tooMuch(from, budget);
    await to(chunk);
  }
}

const tooMuch = (from: string, { maxBytes }: Budget) =>
  new BundleError("huge", `${from} goes beyond ${Math.min(maxBytes, MAX_FILE)} bytes`);

const tooLate = (from: string, { maxSeconds }: Budget) =>
  new BundleError("timeout", `${from} takes longer than ${maxSeconds} s`);

/** The node library hides what went wrong in the cause. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: string; message?: string };
  return code ?? message ?? String(cause);
}
