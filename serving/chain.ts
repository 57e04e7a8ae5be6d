import {
  type Abi,
  type Account,
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
} from "viem";
import { artifact } from "../protocol/abi.ts";
import { type ContractName, checkChain, type Deployment } from "../protocol/deployment.ts";

/** Artifact of each contract of the deployment that serving talks to. */
const ARTIFACTS = {
  openToken: "OpenToken",
  models: "Models",
  channels: "Channels",
  approvalCollector: "ApprovalCollector",
  revenue: "Revenue",
  attribution: "Attribution",
  operators: "Operators",
} as const satisfies Partial<Record<ContractName, string>>;

type Target = keyof typeof ARTIFACTS;

/** What a server has to know of a channel on chain, in wei. */
export interface ChannelFunds {
  /** Deposited less withdrawn and refunded; claims do not lower it. */
  balance: bigint;
  totalClaimed: bigint;
  /** Amount that the payer has announced to withdraw; 0 where there is none. */
  withdrawing: bigint;
  /** Seconds; 0 where no withdrawal is pending. */
  withdrawRequestedAt: number;
}

/** The chain as payment checks see it. */
export interface ChainView {
  readonly chainId: number;
  /** ⌊timestamp of the latest block / EPOCH⌋ */
  epoch(): Promise<number>;
  channelFunds(channelId: Hex): Promise<ChannelFunds>;
  isLive(model: number): Promise<boolean>;
}

export type Wallet = WalletClient<Transport, Chain, Account>;

/** `Models.State.Live` */
export const LIVE = 5;

/** One node, one deployment: typed-enough reads and writes of the contracts that serving needs. */
export class ServingChain implements ChainView {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly client: PublicClient;
  readonly #chain: Chain;

  private constructor(rpcUrl: string, deployment: Deployment) {
    this.rpcUrl = rpcUrl;
    this.deployment = deployment;
    this.#chain = defineChain({
      id: deployment.chainId,
      name: `chain ${deployment.chainId}`,
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [rpcUrl] } },
    });
    // No cache: the epoch must follow the latest block at once.
    this.client = createPublicClient({
      chain: this.#chain,
      transport: http(rpcUrl),
      cacheTime: 0,
      pollingInterval: 100,
    });
  }

  /** Throws DeploymentError where the node is on another chain, and viem's HttpRequestError where there is no node. */
  static async connect(rpcUrl: string, deployment: Deployment): Promise<ServingChain> {
    const chain = new ServingChain(rpcUrl, deployment);
    checkChain(deployment, await chain.client.getChainId());
    return chain;
  }

  get chainId(): number {
    return this.deployment.chainId;
  }

  address(target: ContractName): Address {
    return this.deployment.addresses[target];
  }

  /** A wallet on this chain: a local account, or the address of an account that the node has unlocked. */
  wallet(account: Account | Address): Wallet {
    return createWalletClient({ account, chain: this.#chain, transport: http(this.rpcUrl), pollingInterval: 100 });
  }

  /** A view call; the caller states the result's type as the ABI gives it. */
  async read<T>(target: Target, functionName: string, args: readonly unknown[] = []): Promise<T> {
    const { abi } = artifact(ARTIFACTS[target]);
    return (await this.client.readContract({ address: this.address(target), abi, functionName, args })) as T;
  }

  /** Sends a call that was simulated first, so that a revert names its error, and waits for its receipt. */
  async write(wallet: Wallet, target: Target, functionName: string, args: readonly unknown[] = []) {
    return this.send(wallet, this.address(target), artifact(ARTIFACTS[target]).abi, functionName, args);
  }

  async send(
    wallet: Wallet,
    address: Address,
    abi: Abi,
    functionName: string,
    args: readonly unknown[] = [],
  ): Promise<TransactionReceipt> {
    const call = { address, abi, functionName, args, account: wallet.account } as const;
    await this.client.simulateContract(call);
    const hash = await wallet.writeContract({ ...call, chain: this.#chain });
    const receipt = await this.client.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`${functionName} was reverted in ${hash}`);
    return receipt;
  }

  async epoch(): Promise<number> {
    return Number(await this.read<bigint>("revenue", "currentEpoch"));
  }

  async channelFunds(channelId: Hex): Promise<ChannelFunds> {
    const [[balance, totalClaimed], [withdrawing, withdrawRequestedAt]] = await Promise.all([
      this.read<[bigint, bigint]>("channels", "channels", [channelId]),
      this.read<[bigint, number]>("channels", "pendingWithdrawals", [channelId]),
    ]);
    return { balance, totalClaimed, withdrawing, withdrawRequestedAt };
  }

  async isLive(model: number): Promise<boolean> {
    return (await this.read<number>("models", "stateOf", [BigInt(model)])) === LIVE;
  }
}
