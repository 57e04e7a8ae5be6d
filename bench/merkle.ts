// Merkle trees of own and other make, each in a process of its own, so that memory is measured rightly.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Figures } from "./main.ts";

export const about =
  "merkle: CPU seconds of building a tree and peak memory (MB) of the process, ours beside others'; CPU time of 10,000 " +
  "changed leaves of 2^23 and of one proof. Takes a few minutes, most of them @openzeppelin/merkle-tree's.";

const MILLION = 1_000_000;

export async function run(): Promise<Figures> {
  // Node keeps types that it stripped once: without that, every process would count the stripper's own 20 MB
  const cache = await mkdtemp(join(tmpdir(), "tributary-bench-"));
  try {
    for (const job of ["tributary", "openzeppelin", "merkletreejs"]) await child(cache, job, 1000);
    return {
      ...named("build_1m", await child(cache, "tributary", MILLION)),
      ...named("build_10m", await child(cache, "tributary", 10 * MILLION)),
      ...(await child(cache, "change", 2 ** 23)),
      ...named("merkletreejs_1m", await child(cache, "merkletreejs", MILLION)),
      ...named("merkletreejs_10m", await child(cache, "merkletreejs", 10 * MILLION)),
      ...named("openzeppelin_1m", await child(cache, "openzeppelin", MILLION)),
    };
  } finally {
    await rm(cache, { recursive: true });
  }
}

async function child(cache: string, job: string, count: number): Promise<Figures> {
  const script = join(import.meta.dirname, "merkle", "child.ts");
  // room for the trees that are made of objects
  const args = ["--max-old-space-size=12000", script, job, String(count)];
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as Figures;
}

function named(prefix: string, figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${prefix}_${key}`, value]));
}
