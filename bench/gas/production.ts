import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Abi, Hex } from "viem";

const ROOT = join(import.meta.dirname, "../..");
const BUILD = "build/production";

/** Folder of the contracts' artifacts in the production profile. */
export const PRODUCTION = join(ROOT, BUILD, "artifacts/contracts");

/** Builds the contracts in the production profile beside the default build, where that is not done. */
export function buildProduction(): void {
  const hardhat = join(ROOT, "node_modules/.bin/hardhat");
  const env = { ...process.env, TRIBUTARY_BUILD: BUILD };
  const stdio = ["ignore", "ignore", "inherit"] as const;
  const { status } = spawnSync(hardhat, ["build", "--build-profile", "production"], {
    cwd: ROOT,
    env,
    stdio: [...stdio],
  });
  if (status !== 0) throw new Error("the contracts do not build in the production profile");
}

/** ABI and bytecodes of a contract in the production profile, by its path under `artifacts`. */
export function productionArtifact(path: string): { abi: Abi; bytecode: Hex; deployedBytecode: Hex } {
  return JSON.parse(readFileSync(join(ROOT, BUILD, "artifacts", path), "utf8"));
}
