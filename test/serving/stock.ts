// x402's stock client and facilitator before OPEN and Channels on a chain of their own.
import { readFileSync } from "node:fs";
import { x402Facilitator } from "@x402/core/facilitator";
import { toFacilitatorEvmSigner } from "@x402/evm";
import {
  type Abi,
  type Address,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  parseEther,
  publicActions,
  walletActions,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { artifact } from "../../protocol/abi.ts";
import { type Chain, MNEMONIC, startChain } from "../../scripts/demo/chain.ts";

/** Where x402's packages look for what they call. */
export const BATCH_SETTLEMENT = "0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003";
const ERC3009_COLLECTOR = "0x4020806089470a89826cB9fB1f4059150b550004";
const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11";

const account = (addressIndex: number) => mnemonicToAccount(MNEMONIC, { addressIndex });
/** All OPEN is the holder's; the facilitator pays the gas and holds none. */
export const [holder, facilitating, payer, receiver, authorizer] = [0, 1, 2, 3, 4].map(account) as [
  Account,
  Account,
  Account,
  Account,
  Account,
];
type Account = ReturnType<typeof account>;

const HELPERS = ["Multicall3", "Wallet", "Delegate"];

/** What the tests' own contracts compile to, in test/contracts/helpers. */
function helper(name: string): { abi: Abi; bytecode: Hex } {
  const path = `../../artifacts/test/contracts/helpers/${name}.sol/${name}.json`;
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

/** One account's view of a chain. */
function clientOf(url: string, id: number, of: Account) {
  const nativeCurrency = { name: "Ether", symbol: "ETH", decimals: 18 };
  const chain = defineChain({ id, name: `chain ${id}`, nativeCurrency, rpcUrls: { default: { http: [url] } } });
  return createWalletClient({ account: of, chain, transport: http(url), pollingInterval: 50, cacheTime: 0 }).extend(
    publicActions,
  );
}

export type Client = ReturnType<typeof clientOf>;

export interface Stock {
  chain: Chain;
  network: `eip155:${number}`;
  token: Address;
  /** The client of an account. */
  as(of: Account): Client;
  facilitatorSigner: ReturnType<typeof toFacilitatorEvmSigner>;
  facilitator: x402Facilitator;
  deploy(name: string, args?: readonly unknown[]): Promise<Address>;
  write(of: Account, name: string, to: Address, functionName: string, args: readonly unknown[]): Promise<void>;
  read<T>(name: string, at: Address, functionName: string, args?: readonly unknown[]): Promise<T>;
}

/** OPEN, and our Channels and collector with no change but their address; the payer holds 100 OPEN. */
export async function startStock(): Promise<Stock> {
  const chain = await startChain({ accounts: 5 });
  try {
    return await equip(chain);
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

async function equip(chain: Chain): Promise<Stock> {
  const clients = new Map<string, Client>();
  const as = (of: Account) => {
    const client = clients.get(of.address) ?? clientOf(chain.url, chain.chainId, of);
    clients.set(of.address, client);
    return client;
  };
  const client = as(holder);
  const deploy = async (name: string, args: readonly unknown[] = []) => {
    const { abi, bytecode } = HELPERS.includes(name) ? helper(name) : artifact(name);
    const { contractAddress } = await client.waitForTransactionReceipt({
      hash: await client.deployContract({ abi, bytecode, args }),
    });
    return contractAddress!;
  };
  const write = async (of: Account, name: string, address: Address, functionName: string, args: readonly unknown[]) => {
    const hash = await as(of).writeContract({ address, abi: artifact(name).abi, functionName, args });
    const { status } = await client.waitForTransactionReceipt({ hash });
    if (status !== "success") throw new Error(`${name}.${functionName} failed`);
  };
  const place = async (at: Address, code: Address) =>
    chain.rpc("anvil_setCode", [at, await client.getCode({ address: code })]);

  // The packages go by the clock: a chain behind it would find their authorizations too early.
  const [now, latest] = [BigInt(Math.floor(Date.now() / 1000)), (await client.getBlock()).timestamp];
  if (now > latest) await chain.rpc("evm_setNextBlockTimestamp", [`0x${now.toString(16)}`]);
  const token = await deploy("OpenToken", [holder.address]);
  await write(holder, "OpenToken", token, "transfer", [payer.address, parseEther("100")]);
  await place(BATCH_SETTLEMENT, await deploy("Channels"));
  await place(ERC3009_COLLECTOR, await deploy("ERC3009Collector", [BATCH_SETTLEMENT]));
  await place(MULTICALL3, await deploy("Multicall3"));

  const own = as(facilitating).extend(walletActions);
  const facilitatorSigner = toFacilitatorEvmSigner({ ...own, address: facilitating.address } as never);
  return {
    chain,
    network: `eip155:${chain.chainId}`,
    token,
    as,
    facilitatorSigner,
    facilitator: new x402Facilitator(),
    deploy,
    write,
    read: async <T>(name: string, address: Address, functionName: string, args: readonly unknown[] = []) =>
      (await client.readContract({ address, abi: artifact(name).abi, functionName, args })) as T,
  };
}

/** What a seller asks for: `amount` OPEN, by a scheme of x402. */
export function requirements({ network, token }: Stock, scheme: string, amount: string, extra: object = {}) {
  return {
    scheme,
    network,
    asset: token,
    amount: String(parseEther(amount)),
    payTo: receiver.address as Hex,
    maxTimeoutSeconds: 10 * 365 * 86_400,
    extra: { name: "Tributary OPEN", version: "1", ...extra },
  };
}

/** The same as a stock client finds it in a 402. */
export function paymentRequired(accepts: ReturnType<typeof requirements>) {
  return { x402Version: 2, resource: { url: "https://example.org" }, accepts: [accepts] };
}
