import {
  type Abi,
  type Address,
  decodeFunctionResult,
  encodeAbiParameters,
  encodeFunctionData,
  getAddress,
  type Hex,
  keccak256,
  pad,
  parseEther,
  toHex,
  zeroHash,
} from "viem";
import { deploySuite } from "../../deploy/deploy.ts";
import type { Deployment } from "../../protocol/deployment.ts";
import { type Chain, startChain } from "../../scripts/demo/chain.ts";
import { PRODUCTION, productionArtifact } from "../gas/production.ts";

type Contract = keyof typeof PATHS;
type Verifier = "payoutVerifier" | "sampleVerifier" | "partVerifier" | "logVerifier";

const PATHS = {
  openToken: "OpenToken",
  stakeVault: "StakeVault",
  datanets: "Datanets",
  models: "Models",
  revenue: "Revenue",
  attribution: "Attribution",
  operators: "Operators",
  refutations: "Refutations",
  seeds: "Seeds",
  till: "Till",
  payoutVerifier: "verifiers/PayoutVerifier",
  sampleVerifier: "verifiers/SampleVerifier",
  partVerifier: "verifiers/PartVerifier",
  logVerifier: "verifiers/LogVerifier",
} as const;

/** Storage slot of the mapping `Seeds.seedOf`. */
const SEEDS_SLOT = 1n;
const NO_SPLIT = { developer: 0, operator: 0, stakers: 0, validators: 0, treasury: 0, contributors: 10_000 };

export interface Posting {
  stepRoot: Hex;
  payoutRoot: Hex;
}

/** A Till and the epoch of its income. */
export interface Earned {
  till: Address;
  epoch: number;
}

/** The whole suite in the production profile, with live versions whose Tills earn, and a judge to bring proofs to. */
export class ProofWorld {
  readonly chain: Chain;
  readonly addresses: Deployment["addresses"];
  readonly #accounts: Address[];

  private constructor(chain: Chain, addresses: Deployment["addresses"], accounts: Address[]) {
    this.chain = chain;
    this.addresses = addresses;
    this.#accounts = accounts;
  }

  static async start(): Promise<ProofWorld> {
    const chain = await startChain({ accounts: 6 });
    const { addresses } = await deploySuite({ rpcUrl: chain.url, artifacts: PRODUCTION });
    const world = new ProofWorld(chain, addresses, await chain.rpc<Address[]>("eth_accounts"));
    for (const account of world.#accounts) {
      if (account !== world.poster) await world.send("openToken", "transfer", [account, parseEther("1000000")]);
      for (const spender of ["stakeVault", "datanets", "models", "attribution", "operators"] as const) {
        await world.send("openToken", "approve", [world.#at(spender), 2n ** 256n - 1n], account);
      }
    }
    await world.send("attribution", "depositBond", [parseEther("1000000")]);
    await world.bondOperator();
    await world.send("stakeVault", "stake", [parseEther("50000")], world.#validator);
    await world.send("datanets", "create", ["Bees", "CC-BY-4.0", 0n, [world.#validator]], world.#developer);
    return world;
  }

  /** Holder of the supply, and poster. */
  get poster(): Address {
    return this.#accounts[0]!;
  }

  get operator(): Address {
    return this.#accounts[1]!;
  }

  get refuter(): Address {
    return this.#accounts[2]!;
  }

  get #developer(): Address {
    return this.#accounts[3]!;
  }

  get #validator(): Address {
    return this.#accounts[4]!;
  }

  /** A slash takes all that an operator has deposited. */
  async bondOperator(): Promise<void> {
    await this.send("operators", "deposit", [await this.view<bigint>("operators", "BOND")], this.operator);
  }

  /** A live version of each index root; their Tills. */
  async versions(indexRoots: readonly Hex[]): Promise<Address[]> {
    const timelock = this.addresses.timelock!;
    await this.chain.rpc("anvil_impersonateAccount", [timelock]);
    await this.chain.rpc("anvil_setBalance", [timelock, toHex(parseEther("1"))]);
    const [manifestHash, baseHash, adapterHash] = ["manifest", "base", "adapter"].map((text) => keccak256(toHex(text)));
    for (const [model, indexRoot] of indexRoots.entries()) {
      const terms = {
        operator: this.operator,
        priceIn: 1n,
        priceOut: 1n,
        split: NO_SPLIT,
        manifestHash,
        baseHash,
        adapterHash,
        indexRoot,
        datanet: 0,
        snapshotBlock: Number(await this.chain.rpc<Hex>("eth_blockNumber")) - 1,
        targetMilliPerplexity: 9_000,
        parentAfter: 0,
      };
      await this.send("models", "propose", [terms, parseEther("10000"), "file:"], this.#developer);
      await this.send("models", "approve", [model], timelock);
      await this.send("models", "recordTrained", [model, manifestHash, adapterHash, "file:"], this.#developer);
      await this.send("models", "recordEvaluation", [model, 8_000, keccak256("0x01")], this.#validator);
    }
    const { timestamp } = await this.chain.rpc<{ timestamp: Hex }>("eth_getBlockByNumber", ["latest", false]);
    await this.#warpTo(BigInt(timestamp) + (await this.view<bigint>("models", "EVALUATION_WINDOW")));
    const tills: Address[] = [];
    for (const model of indexRoots.keys()) {
      await this.send("models", "goLive", [model]);
      await this.send("revenue", "createTill", [model]);
      tills.push(await this.view<Address>("revenue", "tillOf", [model, this.operator]));
    }
    return tills;
  }

  /** Income of each Till in one epoch, which is then over; the operator can commit its logs. Returns the epoch. */
  async earn(tills: readonly Address[], wei: bigint): Promise<number> {
    const [epoch, length] = [
      await this.view<bigint>("revenue", "currentEpoch"),
      await this.view<bigint>("revenue", "EPOCH"),
    ];
    await this.#warpTo((epoch + 1n) * length);
    for (const till of tills) {
      await this.send("openToken", "transfer", [till, wei]);
      await this.#transact({
        from: this.poster,
        to: till,
        data: encodeFunctionData({ abi: abiOf("till"), functionName: "sweep" }),
      });
    }
    await this.#warpTo((epoch + 2n) * length);
    return Number(epoch + 1n);
  }

  commitLog({ till, epoch }: Earned, root: Hex, count: number, total: bigint) {
    return this.send("attribution", "commitLog", [till, epoch, root, count, total], this.operator);
  }

  /** After the deadline of logs: closes the Tills' epoch. */
  async close(tills: readonly Address[], epoch: number): Promise<void> {
    await this.#warpTo((await this.view<bigint>("attribution", "logDeadline", [epoch])) + 1n);
    for (const till of tills) await this.send("revenue", "close", [till, epoch]);
  }

  /** Writes a seed where one is recorded: its way there is no part of what is measured. */
  async setSeed(epoch: number, seed: Hex): Promise<void> {
    const key = encodeAbiParameters([{ type: "uint256" }, { type: "uint256" }], [BigInt(epoch), SEEDS_SLOT]);
    await this.chain.rpc("anvil_setStorageAt", [this.#at("seeds"), keccak256(key), pad(seed)]);
    if ((await this.view<Hex>("seeds", "seedOf", [epoch])) !== seed) throw new Error("seeds lie in another slot");
  }

  /** Posts all epochs up to `epoch`, and has the refuter prove the posting wrong. Gas of the proof's transaction. */
  async refute(roots: Posting, epoch: number, pool: bigint, verifier: Verifier, evidence: object): Promise<number> {
    const parent = await this.view<Hex>("attribution", "head");
    const fromEpoch = await this.view<bigint>("attribution", "FIRST_EPOCH");
    if (parent !== zeroHash) throw new Error("a posting stands that nobody refuted");
    const bundleHash = keccak256(roots.stepRoot);
    const posting = { parent, fromEpoch, toEpoch: epoch, ...roots, pool, distributed: pool - 1n, bundleHash };
    await this.send("attribution", "post", [posting, "ipfs://"]);
    const { timestamp } = await this.chain.rpc<{ timestamp: Hex }>("eth_getBlockByNumber", ["latest", false]);
    const activatesAt = BigInt(timestamp) + (await this.view<bigint>("attribution", "WINDOW"));
    const entry = { posting, poster: this.poster, activatesAt };
    const args = [entry, this.#at(verifier), encode(verifier, evidence)];
    return this.send("refutations", "refute", args, this.refuter);
  }

  /** Has the refuter prove a log wrong. Gas of the proof's transaction. */
  refuteLog({ till, epoch }: Earned, evidence: object): Promise<number> {
    return this.send("refutations", "refuteLog", [till, epoch, encode("logVerifier", evidence)], this.refuter);
  }

  async send(name: Contract, functionName: string, args: readonly unknown[], from = this.poster): Promise<number> {
    const data = encodeFunctionData({ abi: abiOf(name), functionName, args });
    return this.#transact({ from, to: this.#at(name), data });
  }

  async view<T>(name: Contract, functionName: string, args: readonly unknown[] = []): Promise<T> {
    const abi = abiOf(name);
    const data = encodeFunctionData({ abi, functionName, args });
    const result = await this.chain.rpc<Hex>("eth_call", [{ to: this.#at(name), data }, "latest"]);
    return decodeFunctionResult({ abi, functionName, data: result }) as T;
  }

  #at(name: Contract): Address {
    return getAddress(this.addresses[name as keyof Deployment["addresses"]]!);
  }

  async #transact(transaction: { from: Address; to: Address; data: Hex }): Promise<number> {
    // The most that a transaction may use (EIP-7825).
    const hash = await this.chain.rpc<Hex>("eth_sendTransaction", [{ gas: toHex(2 ** 24), ...transaction }]);
    let receipt: { gasUsed: Hex; status: Hex } | null = null;
    // Mined at once, but not always before the hash is returned.
    while (receipt === null) receipt = await this.chain.rpc("eth_getTransactionReceipt", [hash]);
    if (receipt!.status !== "0x1") throw new Error(`the transaction ${hash} failed`);
    return Number(receipt!.gasUsed);
  }

  async #warpTo(timestamp: bigint): Promise<void> {
    await this.chain.rpc("evm_setNextBlockTimestamp", [toHex(timestamp)]);
    await this.chain.rpc("evm_mine");
  }
}

/** abi.encode of the one struct that a verifier takes: the last parameter of its `proves`. */
function encode(verifier: Verifier, evidence: object): Hex {
  const proves = abiOf(verifier).find((item) => item.type === "function" && item.name === "proves");
  if (proves?.type !== "function") throw new Error(`${verifier} has no proves`);
  return encodeAbiParameters([proves.inputs.at(-1)!], [evidence]);
}

const abis = new Map<Contract, Abi>();
function abiOf(name: Contract): Abi {
  const path = PATHS[name];
  const known = abis.get(name) ?? productionArtifact(`contracts/${path}.sol/${path.split("/").at(-1)}.json`).abi;
  abis.set(name, known);
  return known;
}
