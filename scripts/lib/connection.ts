import { dirname, join } from "node:path";
import { Contract, type ContractRunner, Interface, JsonRpcProvider } from "ethers";
import { artifact } from "../../protocol/abi.ts";
import { checkChain, type Deployment, deploymentPath, readDeployment } from "../../protocol/deployment.ts";
import type {
  Attribution,
  Channels,
  Datanets,
  Models,
  OpenGovernor,
  OpenToken,
  Refutations,
  Revenue,
  Rewards,
  StakeVault,
} from "../../types/index.ts";
import { UserError } from "./errors.ts";

/** A node and the suite that stands on its chain. */
export interface Connection {
  rpcUrl: string;
  provider: JsonRpcProvider;
  deployment: Deployment;
  contracts: Contracts;
  /** Folder of the deployment file: bundles, channels and the server's address lie beside it. */
  home: string;
}

export interface Contracts {
  token: OpenToken;
  vault: StakeVault;
  governor: OpenGovernor;
  datanets: Datanets;
  models: Models;
  channels: Channels;
  revenue: Revenue;
  rewards: Rewards;
  attribution: Attribution;
  refutations: Refutations;
}

export interface ConnectOptions {
  /** Node; default TRIBUTARY_RPC, else the one in the deployment file. */
  rpc?: string | undefined;
  /** Deployment file; default TRIBUTARY_DEPLOYMENT, else `.tributary/deployment.json`. */
  deployment?: string | undefined;
}

/** Connects, or throws a UserError or DeploymentError that says what to do: no node, another chain, no deployment. */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const path = options.deployment ?? deploymentPath();
  const deployment = readDeployment(path);
  const rpcUrl = options.rpc ?? process.env.TRIBUTARY_RPC ?? deployment.rpcUrl;
  if (rpcUrl === undefined) throw new UserError(`${path} names no node: give one with --rpc URL.`);
  checkChain(deployment, await chainIdOf(rpcUrl));
  const provider = new JsonRpcProvider(rpcUrl, deployment.chainId, { staticNetwork: true, cacheTimeout: -1 });
  provider.pollingInterval = 100;
  const { addresses } = deployment;
  if ((await provider.getCode(addresses.models)) === "0x") {
    throw new UserError(`The chain at ${rpcUrl} does not hold the contracts of ${path}: is it another chain's file?`);
  }
  return { rpcUrl, provider, deployment, contracts: contractsAt(deployment, provider), home: dirname(path) };
}

/** The suite's contracts, typed, called as `runner`. */
export function contractsAt({ addresses }: Deployment, runner: ContractRunner): Contracts {
  const at = <T>(name: string, address: string) => new Contract(address, interfaceOf(name), runner) as unknown as T;
  return {
    token: at<OpenToken>("OpenToken", addresses.openToken),
    vault: at<StakeVault>("StakeVault", addresses.stakeVault),
    governor: at<OpenGovernor>("OpenGovernor", addresses.governor),
    datanets: at<Datanets>("Datanets", addresses.datanets),
    models: at<Models>("Models", addresses.models),
    channels: at<Channels>("Channels", addresses.channels),
    revenue: at<Revenue>("Revenue", addresses.revenue),
    rewards: at<Rewards>("Rewards", addresses.rewards),
    attribution: at<Attribution>("Attribution", addresses.attribution),
    refutations: at<Refutations>("Refutations", addresses.refutations),
  };
}

/** The interface of a contract by its name, from the compiled artifacts. */
export function interfaceOf(name: string): Interface {
  return new Interface(artifact(name).abi as never);
}

/** Timestamp of the latest block in seconds: the chain's time, which is not the machine's. */
export async function now({ provider }: Pick<Connection, "provider">): Promise<number> {
  return (await provider.getBlock("latest"))!.timestamp;
}

/** The folder in which bundles lie when nobody names another. */
export const bundlesIn = ({ home }: Pick<Connection, "home">): string => join(home, "bundles");

// Asked without ethers, whose provider would go on trying for ever.
async function chainIdOf(rpcUrl: string): Promise<number> {
  let answer: { result?: string };
  try {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const headers = { "content-type": "application/json" };
    const response = await fetch(rpcUrl, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
    answer = (await response.json()) as { result?: string };
  } catch (error) {
    if (error instanceof TypeError && /URL/.test(error.message)) throw new UserError(`"${rpcUrl}" is not a URL.`);
    throw new UserError(
      `No node is running at ${rpcUrl}: start one with \`npm start\`, or name another with --rpc URL.`,
    );
  }
  if (typeof answer.result !== "string") throw new UserError(`What answers at ${rpcUrl} is not an Ethereum node.`);
  return Number(answer.result);
}
