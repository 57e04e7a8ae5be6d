import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorDeploymentResultToExceptionMessage } from "@nomicfoundation/hardhat-ignition/helpers";
import {
  type Artifact,
  type ArtifactResolver,
  DeploymentResultType,
  deploy,
  type EIP1193Provider,
} from "@nomicfoundation/ignition-core";
import { type Deployment, writeDeployment } from "../protocol/deployment.ts";
import Tributary from "./modules/Tributary.ts";

const ARTIFACTS = fileURLToPath(new URL("../artifacts/contracts", import.meta.url));
const LOCAL = fileURLToPath(new URL("parameters/local.json", import.meta.url));

/** Parameters of the Tributary module: times in seconds, amounts in wei, the quorum in percent. */
export type SuiteParameters = Record<string, string | number | bigint>;

export interface DeployOptions {
  /** Where the chain answers. Either this or `provider`. */
  rpcUrl?: string;
  /** An EIP-1193 provider, for a chain within the process. */
  provider?: EIP1193Provider;
  /** An unlocked account of the node, which sends the transactions. Default: the node's first account. */
  from?: string;
  /** Override single parameters of `deploy/parameters/local.json`; `holder`, who gets the supply, is `from` by default. */
  parameters?: SuiteParameters;
  /** Folder of the compiled contracts. Default: what `npx hardhat build` wrote. */
  artifacts?: string;
  /** Where to write the deployment as JSON, whole or not at all. Default: nowhere. */
  out?: string;
}

/** The suite could not be deployed. */
export class DeployError extends Error {
  override name = "DeployError";
}

/**
 * Deploys the suite by the Ignition module to a chain that will not outlive the caller: no journal is kept. For a chain
 * that stays, `npx hardhat ignition deploy deploy/modules/Tributary.ts` resumes after a failure.
 *
 * @throws {DeployError} no node, no build, an account the node does not hold, or a parameter out of its bounds
 */
export async function deploySuite(options: DeployOptions): Promise<Deployment> {
  const provider = options.provider ?? rpc(options.rpcUrl ?? missing("neither rpcUrl nor provider is given"));
  const accounts = (await provider.request({ method: "eth_accounts" })) as string[];
  const from = options.from ?? accounts[0] ?? missing("the node holds no account");
  const defaultSender =
    accounts.find((account) => account.toLowerCase() === from.toLowerCase()) ??
    missing(`the node does not hold account ${from}`);
  const chainId = Number(await provider.request({ method: "eth_chainId" }));
  const block = Number(await provider.request({ method: "eth_blockNumber" })) + 1;

  const result = await deploy({
    provider,
    accounts,
    defaultSender,
    artifactResolver: artifacts(options.artifacts),
    ignitionModule: Tributary,
    deploymentParameters: { Tributary: { ...localParameters(), holder: from, ...options.parameters } },
    config: { blockPollingInterval: 20 },
  });
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
    throw new DeployError(errorDeploymentResultToExceptionMessage(result));
  }

  const named = Object.entries(Tributary.results).map(([name, future]) => [name, result.contracts[future.id]?.address]);
  const deployment: Deployment = { chainId, block, addresses: Object.fromEntries(named) };
  if (options.rpcUrl !== undefined) deployment.rpcUrl = options.rpcUrl;
  if (options.out !== undefined) writeDeployment(deployment, options.out);
  return deployment;
}

/** The parameters of `deploy/parameters/local.json`; whole numbers that end in n there are bigints here. */
export function localParameters(): SuiteParameters {
  const revive = (_: string, value: unknown) =>
    typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
  return JSON.parse(readFileSync(LOCAL, "utf8"), revive).Tributary;
}

function missing(what: string): never {
  throw new DeployError(what);
}

/** A provider over HTTP whose errors say what the node said. */
function rpc(url: string): EIP1193Provider {
  let id = 0;
  return {
    async request({ method, params = [] }) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params });
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body }).catch((cause) => {
        throw new DeployError(`no node is running at ${url}`, { cause });
      });
      const { result, error } = (await response.json()) as {
        result?: unknown;
        error?: { code: number; message: string };
      };
      if (error !== undefined) throw Object.assign(new DeployError(`${method}: ${error.message}`), error);
      return result;
    },
  };
}

/** Reads what `npx hardhat build` wrote. */
function artifacts(folder = ARTIFACTS): ArtifactResolver {
  let files: string[];
  try {
    files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return missing("the contracts are not compiled: run `npx hardhat build`");
  }
  return {
    async loadArtifact(contractName) {
      const file = files.find((entry) => basename(entry) === `${contractName}.json`);
      if (file === undefined) return missing(`${contractName} is not compiled: run \`npx hardhat build\``);
      return JSON.parse(readFileSync(join(folder, file), "utf8")) as Artifact;
    },
    async getBuildInfo() {
      return undefined; // Ignition only copies it into a journal, and none is kept
    },
  };
}
