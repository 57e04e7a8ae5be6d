import { type Address, type Hex, isAddressEqual, zeroAddress, zeroHash } from "viem";
import { artifact } from "../protocol/abi.ts";
import { Decoder } from "../protocol/decode.ts";
import { receiptFromJson } from "../protocol/log.ts";
import { type CompletionRequest, type Receipt, requestHash, signRequest, verifyReceipt } from "../protocol/receipt.ts";
import { type ChannelConfig, type ChannelsDomain, channelId, signVoucher, verifyVoucher } from "../protocol/voucher.ts";
import type { ServingChain, Wallet } from "./chain.ts";
import { type DepositMethod, deposit } from "./deposit.ts";
import { KeyedLock } from "./lock.ts";
import { signerOf } from "./operator.ts";
import {
  decodeHeader,
  encodeHeader,
  networkOf,
  type PaymentRequired,
  type PaymentRequirements,
  REQUIRED_HEADER,
  SCHEME,
  SIGNATURE_HEADER,
  X402_VERSION,
} from "./x402.ts";

/** Something between asking and a paid answer went wrong; `code` is the server's, or ours. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Where a client remembers the cumulative charge of its channels, in wei. */
export interface ChannelMemory {
  load(channelId: Hex): bigint | undefined;
  save(channelId: Hex, charged: bigint): void;
}

export interface PayingClientOptions {
  /** Base URL of the server. */
  url: string;
  chain: ServingChain;
  wallet: Wallet;
  /** Most that this client may spend in all, in wei; default no limit. */
  limit?: bigint;
  /** Whether each request is bound to its payment by a signature of its hash; default true. */
  bind?: boolean;
  /** Default: forgotten with the client; then the server's word is taken as far as our own signatures go. */
  memory?: ChannelMemory;
}

/** A paid answer. */
export interface Completion {
  text: string;
  finish: "stop" | "length";
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
  /** Wei. */
  charged: bigint;
  receipt: Receipt;
}

/** Pays for completions by vouchers: asks, is told the price, signs, asks again, checks the receipt. */
export class PayingClient {
  readonly #options: PayingClientOptions;
  readonly #memory: ChannelMemory;
  readonly #locks = new KeyedLock();
  #spent = 0n;

  constructor(options: PayingClientOptions) {
    this.#options = options;
    const charged = new Map<Hex, bigint>();
    this.#memory = options.memory ?? {
      load: (id) => charged.get(id),
      save: (id, amount) => void charged.set(id, amount),
    };
  }

  /** Wei that this client has paid. */
  get spent(): bigint {
    return this.#spent;
  }

  /** Asks without paying and checks what is demanded: this chain, OPEN, the Channels contract, a Till and its operator. */
  async requirements(request: CompletionRequest): Promise<PaymentRequirements> {
    const response = await this.#post(request);
    const header = response.headers.get(REQUIRED_HEADER);
    if (response.status !== 402 || header === null) throw await refusal(response);
    const offers = decodeHeader<PaymentRequired>(header).accepts;
    const demanded = offers.find(
      ({ scheme, network }) => scheme === SCHEME && network === networkOf(this.#domain.chainId),
    );
    if (!demanded) {
      throw new ClientError(
        "no_payment_option",
        `The server takes no ${SCHEME} payments on chain ${this.#domain.chainId}.`,
      );
    }
    await this.#checkDemand(demanded);
    return demanded;
  }

  /** This payer's channel for a demand: one per payer and Till. */
  channelOf({ payTo, asset, extra }: PaymentRequirements): { config: ChannelConfig; channelId: Hex } {
    const config: ChannelConfig = {
      payer: this.#options.wallet.account.address,
      payerAuthorizer: zeroAddress,
      receiver: payTo,
      receiverAuthorizer: extra.receiverAuthorizer,
      token: asset,
      withdrawDelay: extra.withdrawDelay,
      salt: zeroHash,
    };
    return { config, channelId: channelId(config, this.#domain) };
  }

  /** Deposits `amount` wei into the channel of a demand, by allowance or by an ERC-3009 authorization. */
  async deposit(demanded: PaymentRequirements, amount: bigint, by: DepositMethod = "approval"): Promise<Hex> {
    const { config, channelId } = this.channelOf(demanded);
    await deposit(this.#options.chain, this.#options.wallet, config, channelId, amount, by);
    return channelId;
  }

  /** Wei in the channel of a demand that no voucher of ours has spent yet. */
  async available(demanded: PaymentRequirements): Promise<bigint> {
    const { channelId } = this.channelOf(demanded);
    const { balance, totalClaimed, withdrawing } = await this.#options.chain.channelFunds(channelId);
    return balance - withdrawing - this.#charged(channelId, totalClaimed);
  }

  /**
   * A completion, paid by voucher. Throws a ClientError where the server refuses, the channel or the limit does not
   * cover the ceiling, or the receipt is not what was agreed.
   */
  async complete(request: CompletionRequest): Promise<Completion> {
    const demanded = await this.requirements(request);
    const { channelId } = this.channelOf(demanded);
    return this.#locks.run(channelId, async () => {
      const first = await this.#pay(request, demanded);
      if (first.status !== 402) return this.#accept(request, demanded, first);
      const header = first.headers.get(REQUIRED_HEADER);
      const corrected = header === null ? undefined : decodeHeader<PaymentRequired>(header).accepts[0];
      // An answer that never reached us was charged: take the server's word as far as our own signature goes.
      if (!corrected || !(await this.#resynchronise(channelId, corrected))) throw await refusal(first);
      return this.#accept(request, demanded, await this.#pay(request, demanded));
    });
  }

  get #domain(): ChannelsDomain {
    const { chain } = this.#options;
    return { chainId: chain.chainId, channels: chain.address("channels") };
  }

  #charged(channelId: Hex, totalClaimed: bigint): bigint {
    const known = this.#memory.load(channelId) ?? 0n;
    return known > totalClaimed ? known : totalClaimed;
  }

  async #checkDemand({ asset, amount, payTo, extra }: PaymentRequirements): Promise<void> {
    const { chain } = this.#options;
    const refuse = (what: string): never => {
      throw new ClientError("untrusted_demand", `The server's demand is refused: ${what}.`);
    };
    if (!/^\d{1,39}$/.test(amount)) refuse("its amount is not in wei");
    if (!isAddressEqual(asset, chain.address("openToken"))) refuse(`it asks for ${asset}, not for OPEN`);
    if (!isAddressEqual(extra.channels, this.#domain.channels)) refuse(`its Channels contract is ${extra.channels}`);
    if (!(await chain.read<boolean>("revenue", "isTill", [payTo]))) refuse(`${payTo} is no Till`);
    const { abi } = artifact("Till");
    const operator = await chain.client.readContract({ address: payTo, abi, functionName: "operator" });
    if (!isAddressEqual(operator as Address, extra.receiverAuthorizer)) refuse(`the Till's operator is ${operator}`);
  }

  async #pay(request: CompletionRequest, demanded: PaymentRequirements): Promise<Response> {
    const { chain, wallet, limit, bind = true } = this.#options;
    const ceiling = BigInt(demanded.amount);
    if (limit !== undefined && this.#spent + ceiling > limit) {
      throw new ClientError(
        "spending_limit",
        `This request may cost ${ceiling} wei; ${limit - this.#spent} are left of the limit.`,
      );
    }
    const { config, channelId } = this.channelOf(demanded);
    const { balance, totalClaimed, withdrawing } = await chain.channelFunds(channelId);
    const maxClaimableAmount = this.#charged(channelId, totalClaimed) + ceiling;
    if (balance - withdrawing < maxClaimableAmount) {
      throw new ClientError(
        "channel_insufficient_balance",
        `The channel holds ${balance - withdrawing} wei; ${maxClaimableAmount} are needed: deposit more.`,
      );
    }
    const signer = signerOf(wallet);
    const signature = await signVoucher(signer, { channelId, maxClaimableAmount }, this.#domain);
    const hash = requestHash(request);
    const requestSignature = bind
      ? await signRequest(signer, { channelId, requestHash: hash }, this.#domain.chainId, demanded.payTo)
      : undefined;
    return this.#post(request, {
      x402Version: X402_VERSION,
      accepted: demanded,
      payload: {
        type: "voucher",
        channelConfig: config,
        voucher: { channelId, maxClaimableAmount: maxClaimableAmount.toString(), signature },
        requestSignature,
      },
    });
  }

  /** Takes over the server's count of what is charged, if it lies within a voucher that we signed. */
  async #resynchronise(channelId: Hex, demanded: PaymentRequirements): Promise<boolean> {
    const { channelState, voucherState } = demanded.extra;
    if (!channelState || !voucherState || channelState.channelId !== channelId) return false;
    const charged = BigInt(channelState.chargedCumulativeAmount);
    const signed = BigInt(voucherState.signedMaxClaimable);
    const { config } = this.channelOf(demanded);
    const ours = await verifyVoucher(config, signed, voucherState.signature, this.#domain);
    if (!ours || charged > signed || charged <= this.#charged(channelId, 0n)) return false;
    this.#memory.save(channelId, charged);
    return true;
  }

  async #accept(request: CompletionRequest, demanded: PaymentRequirements, response: Response): Promise<Completion> {
    if (response.status !== 200) throw await refusal(response);
    const body = new Decoder(await response.json(), "");
    const receipt = receiptFromJson(body.field("receipt"));
    const charged = receipt.chargeAfter - receipt.chargeBefore;
    const { channelId } = this.channelOf(demanded);
    const refuse = (what: string): never => {
      throw new ClientError("invalid_receipt", `The answer came with a receipt that ${what}.`);
    };
    if (!isAddressEqual(receipt.till, demanded.payTo)) refuse("is of another Till");
    if (receipt.channelId !== channelId) refuse("is of another channel");
    if (receipt.requestHash !== requestHash(request)) refuse("is for another request");
    if (receipt.bound !== (this.#options.bind ?? true)) refuse("misstates whether the request was bound");
    const before = this.#memory.load(channelId);
    // Less is in our favour: the channel is younger than our memory of it.
    if (before !== undefined && receipt.chargeBefore > before)
      refuse(`begins at ${receipt.chargeBefore} wei, not at ${before}`);
    if (charged > BigInt(demanded.amount)) refuse(`charges ${charged} wei, more than the ${demanded.amount} agreed`);
    const signed = await verifyReceipt(receipt, demanded.extra.receiverAuthorizer, this.#domain.chainId);
    if (!signed) refuse("the operator has not signed");
    this.#memory.save(channelId, receipt.chargeAfter);
    this.#spent += charged;
    const [choice] = body.field("choices").items(1);
    const usage = (field: string) => body.field("usage").field(field).integer();
    return {
      text: choice!.field("text").string(),
      finish: choice!.field("finish_reason").string() === "stop" ? "stop" : "length",
      usage: {
        prompt_tokens: usage("prompt_tokens"),
        completion_tokens: usage("completion_tokens"),
        total_tokens: usage("total_tokens"),
      },
      charged,
      receipt,
    };
  }

  async #post(request: CompletionRequest, payment?: object): Promise<Response> {
    const { url } = this.#options;
    try {
      return await fetch(new URL("/v1/completions", url), {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(payment ? { [SIGNATURE_HEADER]: encodeHeader(payment) } : {}),
        },
        body: JSON.stringify(request),
      });
    } catch {
      throw new ClientError("server_unreachable", `No server answers at ${url}.`);
    }
  }
}

/** The server's error as ours. */
async function refusal(response: Response): Promise<ClientError> {
  const body = (await response.json().catch(() => undefined)) as
    | { error?: { code?: string; message?: string } }
    | undefined;
  const { code, message } = body?.error ?? {};
  return new ClientError(
    code ?? `http_${response.status}`,
    message ?? `The server answered with status ${response.status}.`,
  );
}
