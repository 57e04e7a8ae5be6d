import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errorDeploymentResultToExceptionMessage } from "@nomicfoundation/hardhat-ignition/helpers";
import {
  type Artifact,
  type ArtifactResolver,
  type BuildInfo,
  DeploymentResultType,
  deploy,
  type EIP1193Provider,
} from "@nomicfoundation/ignition-core";
import { getAddress, type Wallet } from "ethers";
import { ARTIFACTS } from "../protocol/abi.ts";
import { type Deployment, writeDeployment } from "../protocol/deployment.ts";
import Tributary from "./modules/Tributary.ts";
import { type ParameterSet, parameterSet, type SuiteParameters } from "./parameters.ts";
import { DeployError, httpProvider, signingProvider } from "./provider.ts";

/** Chain id of a development chain: polled often, since it mines at once. */
export const DEVELOPMENT = 31337;

export type { SuiteParameters } from "./parameters.ts";
export { DeployError } from "./provider.ts";

export interface DeployOptions {
  /** Where the chain answers. Either this or `provider`. */
  rpcUrl?: string;
  /** An EIP-1193 provider, for a chain within the process. */
  provider?: EIP1193Provider;
  /** An unlocked account of the node, which sends the transactions. Default: the node's first account. */
  from?: string;
  /** Signs the transactions here instead, so that the node needs to hold no account. */
  wallet?: Pick<Wallet, "address" | "signTransaction">;
  /** The set of parameters; accounts in it, such as `holder`, who gets the supply, are the sender. Default: local. */
  set?: ParameterSet;
  /** Override single parameters of the set. */
  parameters?: SuiteParameters;
  /** Folder of the compiled contracts. Default: what `npx hardhat build` wrote. */
  artifacts?: string;
  /** Folder of Ignition's journal, by which a deployment that broke off is taken up again. Default: none is kept. */
  journal?: string;
  /** Where to write the deployment as JSON, whole or not at all. Default: nowhere. */
  out?: string;
}

/**
 * Deploys the suite by the Ignition module.
 *
 * @throws {DeployError} no node, no build, an account the node does not hold, a parameter out of its bounds, or a journal
 * of another chain
 */
export async function deploySuite(options: DeployOptions): Promise<Deployment> {
  const node = options.provider ?? httpProvider(options.rpcUrl ?? missing("neither rpcUrl nor provider is given"));
  const provider = options.wallet === undefined ? node : signingProvider(node, options.wallet);
  const accounts = (await provider.request({ method: "eth_accounts" })) as string[];
  const from = options.from ?? accounts[0] ?? missing("the node holds no account");
  const defaultSender =
    accounts.find((account) => account.toLowerCase() === from.toLowerCase()) ??
    missing(`the node does not hold account ${from}`);
  const chainId = Number(await provider.request({ method: "eth_chainId" }));
  const block = await firstBlock(provider, options.journal);
  // Whatever account the local set names is the sender unless another is given.
  const roles = Object.entries(parameterSet("local")).filter(([, value]) => typeof value === "string");
  const parameters: SuiteParameters = {
    ...parameterSet(options.set ?? "local"),
    ...Object.fromEntries(roles.map(([role]) => [role, getAddress(from)])),
    ...options.parameters,
  };

  const result = await deploy({
    provider,
    accounts,
    defaultSender,
    artifactResolver: artifacts(options.artifacts ?? ARTIFACTS, options.journal !== undefined),
    ignitionModule: Tributary,
    deploymentParameters: { Tributary: parameters },
    ...(options.journal !== undefined && { deploymentDir: options.journal }),
    config: { blockPollingInterval: chainId === DEVELOPMENT ? 20 : 1_000 },
  });
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
    throw new DeployError(errorDeploymentResultToExceptionMessage(result));
  }

  const named = Object.entries(Tributary.results).map(
    ([name, future]) => [name, result.contracts[future.id]!.address] as const,
  );
  for (const [name, address] of named) {
    if ((await provider.request({ method: "eth_getCode", params: [address, "latest"] })) === "0x")
      throw new DeployError(`${name} is not at ${address}: the journal is of another chain, or of one begun anew`);
  }
  const deployment: Deployment = {
    chainId,
    block,
    addresses: Object.fromEntries(named) as Deployment["addresses"],
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)])),
  };
  if (options.rpcUrl !== undefined) deployment.rpcUrl = options.rpcUrl;
  if (options.out !== undefined) writeDeployment(deployment, options.out);
  return deployment;
}

/** The parameters of `deploy/parameters/local.json`. */
export const localParameters = (): SuiteParameters => parameterSet("local");

/** Block before which nothing of the suite is: of the first attempt, where a journal says that there was one. */
async function firstBlock(provider: EIP1193Provider, journal: string | undefined): Promise<number> {
  const file = journal === undefined ? undefined : join(journal, "first-block");
  if (file !== undefined && existsSync(file)) return Number(readFileSync(file, "utf8"));
  const block = Number(await provider.request({ method: "eth_blockNumber" })) + 1;
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.tmp`, String(block));
    renameSync(`${file}.tmp`, file);
  }
  return block;
}

function missing(what: string): never {
  throw new DeployError(what);
}

/** Reads what `npx hardhat build` wrote; the compiler's input and output as well where a journal will keep them. */
function artifacts(contracts: string, withBuildInfo: boolean): ArtifactResolver {
  let files: string[];
  try {
    files = readdirSync(contracts, { recursive: true, encoding: "utf8" });
  } catch {
    return missing("the contracts are not compiled: run `npx hardhat build`");
  }
  const load = (contractName: string): Artifact => {
    const file = files.find((entry) => basename(entry) === `${contractName}.json`);
    if (file === undefined) return missing(`${contractName} is not compiled: run \`npx hardhat build\``);
    return JSON.parse(readFileSync(join(contracts, file), "utf8")) as Artifact;
  };
  return {
    loadArtifact: async (contractName) => load(contractName),
    async getBuildInfo(contractName) {
      if (!withBuildInfo) return undefined;
      const file = join(contracts, "../build-info", `${load(contractName).buildInfoId}.json`);
      return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as BuildInfo) : undefined;
    },
  };
}
