import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Abi, Hex } from "viem";

export interface Artifact {
  abi: Abi;
  /** Creation code. */
  bytecode: Hex;
  /** Code as it stands on the chain, with zeros in place of immutables. */
  deployedBytecode: Hex;
  /** Where the immutables stand in it, in bytes. */
  immutableReferences: Record<string, { start: number; length: number }[]>;
}

/** The contracts are not compiled, or there is none of that name. */
export class ArtifactError extends Error {
  override name = "ArtifactError";
}

const ROOT = fileURLToPath(new URL("../artifacts/contracts", import.meta.url));
const cache = new Map<string, Artifact>();

/**
 * ABI and bytecode of a compiled contract or interface, as the default build or another one under `folder` has it. Throws
 * {@link ArtifactError} where it is not built.
 */
export function artifact(name: string, folder: string = ROOT): Artifact {
  const key = join(folder, name);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const path = find(name, folder);
  if (path === undefined) {
    const where = folder === ROOT ? "artifacts/contracts" : folder;
    throw new ArtifactError(`no artifact of ${name} in ${where}: run "npx hardhat build"`);
  }
  const {
    abi,
    bytecode,
    deployedBytecode,
    immutableReferences = {},
  } = JSON.parse(readFileSync(path, "utf8")) as Artifact;
  const found = { abi, bytecode, deployedBytecode, immutableReferences };
  cache.set(key, found);
  return found;
}

function find(name: string, folder: string): string | undefined {
  try {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const file = files.find((entry) => basename(entry) === `${name}.json`);
    return file === undefined ? undefined : join(folder, file);
  } catch {
    return undefined; // nothing built yet
  }
}
