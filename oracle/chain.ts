import { type Address, createPublicClient, http, type PublicClient } from "viem";
import { artifact } from "../protocol/abi.ts";
import { checkChain, type Deployment } from "../protocol/deployment.ts";

/** No node answers at the URL. */
export class NodeError extends Error {
  override name = "NodeError";
}

/** A client of the deployment's chain. Throws {@link NodeError} where none answers, DeploymentError on a wrong chain. */
export async function openChain(rpcUrl: string, deployment?: Pick<Deployment, "chainId">): Promise<PublicClient> {
  const client = createPublicClient({ transport: http(rpcUrl), cacheTime: 0 });
  let chainId: number;
  try {
    chainId = await client.getChainId();
  } catch {
    throw new NodeError(`no node is running at ${rpcUrl}`);
  }
  if (deployment !== undefined) checkChain(deployment, chainId);
  return client;
}

/** Calls a view function of a contract, by the name of its artifact; `T` is the ABI's result. */
export async function read<T>(
  client: PublicClient,
  contract: string,
  address: Address,
  functionName: string,
  args: readonly unknown[] = [],
  blockNumber?: bigint,
): Promise<T> {
  const { abi } = artifact(contract);
  return (await client.readContract({ abi, address, functionName, args, blockNumber })) as T;
}
