// The scenario in a headless Chromium: a server on loopback hands it the project's sources without their types, and the
// kernels as WebAssembly; worker threads become the browser's workers.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { markWide, WIDE_FLAGS } from "../../lm/kernels/wide.ts";
import { compiled } from "../../wasm/compile.ts";
import type { Run } from "./scenario.ts";

const root = join(import.meta.dirname, "../..");
const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const TIMEOUT = 300_000;

const MODULES: Record<string, string> = {
  kernels: "lm/kernels/assembly/",
  keccak: "protocol/keccak/assembly/",
};

/** In place of wasm/compile.ts, since a browser compiles no AssemblyScript. */
const COMPILED = `export async function compiled(name) {
  return new Uint8Array(await (await fetch("/wasm/" + name)).arrayBuffer());
}`;

const page = (threads: readonly number[]) => `<!doctype html><script src="/browser.js"></script><script type="module">
  let answer;
  try {
    const { run } = await import("/scripts/determinism/scenario.ts");
    answer = [];
    for (const threads of ${JSON.stringify(threads)}) answer.push(await run(threads));
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  await fetch("/result", { method: "POST", body: JSON.stringify(answer) });
</script>`;

/** The Chromium that is installed, or null. */
export function findChromium(): { path: string; version: string } | null {
  for (const path of PATHS) {
    const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
    if (status === 0) return { path, version: stdout.trim().split(" ").slice(0, 2).join(" ") };
  }
  return null;
}

/**
 * Runs the scenario with so many threads each; `wide` has V8 join lanes into 256 bits wherever it can. Throws an Error
 * where the page fails or says nothing.
 */
export async function runInChromium(path: string, threads: readonly number[], wide: boolean): Promise<Run[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Run[]>();
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      receive(request).then((text) => {
        const answer = JSON.parse(text) as Run[] | { error: string };
        if ("error" in answer) reject(new Error(answer.error));
        else resolve(answer);
      }, reject);
      response.end();
      return;
    }
    serve(request.url ?? "/", response, threads, wide).catch((error: unknown) => {
      response.statusCode = 404;
      response.end(String(error));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(tmpdir(), "tributary-chromium-"));
  const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${profile}`];
  if (wide) options.push(`--js-flags=${WIDE_FLAGS.join(",")}`);
  const child = spawn(path, [...options, `http://127.0.0.1:${port}/`], { stdio: "ignore" });
  const closed = new Promise((done) => child.once("close", done));
  child.once("error", reject);
  closed.then((code) => reject(new Error(`Chromium ended with code ${code}`)));
  const timer = setTimeout(() => reject(new Error("Chromium gave no answer in time")), TIMEOUT);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.kill();
    await closed;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function receive(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

async function serve(url: string, response: ServerResponse, threads: readonly number[], wide: boolean): Promise<void> {
  const { pathname } = new URL(url, "http://localhost");
  const send = (type: string, body: string | Uint8Array) => {
    // memory is shared between threads only on a page that is isolated
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    response.setHeader("Content-Type", type);
    response.end(body);
  };
  if (pathname === "/") return send("text/html", page(threads));
  if (pathname === "/browser.js" || pathname === "/worker.js") {
    return send("text/javascript", readFileSync(join(import.meta.dirname, "browser.mjs")));
  }
  if (pathname === "/wasm/compile.ts") return send("text/javascript", COMPILED);
  const sources = MODULES[pathname.replace("/wasm/", "")];
  if (sources) {
    const binary = await compiled(pathname.slice(6), new URL(`../../${sources}`, import.meta.url));
    return send("application/wasm", wide ? markWide(binary) : binary);
  }
  if (!/^\/(lm|oracle|protocol|scripts)\/[\w./-]+\.ts$/.test(normalize(pathname))) throw new Error(`no ${pathname}`);
  return send("text/javascript", forBrowser(readFileSync(join(root, normalize(pathname)), "utf8")));
}

/** A source without its types, whose imports from outside the project come from browser.mjs. */
export function forBrowser(source: string): string {
  return stripTypeScriptTypes(source).replace(
    /^import\s*\{([^}]*)\}\s*from\s*"([^."][^"]*)"/gm,
    (_, names: string, from: string) => `const {${names.replaceAll(" as ", ": ")}} = foreignModule("${from}")`,
  );
}
