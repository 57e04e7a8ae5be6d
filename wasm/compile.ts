// Compiles AssemblyScript on first use and caches the WebAssembly under build/, named by what it was made from: the
// sources, the compiler's version and its options.
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUILD = fileURLToPath(new URL("../build/", import.meta.url));
// no relaxed SIMD: its results may differ from machine to machine
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--use", "abort="];

/**
 * The AssemblyScript module in the folder `sources` (entry `index.ts`) as a WebAssembly binary without imports: from the
 * cache in the folder `build`, where it is called `name`, or compiled now (a few seconds). Throws an Error with the
 * compiler's message where the sources do not compile.
 */
export async function compiled(name: string, sources: URL, build = BUILD): Promise<Uint8Array<ArrayBuffer>> {
  const folder = fileURLToPath(sources);
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .sort();
  const texts = new Map<string, string>();
  for (const file of files) texts.set(file, readFileSync(join(folder, file), "utf8"));
  const { version } = createRequire(import.meta.url)("assemblyscript/package.json") as { version: string };

  const digest = createHash("sha256").update(JSON.stringify([version, OPTIONS, [...texts]]));
  const path = join(build, `${name}.${digest.digest("hex").slice(0, 16)}.wasm`);
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const binary = await compile(name, texts);
  mkdirSync(build, { recursive: true });
  // renamed in one step, so that another process never reads half a file
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, binary);
  renameSync(temporary, path);
  return binary;
}

async function compile(name: string, sources: Map<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  const { main } = await import("assemblyscript/asc");
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await main(["index.ts", "--outFile", "out.wasm", ...OPTIONS], {
    readFile: (file) => sources.get(file) ?? null,
    writeFile: (file, contents) => {
      if (file === "out.wasm" && typeof contents !== "string") binary = new Uint8Array(contents);
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`${name} does not compile: ${error?.message ?? ""}\n${stderr.toString()}`);
  return binary;
}
