import type { Address, Hex } from "viem";
import type { Engine, Generation } from "../lm/index.ts";
import {
  type Receipt,
  type ReceiptBody,
  requestHash,
  responseHash,
  type CompletionRequest as SentRequest,
  signReceipt,
} from "../protocol/receipt.ts";
import type { TypedDataSigner } from "../protocol/voucher.ts";
import type { ChainView, ChannelFunds } from "./chain.ts";
import { ApiError, invalidRequest, notFound, PaymentError } from "./errors.ts";
import { KeyedLock } from "./lock.ts";
import type { ModelRegistry, ServedModel } from "./models.ts";
import { checkAmount, checkPayment, type Payment } from "./payment.ts";
import { chargeFor } from "./price.ts";
import { type CompletionRequest, DEFAULT_MAX_TOKENS, parseRequest } from "./request.ts";
import type { ChannelRecord, Store } from "./store.ts";
import { type ChannelState, decodePayment, networkOf, type PaymentRequirements, SCHEME, TOKEN_DOMAIN } from "./x402.ts";

export interface InferenceOptions {
  engine: Engine;
  models: ModelRegistry;
  store: Store;
  chain: ChainView;
  /** The operator's key: it signs receipts, and channels name it as receiverAuthorizer. */
  operator: TypedDataSigner & { address: Address };
  /** OPEN. */
  token: Address;
  channels: Address;
  /** Least withdraw delay of a channel in seconds; default one day. The operator must redeem more often than that. */
  withdrawDelay?: number;
  /** Requests in work at once; further ones get a 503. Default 64. */
  maxWaiting?: number;
}

/** A request that was understood, and what it may cost at most. */
export interface Quote {
  model: ServedModel;
  request: CompletionRequest;
  requestHash: Hex;
  promptTokens: Int32Array;
  maxTokens: number;
  /** Wei. */
  ceiling: bigint;
}

/** A paid answer. */
export interface Paid {
  generation: Generation;
  receipt: Receipt;
  channelState: ChannelState;
}

/** Ten minutes: far more than any answer takes. */
const TIMEOUT_SECONDS = 600;
const DAY = 86_400;

/** Understands, prices, answers and books requests. Knows nothing of HTTP but the payment header's text. */
export class Inference {
  readonly options: InferenceOptions;
  readonly #locks = new KeyedLock();
  #waiting = 0;

  constructor(options: InferenceOptions) {
    this.options = options;
  }

  /** Checks a body and prices it. Throws an ApiError (400 or 404). */
  quote(body: unknown): Quote {
    const request = parseRequest(body);
    const model = this.options.models.resolve(request.model);
    const { tokenizer, config } = this.options.engine.base;
    const promptTokens = tokenizer.encode(request.prompt);
    // The last token of an answer is never read again, so it may stand one past the context.
    const room = config.maxSeq + 1 - promptTokens.length;
    const maxTokens = request.max_tokens ?? Math.min(DEFAULT_MAX_TOKENS, Math.max(room, 1));
    if (maxTokens > room) {
      throw invalidRequest(
        "context_length_exceeded",
        `The prompt has ${promptTokens.length} tokens and asks for ${maxTokens} more; the context is ${config.maxSeq + 1} in all.`,
        room < 1 ? "prompt" : "max_tokens",
      );
    }
    const ceiling = chargeFor(model.prices, promptTokens.length, maxTokens);
    // The payer signs the request as it sent it, defaults left out.
    return { model, request, requestHash: requestHash(body as SentRequest), promptTokens, maxTokens, ceiling };
  }

  /** What a payment for this quote has to look like. */
  requirements({ model, ceiling }: Quote, error?: PaymentError): PaymentRequirements {
    const { chain, token, channels, operator } = this.options;
    return {
      scheme: SCHEME,
      network: networkOf(chain.chainId),
      asset: token,
      amount: ceiling.toString(),
      payTo: model.till,
      maxTimeoutSeconds: TIMEOUT_SECONDS,
      extra: {
        receiverAuthorizer: operator.address,
        withdrawDelay: this.#withdrawDelay,
        name: TOKEN_DOMAIN.name,
        version: TOKEN_DOMAIN.version,
        assetTransferMethod: "eip3009",
        channels,
        ...error?.state,
      },
    };
  }

  /**
   * Checks the payment, keeps its voucher, answers, and books charge and receipt together. Requests on one channel are
   * taken one after the other. Throws a PaymentError (402), or another ApiError; then nothing is charged.
   */
  async answer(quote: Quote, paymentHeader: string | undefined): Promise<Paid> {
    if (paymentHeader === undefined) {
      throw new PaymentError(
        "payment_required",
        `This request costs up to ${quote.ceiling} wei of OPEN: pay by voucher.`,
      );
    }
    const { chain, token, channels, operator, maxWaiting = 64 } = this.options;
    const payment = await checkPayment(
      decodePayment(paymentHeader),
      {
        chainId: chain.chainId,
        channels,
        token,
        till: quote.model.till,
        operator: operator.address,
        withdrawDelay: this.#withdrawDelay,
      },
      quote.requestHash,
    );
    if (this.#waiting >= maxWaiting)
      throw new ApiError(503, "server_error", "overloaded", "Too many requests: try again later.");
    this.#waiting++;
    try {
      return await this.#locks.run(payment.channelId, () => this.#serve(quote, payment));
    } finally {
      this.#waiting--;
    }
  }

  get #withdrawDelay(): number {
    return this.options.withdrawDelay ?? DAY;
  }

  async #serve(quote: Quote, payment: Payment): Promise<Paid> {
    const { engine, store, chain } = this.options;
    const { model, request, promptTokens, maxTokens, ceiling } = quote;
    const [live, funds] = await Promise.all([chain.isLive(model.model), chain.channelFunds(payment.channelId)]);
    if (!live) throw notFound("model_not_live", `The model "${model.name}" is no longer live.`, "model");
    const held = store.channel(payment.channelId);
    // What is claimed on chain is charged, even where this store has forgotten it.
    const charged = held && held.charged > funds.totalClaimed ? held.charged : funds.totalClaimed;
    try {
      checkAmount(payment, held, charged, ceiling, funds);
    } catch (error) {
      if (error instanceof PaymentError) error.state = stateOf(payment.channelId, charged, funds, held);
      throw error;
    }
    // Durable before any work is done for it.
    const { channelId, config, voucherMax, voucherSignature } = payment;
    const voucher = store.keepVoucher(channelId, config, voucherMax, voucherSignature, charged);

    const generation = await engine.generate(model.adapter, promptTokens, {
      maxTokens,
      temperature: request.temperature,
      topP: request.top_p,
      seed: request.seed,
      stop: request.stop,
    });
    const receipt = await this.#book(quote, payment, voucher, charged, generation);
    return { generation, receipt, channelState: stateOf(channelId, receipt.chargeAfter, funds).channelState };
  }

  /** Numbers, signs and stores the receipt; a Till's receipts are booked one after the other. */
  #book(
    { model, requestHash, promptTokens }: Quote,
    { channelId, config, requestSignature }: Payment,
    voucher: ChannelRecord,
    chargeBefore: bigint,
    { tokens }: Generation,
  ): Promise<Receipt> {
    const { store, chain, operator } = this.options;
    return this.#locks.run(model.till, async () => {
      const { number, running } = store.next(model.till);
      const charge = chargeFor(model.prices, promptTokens.length, tokens.length);
      const body: ReceiptBody = {
        number,
        till: model.till,
        model: model.model,
        channelId,
        payer: config.payer,
        chargeBefore,
        chargeAfter: chargeBefore + charge,
        running: running + charge,
        epoch: await chain.epoch(),
        requestHash,
        responseHash: responseHash(promptTokens, tokens),
        bound: requestSignature !== undefined,
      };
      const receipt: Receipt = {
        ...body,
        ...(requestSignature ? { boundSignature: requestSignature } : {}),
        voucherMax: voucher.voucherMax,
        voucherSignature: voucher.voucherSignature,
        operatorSignature: await signReceipt(operator, body, chain.chainId),
      };
      store.append(receipt, { promptTokens, answerTokens: tokens });
      return receipt;
    });
  }
}

function stateOf(channelId: Hex, charged: bigint, funds: ChannelFunds, held?: ChannelRecord) {
  const channelState: ChannelState = {
    channelId,
    balance: funds.balance.toString(),
    totalClaimed: funds.totalClaimed.toString(),
    withdrawRequestedAt: funds.withdrawRequestedAt,
    refundNonce: "0",
    chargedCumulativeAmount: charged.toString(),
  };
  if (!held) return { channelState };
  return {
    channelState,
    voucherState: { signedMaxClaimable: held.voucherMax.toString(), signature: held.voucherSignature },
  };
}
