import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
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

/** Folder of the contracts' artifacts: the default build, or the one that hardhat.config.ts is told of too. */
export const ARTIFACTS = process.env.TRIBUTARY_BUILD
  ? resolve(process.env.TRIBUTARY_BUILD, "artifacts/contracts")
  : fileURLToPath(new URL("../artifacts/contracts", import.meta.url));
const cache = new Map<string, Artifact>();

/** ABI and bytecode of a compiled contract or interface. Throws {@link ArtifactError} where it is not built. */
export function artifact(name: string): Artifact {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const path = find(name);
  if (path === undefined)
    throw new ArtifactError(`no artifact of ${name} in artifacts/contracts: run "npx hardhat build"`);
  const {
    abi,
    bytecode,
    deployedBytecode,
    immutableReferences = {},
  } = JSON.parse(readFileSync(path, "utf8")) as Artifact;
  const found = { abi, bytecode, deployedBytecode, immutableReferences };
  cache.set(name, found);
  return found;
}

function find(name: string): string | undefined {
  try {
    const files = readdirSync(ARTIFACTS, { recursive: true, encoding: "utf8" });
    const file = files.find((entry) => basename(entry) === `${name}.json`);
    return file === undefined ? undefined : join(ARTIFACTS, file);
  } catch {
    return undefined; // nothing built yet
  }
}
