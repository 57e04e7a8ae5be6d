import {
  type Address,
  createWalletClient,
  encodeFunctionData,
  formatEther,
  getAddress,
  type Hex,
  http,
  type PublicClient,
  parseEther,
  zeroAddress,
  zeroHash,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { deploySuite } from "../../deploy/deploy.ts";
import { openChain, read } from "../../oracle/chain.ts";
import type { FeatureSet } from "../../oracle/engine.ts";
import { indexOf } from "../../oracle/features.ts";
import type { ReadRange } from "../../oracle/state.ts";
import { artifact } from "../../protocol/abi.ts";
import type { ContractName, Deployment } from "../../protocol/deployment.ts";
import {
  type Receipt,
  type ReceiptBody,
  type ReceiptLog,
  receiptsList,
  requestHash,
  responseHash,
  signReceipt,
  signRequest,
  totalOf,
} from "../../protocol/receipt.ts";
import { type Row, rowsRoot } from "../../protocol/rows.ts";
import { type ChannelConfig, channelId, signVoucher } from "../../protocol/voucher.ts";
import { type Chain, MNEMONIC, startChain } from "../../scripts/demo/chain.ts";
import { vector } from "./fixtures.ts";

const ARTIFACT: Partial<Record<ContractName, string>> = {
  openToken: "OpenToken",
  stakeVault: "StakeVault",
  datanets: "Datanets",
  models: "Models",
  channels: "Channels",
  approvalCollector: "ApprovalCollector",
  revenue: "Revenue",
  attribution: "Attribution",
  rewards: "Rewards",
  operators: "Operators",
  refutations: "Refutations",
};

const account = (addressIndex: number) => mnemonicToAccount(MNEMONIC, { addressIndex });
/** The holder of all OPEN, who also posts. */
export const holder = account(0);
export const operator = account(1);
export const payer = account(2);
export const contributors = [account(3), account(4)];
const validator = account(5);

/** The suite on a chain of its own, with one version live and one channel open. */
export class World {
  readonly chain: Chain;
  readonly client: PublicClient;
  readonly deployment: Deployment;
  /** The version that went live last, its Till and the channel to it; what follows is about these. */
  model = 0;
  till: Address = zeroAddress;
  channel!: ChannelConfig;

  constructor(chain: Chain, client: PublicClient, deployment: Deployment) {
    this.chain = chain;
    this.client = client;
    this.deployment = deployment;
  }

  static async start(): Promise<World> {
    const chain = await startChain({ accounts: 6 });
    try {
      const deployment = await deploySuite({ rpcUrl: chain.url });
      return new World(chain, await openChain(chain.url, deployment), deployment);
    } catch (error) {
      await chain.stop();
      throw error;
    }
  }

  wallet(from: Address) {
    return createWalletClient({ account: from, transport: http(this.chain.url) });
  }

  /** All blocks of the suite so far. */
  async range(): Promise<ReadRange> {
    const { addresses, block: fromBlock } = this.deployment;
    return { addresses, fromBlock, toBlock: Number(await this.client.getBlockNumber()) };
  }

  poster() {
    return { client: this.client, wallet: this.wallet(holder.address), deployment: this.deployment };
  }

  async send(from: Address, contract: ContractName, functionName: string, args: readonly unknown[]): Promise<void> {
    await this.sendTo(from, ARTIFACT[contract]!, this.deployment.addresses[contract], functionName, args);
  }

  async sendTo(
    from: Address,
    name: string,
    to: Address,
    functionName: string,
    args: readonly unknown[],
  ): Promise<void> {
    const data = encodeFunctionData({ abi: artifact(name).abi, functionName, args });
    const hash = await this.wallet(from).sendTransaction({ to, data, chain: null });
    const { status } = await this.client.waitForTransactionReceipt({ hash });
    if (status !== "success") throw new Error(`${name}.${functionName} failed`);
  }

  read<T>(contract: ContractName, functionName: string, args: readonly unknown[] = []): Promise<T> {
    return read<T>(this.client, ARTIFACT[contract]!, this.deployment.addresses[contract], functionName, args);
  }

  async warpTo(timestamp: bigint): Promise<void> {
    const hex = (value: bigint): Hex => `0x${value.toString(16)}`;
    await this.chain.rpc("evm_setNextBlockTimestamp", [hex(timestamp)]);
    await this.chain.rpc("evm_mine");
  }

  async warp(seconds: bigint): Promise<void> {
    const { timestamp } = await this.client.getBlock();
    await this.warpTo(timestamp + seconds);
  }

  async give(to: Address, open: string): Promise<void> {
    await this.send(holder.address, "openToken", "transfer", [to, parseEther(open)]);
  }

  async approve(from: Address, spender: ContractName): Promise<void> {
    await this.send(from, "openToken", "approve", [this.deployment.addresses[spender], 2n ** 256n - 1n]);
  }

  /** A Datanet with `batches`, committed by the contributors in turn, accepted but for those in `rejected`. */
  async contribute(batches: readonly Row[][], rejected: readonly number[] = []): Promise<void> {
    await this.send(holder.address, "datanets", "create", ["bees", "CC0-1.0", 0n, [holder.address]]);
    for (const [i, rows] of batches.entries()) {
      const { address } = contributors[i % contributors.length]!;
      const [id, root, salt] = [BigInt(i), rowsRoot(rows), zeroHash];
      const sealed = await this.read<Hex>("datanets", "commitmentOf", [0n, address, root, rows.length, salt]);
      await this.send(address, "datanets", "commit", [0n, sealed, 0n]);
      await this.send(address, "datanets", "reveal", [id, root, rows.length, salt, `file ${i}`]);
      const score = rejected.includes(i) ? 10 : 90;
      const scored = await this.read<Hex>("datanets", "scoreCommitmentOf", [id, 1, holder.address, score, salt]);
      await this.send(holder.address, "datanets", "commitScore", [id, scored]);
      await this.send(holder.address, "datanets", "revealScore", [id, score, salt]);
    }
  }

  /** Proposes and takes live the next version, whose index commits `features`; half goes to the contributors. */
  async goLive(features: FeatureSet): Promise<number> {
    const { timelock } = this.deployment.addresses;
    const model = await this.read<bigint>("models", "modelCount");
    const bond = await this.read<bigint>("models", "requiredBond");
    const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
    const terms = {
      operator: operator.address,
      priceIn: 1n,
      priceOut: 1n,
      split: { developer: 1_000, operator: 2_000, stakers: 1_000, validators: 500, treasury: 500, contributors: 5_000 },
      manifestHash: hash("01"),
      baseHash: hash("02"),
      adapterHash: hash("03"),
      indexRoot: indexOf(features).list.root,
      datanet: 0,
      snapshotBlock: Number(await this.client.getBlockNumber()),
      targetMilliPerplexity: 9_000,
      parentAfter: 0,
    };
    await this.approve(holder.address, "models");
    await this.send(holder.address, "models", "propose", [terms, bond, "uri"]);
    // governance has tests of its own: here its timelock speaks at once
    await this.chain.rpc("anvil_impersonateAccount", [timelock]);
    await this.chain.rpc("anvil_setBalance", [timelock, "0xde0b6b3a7640000"]);
    await this.sendTo(timelock, "Models", this.deployment.addresses.models, "approve", [model]);
    await this.send(holder.address, "models", "recordTrained", [model, terms.manifestHash, terms.adapterHash, "uri"]);
    await this.give(validator.address, "10000");
    await this.approve(validator.address, "stakeVault");
    await this.send(validator.address, "stakeVault", "stake", [parseEther("10000")]);
    await this.warp(10n);
    await this.send(validator.address, "models", "recordEvaluation", [model, 8_000, hash("04")]);
    await this.warp(601n);
    await this.send(holder.address, "models", "goLive", [model]);
    await this.send(holder.address, "revenue", "createTill", [model]);
    const needed = await this.read<bigint>("operators", "BOND");
    await this.give(operator.address, formatEther(needed));
    await this.approve(operator.address, "operators");
    await this.send(operator.address, "operators", "deposit", [needed]);
    this.till = getAddress(await this.read<Address>("revenue", "tillOf", [model, operator.address]));
    this.model = Number(model);
    return this.model;
  }

  /** Opens the payer's channel to the Till with 1,000 OPEN in it. */
  async openChannel(): Promise<void> {
    const { openToken } = this.deployment.addresses;
    this.channel = {
      payer: payer.address,
      payerAuthorizer: zeroAddress,
      receiver: this.till,
      receiverAuthorizer: operator.address,
      token: openToken,
      withdrawDelay: 900,
      salt: zeroHash,
    };
    await this.give(payer.address, "1000");
    await this.approve(payer.address, "approvalCollector");
    await this.send(payer.address, "approvalCollector", "deposit", [this.channel, parseEther("1000")]);
  }

  get at() {
    return { chainId: this.deployment.chainId, channels: this.deployment.addresses.channels };
  }

  /** An epoch of paid answers, claimed, swept, and committed after its end. The unbound ones are named by place. */
  async trade(charges: readonly bigint[], unbound: readonly number[], from?: Receipt): Promise<ReceiptLog> {
    const log = await this.earn(charges, unbound, from);
    await this.endEpoch([log]);
    return log;
  }

  /** Paid answers, claimed and swept in the epoch that runs. */
  async earn(charges: readonly bigint[], unbound: readonly number[], from?: Receipt): Promise<ReceiptLog> {
    const epoch = await this.read<bigint>("revenue", "currentEpoch");
    const log = await this.#receipts(Number(epoch), charges, unbound, from);
    const last = log.receipts.at(-1)!;
    const voucher = { channel: this.channel, maxClaimableAmount: last.voucherMax };
    const claim = { voucher, signature: last.voucherSignature, totalClaimed: last.chargeAfter };
    await this.send(operator.address, "channels", "claim", [[claim]]);
    await this.sendTo(holder.address, "Till", this.till, "sweep", []);
    return log;
  }

  /** Goes to the end of the epoch that runs, and says which it was. */
  async passEpoch(): Promise<bigint> {
    const length = await this.read<bigint>("revenue", "EPOCH");
    const epoch = await this.read<bigint>("revenue", "currentEpoch");
    await this.warpTo((epoch + 1n) * length);
    return epoch;
  }

  /** Ends the epoch that runs, and commits its logs. */
  async endEpoch(logs: readonly ReceiptLog[]): Promise<void> {
    const epoch = await this.passEpoch();
    for (const { till, receipts } of logs) {
      const { root, count } = receiptsList(receipts);
      const commit = [till, epoch, root, BigInt(count), totalOf(receipts)];
      await this.send(operator.address, "attribution", "commitLog", commit);
    }
    await this.warpTo((await this.read<bigint>("attribution", "logDeadline", [epoch])) + 1n);
  }

  async #receipts(
    epoch: number,
    charges: readonly bigint[],
    unbound: readonly number[],
    from?: Receipt,
  ): Promise<ReceiptLog> {
    const { chainId } = this.deployment;
    const id = channelId(this.channel, this.at);
    let charged = from?.chargeAfter ?? 0n;
    const receipts: Receipt[] = [];
    for (const [i, charge] of charges.entries()) {
      const bound = !unbound.includes(i);
      const body: ReceiptBody = {
        number: (from?.number ?? -1) + 1 + i,
        till: this.till,
        model: this.model,
        channelId: id,
        payer: payer.address,
        chargeBefore: charged,
        chargeAfter: charged + charge,
        running: charged + charge,
        epoch,
        requestHash: requestHash({ model: `tributary:${this.model}`, prompt: `question ${i}` }),
        responseHash: responseHash([1, i], [2, i]),
        bound,
      };
      charged += charge;
      const voucher = { channelId: id, maxClaimableAmount: charged };
      const receipt: Receipt = {
        ...body,
        voucherMax: charged,
        voucherSignature: await signVoucher(payer, voucher, this.at),
        operatorSignature: await signReceipt(operator, body, chainId),
      };
      receipts.push(
        bound ? { ...receipt, boundSignature: await signRequest(payer, body, chainId, this.till) } : receipt,
      );
    }
    return { chainId, till: this.till, epoch, receipts, channels: [this.channel] };
  }
}

/** Features of contributions 0 and 1, each by its contributor. */
export function madeFeatures(dims = 1_030): FeatureSet {
  return {
    engine: "grad-dot",
    dims,
    tensors: [{ name: "t", size: dims, exponent: -4 }],
    contributions: [
      { contributor: 0, contribution: 0 },
      { contributor: 1, contribution: 1 },
    ],
    features: [vector(1, dims), vector(2, dims)],
    standing: [600_000_000n, 300_000_000n],
  };
}

/** Answers that owe themselves to contribution 0 where their number is even, else to contribution 1. */
export async function madeGradients(_: number, receipts: readonly Receipt[]): Promise<Float32Array[]> {
  return receipts.map(({ number }) => Float32Array.from(vector(1 + (number % 2), 1_030)));
}
