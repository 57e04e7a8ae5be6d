// Compiles the AssemblyScript kernels on first use and caches the WebAssembly under build/, named by what it was made
// from: the sources, the compiler's version and its options.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("./assembly/", import.meta.url));
const BUILD = fileURLToPath(new URL("../../build/", import.meta.url));
// no relaxed SIMD: its results may differ from machine to machine
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--use", "abort="];

/** The kernels as a WebAssembly binary, from the cache in the folder `build` or compiled now (a few seconds). */
export async function kernelBinary(build = BUILD): Promise<Uint8Array<ArrayBuffer>> {
  const files = (await readdir(SOURCES)).filter((name) => name.endsWith(".ts")).sort();
  const sources = new Map<string, string>();
  for (const name of files) sources.set(name, await readFile(join(SOURCES, name), "utf8"));
  const { version } = createRequire(import.meta.url)("assemblyscript/package.json") as { version: string };

  const digest = createHash("sha256").update(JSON.stringify([version, OPTIONS, [...sources]]));
  const path = join(build, `kernels.${digest.digest("hex").slice(0, 16)}.wasm`);
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const binary = await compile(sources);
  await mkdir(build, { recursive: true });
  // renamed in one step, so that another process never reads half a file
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, binary);
  await rename(temporary, path);
  return binary;
}

async function compile(sources: Map<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  const { main } = await import("assemblyscript/asc");
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await main(["index.ts", "--outFile", "kernels.wasm", ...OPTIONS], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (name, contents) => {
      if (name === "kernels.wasm" && typeof contents !== "string") binary = new Uint8Array(contents);
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`the kernels do not compile: ${error?.message ?? ""}\n${stderr.toString()}`);
  return binary;
}
