import {
  type Abi,
  type Account,
  type Address,
  BaseError,
  type Chain,
  ContractFunctionRevertedError,
  type Hex,
  type PublicClient,
  parseEventLogs,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
} from "viem";
import { artifact } from "../protocol/abi.ts";
import type { Deployment } from "../protocol/deployment.ts";
import type { PostingFields } from "./bundle.ts";
import { read } from "./chain.ts";
import { readEntry, readTills } from "./state.ts";

/** A contract refused: `reason` is its error with arguments. */
export class RevertError extends Error {
  override name = "RevertError";
  readonly reason: string;

  constructor(call: string, reason: string) {
    super(`${call} reverts: ${reason}`);
    this.reason = reason;
  }
}

/** Whoever posts, and where. */
export interface Poster {
  client: PublicClient;
  wallet: WalletClient<Transport, Chain | undefined, Account>;
  deployment: Deployment;
}

/** A posting on chain. */
export interface Posted {
  id: Hex;
  /** Slot of the ring that claims name. */
  slot: number;
  /** Seconds since 1970 from which it can be finalized, and then claimed. */
  activatesAt: number;
  transaction: Hex;
}

/** Closes every Till with income in the epochs that is still open. Returns how many. Throws {@link RevertError}. */
export async function closeTills(poster: Poster, epochs: { from: number; to: number }): Promise<number> {
  const { client, deployment } = poster;
  const toBlock = Number(await client.getBlockNumber());
  const range = { addresses: deployment.addresses, fromBlock: deployment.block, toBlock };
  const open = (await readTills(client, range, epochs)).filter(({ pool }) => pool === null);
  for (const { till, epoch } of open) {
    await send(poster, "Revenue", deployment.addresses.revenue, "close", [till, BigInt(epoch)]);
  }
  return open.length;
}

/** Posts, after adding to the bond what is missing of it. Throws {@link RevertError}. */
export async function postBundle(
  poster: Poster,
  posting: PostingFields,
  bundleHash: Hex,
  bundleUri: string,
): Promise<Posted> {
  const { attribution } = poster.deployment.addresses;
  await fillBond(poster);
  const { fromEpoch, toEpoch, ...rest } = posting;
  const argument = { ...rest, fromEpoch: BigInt(fromEpoch), toEpoch: BigInt(toEpoch), bundleHash };
  const receipt = await send(poster, "Attribution", attribution, "post", [argument, bundleUri]);
  const [log] = parseEventLogs({ abi: artifact("Attribution").abi, eventName: "Posted", logs: receipt.logs });
  const { id, activatesAt } = log!.args as unknown as { id: Hex; activatesAt: bigint };
  const slot = await slotOf(poster, receipt.blockNumber);
  return { id, slot, activatesAt: Number(activatesAt), transaction: receipt.transactionHash };
}

/**
 * Finalizes a posting whose window has passed: frees the bond, opens the claims, sends what was not attributed to the
 * treasury. Returns that, in wei. Throws {@link RevertError}, or UnknownPostingError where there is none of that id.
 */
export async function finalizePosting(poster: Poster, id: Hex): Promise<bigint> {
  const { client, deployment } = poster;
  const { attribution } = deployment.addresses;
  const toBlock = Number(await client.getBlockNumber());
  const entry = await readEntry(client, { addresses: deployment.addresses, fromBlock: deployment.block, toBlock }, id);
  const receipt = await send(poster, "Attribution", attribution, "finalize", [entry]);
  const [log] = parseEventLogs({ abi: artifact("Attribution").abi, eventName: "Finalized", logs: receipt.logs });
  return (log!.args as unknown as { unattributed: bigint }).unattributed;
}

/** The slot of the head of the line at that block: its place modulo the ring. */
async function slotOf({ client, deployment }: Poster, block: bigint): Promise<number> {
  const { attribution, rewards } = deployment.addresses;
  const [places] = await read<[bigint]>(client, "Attribution", attribution, "lineOf", [], block);
  const ring = await read<bigint>(client, "Rewards", rewards as Address, "RING");
  return Number((places - 1n) % ring);
}

async function fillBond(poster: Poster): Promise<void> {
  const { client, wallet, deployment } = poster;
  const { attribution, openToken } = deployment.addresses;
  const account = wallet.account.address;
  const [bond, free] = await Promise.all([
    read<bigint>(client, "Attribution", attribution, "BOND"),
    read<bigint>(client, "Attribution", attribution, "freeBond", [account]),
  ]);
  if (free >= bond) return;
  const missing = bond - free;
  await send(poster, "OpenToken", openToken, "approve", [attribution, missing]);
  await send(poster, "Attribution", attribution, "depositBond", [missing]);
}

/** Sends a call that was simulated first, and waits for its receipt. Throws {@link RevertError}. */
export async function send(
  { client, wallet }: Poster,
  contract: string,
  address: Address,
  functionName: string,
  args: readonly unknown[],
): Promise<TransactionReceipt> {
  // errors of the contracts behind pass through
  const errors = ["Attribution", "Revenue", "Rewards", "OpenToken", "Seeds"].filter((name) => name !== contract);
  const abi: Abi = [
    ...artifact(contract).abi,
    ...errors.flatMap((name) => artifact(name).abi.filter(({ type }) => type === "error")),
  ];
  try {
    const { account } = wallet;
    const call = { abi, address, functionName, args, account };
    await client.simulateContract(call);
    const hash = await wallet.writeContract({ ...call, chain: wallet.chain ?? null });
    const receipt = await client.waitForTransactionReceipt({ hash });
    if (receipt.status === "success") return receipt;
  } catch (error) {
    const reverted =
      error instanceof BaseError ? error.walk((cause) => cause instanceof ContractFunctionRevertedError) : null;
    if (!(reverted instanceof ContractFunctionRevertedError)) throw error;
    const { errorName, args: values = [] } = reverted.data ?? {};
    const reason =
      errorName === undefined ? (reverted.reason ?? "no reason") : `${errorName}(${values.map(String).join(", ")})`;
    throw new RevertError(`${contract}.${functionName}`, reason);
  }
  throw new RevertError(`${contract}.${functionName}`, "the transaction failed after its simulation passed");
}
