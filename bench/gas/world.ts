import {
  type Abi,
  type Address,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  keccak256,
  parseEther,
  toHex,
  zeroHash,
} from "viem";
import { deploySuite } from "../../deploy/deploy.ts";
import { type Chain, startChain } from "../../scripts/demo/chain.ts";
import { PRODUCTION, productionArtifact } from "./production.ts";

/** Of a bundle on IPFS: as long as they are. */
const URI = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

export interface Receipt {
  gas: number;
  logs: { address: Address; topics: Hex[]; data: Hex }[];
}

type Name = "OpenToken" | "Revenue" | "Attribution" | "Operators" | "Rewards" | "Till";

/** The suite in the production profile on an anvil, with one Till whose income is all the contributors'. */
export class GasWorld {
  readonly chain: Chain;
  readonly #at: Record<Name, Address>;
  readonly #accounts: Address[];
  #postings = 0;

  private constructor(chain: Chain, at: Record<Name, Address>, accounts: Address[]) {
    this.chain = chain;
    this.#at = at;
    this.#accounts = accounts;
  }

  static async start(): Promise<GasWorld> {
    const chain = await startChain({ accounts: 3 });
    const { addresses } = await deploySuite({ rpcUrl: chain.url, artifacts: PRODUCTION });
    const accounts = await chain.rpc<Address[]>("eth_accounts");
    const at = {
      OpenToken: addresses.openToken,
      Revenue: addresses.revenue,
      Attribution: addresses.attribution,
      Operators: addresses.operators,
    } as Record<Name, Address>;
    const world = new GasWorld(chain, { ...at, Rewards: addresses.rewards as Address }, accounts);
    // A version's way to being live is no part of what is measured.
    const { abi, bytecode } = productionArtifact("test/contracts/helpers/LiveModels.sol/LiveModels.json");
    const data = encodeDeployData({ abi, bytecode, args: [world.operator] });
    const { contractAddress } = await world.#transact({ data });
    const code = await chain.rpc("eth_getCode", [contractAddress, "latest"]);
    await chain.rpc("anvil_setCode", [addresses.models, code]);
    const { logs } = await world.send("Revenue", "createTill", [0n]);
    world.#at.Till = `0x${logs[0]!.topics[1]!.slice(26)}`;
    await world.send("OpenToken", "approve", [at.Attribution, 2n ** 256n - 1n]);
    await world.send("Attribution", "depositBond", [parseEther("1000000")]);
    await world.send("OpenToken", "transfer", [world.operator, parseEther("1000")]);
    await world.send("OpenToken", "approve", [at.Operators, parseEther("1000")], world.operator);
    await world.send("Operators", "deposit", [parseEther("1000")], world.operator);
    return world;
  }

  /** Holder of the supply, and poster. */
  get poster(): Address {
    return this.#accounts[0]!;
  }

  get operator(): Address {
    return this.#accounts[1]!;
  }

  /** Sends claims; has no part in them. */
  get keeper(): Address {
    return this.#accounts[2]!;
  }

  /** Income of the current epoch; gas of the sweep that books it. */
  async earn(wei: bigint): Promise<number> {
    await this.send("OpenToken", "transfer", [this.#at.Till, wei]);
    return (await this.send("Till", "sweep", [], this.keeper)).gas;
  }

  /**
   * Ends the epoch, whose income must be `pool`, and posts and finalizes `payoutRoot`, which distributes all but a wei.
   * Returns gas and the slot.
   */
  async settle(payoutRoot: Hex, pool: bigint): Promise<{ post: number; finalize: number; slot: number }> {
    const epoch = await this.#view<bigint>("Revenue", "currentEpoch");
    await this.#warpTo((epoch + 1n) * (await this.#view<bigint>("Revenue", "EPOCH")));
    await this.send("Attribution", "commitLog", [this.#at.Till, epoch, payoutRoot, 100n, pool], this.operator);
    await this.#warpTo((await this.#view<bigint>("Attribution", "logDeadline", [epoch])) + 1n);
    await this.send("Revenue", "close", [this.#at.Till, epoch]);
    const parent = await this.#view<Hex>("Attribution", "head");
    const fromEpoch = parent === zeroHash ? await this.#view<bigint>("Attribution", "FIRST_EPOCH") : epoch;
    const [stepRoot, bundleHash] = [keccak256(payoutRoot), keccak256(keccak256(payoutRoot))];
    const posting = {
      parent,
      fromEpoch,
      toEpoch: epoch,
      stepRoot,
      payoutRoot,
      pool,
      distributed: pool - 1n,
      bundleHash,
    };
    const { gas: post } = await this.send("Attribution", "post", [posting, URI]);
    const { timestamp } = await this.chain.rpc<{ timestamp: Hex }>("eth_getBlockByNumber", ["latest", false]);
    const activatesAt = BigInt(timestamp) + (await this.#view<bigint>("Attribution", "WINDOW"));
    await this.#warpTo(activatesAt);
    const entry = { posting, poster: this.poster, activatesAt };
    const { gas: finalize } = await this.send("Attribution", "finalize", [entry], this.keeper);
    return { post, finalize, slot: this.#postings++ % 64 };
  }

  async send(name: Name, functionName: string, args: readonly unknown[], from = this.poster): Promise<Receipt> {
    const data = encodeFunctionData({ abi: abiOf(name), functionName, args });
    return this.#transact({ from, to: this.#at[name], data });
  }

  async #transact(transaction: {
    from?: Address;
    to?: Address;
    data: Hex;
  }): Promise<Receipt & { contractAddress: Address }> {
    // The most that a transaction may use (EIP-7825).
    const whole = { from: this.poster, gas: toHex(2 ** 24), ...transaction };
    const hash = await this.chain.rpc<Hex>("eth_sendTransaction", [whole]);
    type Raw = Receipt & { contractAddress: Address; gasUsed: Hex; status: Hex };
    let receipt: Raw | null = null;
    // Mined at once, but not always before the hash is returned.
    while (receipt === null) receipt = await this.chain.rpc<Raw | null>("eth_getTransactionReceipt", [hash]);
    if (receipt.status !== "0x1") throw new Error(`the transaction ${hash} failed`);
    return { ...receipt, gas: Number(receipt.gasUsed) };
  }

  async #view<T>(name: Name, functionName: string, args: readonly unknown[] = []): Promise<T> {
    const abi = abiOf(name);
    const data = encodeFunctionData({ abi, functionName, args });
    const result = await this.chain.rpc<Hex>("eth_call", [{ to: this.#at[name], data }, "latest"]);
    return decodeFunctionResult({ abi, functionName, data: result }) as T;
  }

  async #warpTo(timestamp: bigint): Promise<void> {
    await this.chain.rpc("evm_setNextBlockTimestamp", [toHex(timestamp)]);
    await this.chain.rpc("evm_mine");
  }
}

const abis = new Map<Name, Abi>();
function abiOf(name: Name): Abi {
  const known = abis.get(name) ?? productionArtifact(`contracts/${name}.sol/${name}.json`).abi;
  abis.set(name, known);
  return known;
}
