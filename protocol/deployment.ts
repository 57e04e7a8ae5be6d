import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Address, isAddress } from "viem";

const CONTRACTS = [
  "openToken",
  "stakeVault",
  "timelock",
  "governor",
  "datanets",
  "models",
  "channels",
  "approvalCollector",
  "permitCollector",
  "erc3009Collector",
  "revenue",
  "rewards",
  "attribution",
  "operators",
  "refutations",
  "demands",
  "seeds",
  "stepVerifier",
  "sampleVerifier",
  "partVerifier",
  "resultVerifier",
  "payoutVerifier",
  "logVerifier",
  "equivocationVerifier",
  "indexVerifier",
] as const;

export type ContractName = (typeof CONTRACTS)[number];

/** Where the suite stands. */
export interface Deployment {
  chainId: number;
  /** Block before which no event of the suite is. */
  block: number;
  rpcUrl?: string;
  addresses: Record<ContractName, Address>;
  /** What it was deployed with, by the names of the deploy module: whole numbers in decimal, addresses. */
  parameters?: Record<string, string>;
}

/** The deployment file is missing, malformed, or of another chain. */
export class DeploymentError extends Error {
  override name = "DeploymentError";
}

/** TRIBUTARY_DEPLOYMENT, or `.tributary/deployment.json` under the working directory. */
export function deploymentPath(): string {
  return process.env.TRIBUTARY_DEPLOYMENT ?? ".tributary/deployment.json";
}

/** Reads and checks a deployment file. Throws {@link DeploymentError}. */
export function readDeployment(path: string = deploymentPath()): Deployment {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new DeploymentError(
      `no deployment at ${path}: start a chain with "npm start", or name one by TRIBUTARY_DEPLOYMENT`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DeploymentError(`${path} is not JSON`);
  }
  return check(value, path);
}

/** Writes a deployment file, whole or not at all. */
export function writeDeployment(deployment: Deployment, path: string = deploymentPath()): void {
  check(deployment, path);
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(deployment, null, 2)}\n`);
  renameSync(temporary, path);
}

/** Throws {@link DeploymentError} where a node's chain is not the deployment's. */
export function checkChain(deployment: Pick<Deployment, "chainId">, chainId: number): void {
  if (deployment.chainId !== chainId) {
    throw new DeploymentError(
      `wrong chain: the deployment is on chain ${deployment.chainId}, the node on chain ${chainId}`,
    );
  }
}

function check(value: unknown, path: string): Deployment {
  const fail = (what: string): never => {
    throw new DeploymentError(`${path}: ${what}`);
  };
  if (typeof value !== "object" || value === null) return fail("not an object");
  const { chainId, block, rpcUrl, addresses } = value as Record<string, unknown>;
  if (!Number.isSafeInteger(chainId) || (chainId as number) < 1) fail("chainId is no positive integer");
  if (!Number.isSafeInteger(block) || (block as number) < 0) fail("block is no block number");
  if (rpcUrl !== undefined && typeof rpcUrl !== "string") fail("rpcUrl is not a string");
  if (typeof addresses !== "object" || addresses === null) return fail("addresses is not an object");
  const named = addresses as Record<string, unknown>;
  for (const name of CONTRACTS) {
    const address = named[name];
    if (typeof address !== "string" || !isAddress(address)) fail(`addresses.${name} is no address`);
  }
  const { parameters = {} } = value as { parameters?: unknown };
  if (typeof parameters !== "object" || parameters === null) return fail("parameters is not an object");
  for (const [name, parameter] of Object.entries(parameters)) {
    if (typeof parameter !== "string") fail(`parameters.${name} is not a string`);
  }
  return value as Deployment;
}
