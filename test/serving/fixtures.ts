// A tiny model behind a server, a payer, and a chain that answers as told. Nothing here leaves the process.
import type { FastifyInstance } from "fastify";
import { type Address, getAddress, type Hex, zeroAddress, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type Base, Engine, initAdapter, initWeights, makeBase, trainTokenizer } from "../../lm/index.ts";
import { requestHash, signRequest } from "../../protocol/receipt.ts";
import { type ChannelConfig, channelId, signVoucher } from "../../protocol/voucher.ts";
import type { ChainView, ChannelFunds } from "../../serving/chain.ts";
import type { InferenceOptions } from "../../serving/inference.ts";
import { ModelRegistry, type ServedModel } from "../../serving/models.ts";
import { Store } from "../../serving/store.ts";
import { encodeHeader, networkOf, SIGNATURE_HEADER } from "../../serving/x402.ts";

const key = (digit: string): Hex => `0x${digit.repeat(64)}`;
const address = (digit: string): Address => getAddress(`0x${digit.repeat(40)}`);

export const OPERATOR = privateKeyToAccount(key("1"));
export const PAYER = privateKeyToAccount(key("2"));
export const STRANGER = privateKeyToAccount(key("3"));
export const TOKEN = address("a");
export const CHANNELS = address("b");
export const TILL = address("c");
export const CHAIN_ID = 31337;
export const AT = { chainId: CHAIN_ID, channels: CHANNELS };
export const DAY = 86_400;

/** A chain on which every channel holds 10^18 wei, unless told otherwise. */
export class TestChain implements ChainView {
  readonly chainId = CHAIN_ID;
  live = true;
  currentEpoch = 7;
  funds: ChannelFunds = { balance: 10n ** 18n, totalClaimed: 0n, withdrawing: 0n, withdrawRequestedAt: 0 };

  async epoch(): Promise<number> {
    return this.currentEpoch;
  }

  async channelFunds(): Promise<ChannelFunds> {
    return this.funds;
  }

  async isLive(): Promise<boolean> {
    return this.live;
  }
}

export function tinyBase(): Base {
  const config = {
    vocabSize: 276,
    dim: 16,
    layers: 1,
    heads: 2,
    hiddenDim: 20,
    maxSeq: 64,
    ropeTheta: 10000,
    normEps: 1e-5,
    tieEmbeddings: true,
  };
  const tokenizer = trainTokenizer(["the bees of the hive keep the honey in the comb of the hive"], 270);
  return makeBase({ config, tokenizer, weights: initWeights(config, 7) });
}

export function tinyModel(base: Base, model = 0): ServedModel {
  const adapter = initAdapter(base.config, { rank: 2, alpha: 4, targets: ["q_proj", "v_proj"] }, 5);
  return {
    model,
    name: `tributary:${model}`,
    alias: "bees",
    till: TILL,
    prices: { priceIn: 1_000_000n, priceOut: 3_000_000n },
    adapter: { ...adapter, hash: key("d") },
  };
}

export interface Desk extends InferenceOptions {
  chain: TestChain;
}

/** All that an inference needs; close its engine and store afterwards. */
export async function desk(): Promise<Desk> {
  const base = tinyBase();
  return {
    engine: await Engine.create(base, { threads: 1 }),
    models: new ModelRegistry([tinyModel(base)]),
    store: new Store(":memory:"),
    chain: new TestChain(),
    operator: OPERATOR,
    token: TOKEN,
    channels: CHANNELS,
  };
}

export function config(changes: Partial<ChannelConfig> = {}): ChannelConfig {
  return {
    payer: PAYER.address,
    payerAuthorizer: zeroAddress,
    receiver: TILL,
    receiverAuthorizer: OPERATOR.address,
    token: TOKEN,
    withdrawDelay: DAY,
    salt: zeroHash,
    ...changes,
  };
}

export interface PaymentChanges {
  config?: Partial<ChannelConfig>;
  signer?: typeof PAYER;
  /** Chain that the channel id and the voucher are made for, and that `accepted` names. */
  chainId?: number;
  network?: string;
  channelId?: Hex;
  signature?: Hex;
  /** A request to bind. */
  bind?: object;
  bindSigner?: typeof PAYER;
  /** Top-level fields in place of the ones made. */
  raw?: object;
}

/** A payment of up to `max` wei in all. */
export async function payment(max: bigint, changes: PaymentChanges = {}) {
  const channelConfig = config(changes.config);
  const signer = changes.signer ?? PAYER;
  const at = { ...AT, chainId: changes.chainId ?? CHAIN_ID };
  const id = changes.channelId ?? channelId(channelConfig, at);
  const signature = changes.signature ?? (await signVoucher(signer, { channelId: id, maxClaimableAmount: max }, at));
  const requestSignature = changes.bind
    ? await signRequest(
        changes.bindSigner ?? signer,
        { channelId: id, requestHash: requestHash(changes.bind as { model: string }) },
        at.chainId,
        TILL,
      )
    : undefined;
  return {
    x402Version: 2,
    accepted: { scheme: "batch-settlement", network: changes.network ?? networkOf(at.chainId) },
    payload: {
      type: "voucher",
      channelConfig,
      voucher: { channelId: id, maxClaimableAmount: max.toString(), signature },
      requestSignature,
    },
    ...changes.raw,
  };
}

export const REQUEST = { model: "tributary:0", prompt: "the bees", max_tokens: 8, temperature: 0 };

/** Posts a completion request, with a payment where there is one. */
export function post(app: FastifyInstance, body: unknown, paid?: object) {
  const headers = paid ? { [SIGNATURE_HEADER]: encodeHeader(paid) } : {};
  return app.inject({ method: "POST", url: "/v1/completions", headers, body: body as object });
}
