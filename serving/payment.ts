import { type Address, type Hex, isAddressEqual } from "viem";
import { Decoder, FormatError } from "../protocol/decode.ts";
import { channelConfigFromJson } from "../protocol/log.ts";
import { verifyRequest } from "../protocol/receipt.ts";
import {
  type ChannelConfig,
  type ChannelsDomain,
  channelId,
  recoverVoucherSigner,
  voucherSigner,
} from "../protocol/voucher.ts";
import type { ChannelFunds } from "./chain.ts";
import { PaymentError } from "./errors.ts";
import type { ChannelRecord } from "./store.ts";
import { networkOf, type PaymentPayload } from "./x402.ts";

/** What an operator asks of every channel that pays one of its Tills. */
export interface PaymentTerms extends ChannelsDomain {
  till: Address;
  operator: Address;
  token: Address;
  /** Least seconds between a payer's announcement and its withdrawal: the operator redeems within them. */
  withdrawDelay: number;
}

/** A payment whose channel and signatures are right; whether it is enough is another question. */
export interface Payment {
  channelId: Hex;
  config: ChannelConfig;
  voucherMax: bigint;
  voucherSignature: Hex;
  /** The payer's signature of the request hash, where it gave one. */
  requestSignature?: Hex;
}

/**
 * Checks a payment by itself: that its channel leads to this Till and operator in this token on this chain, and that the
 * channel's signer signed the voucher (ECDSA) and, where it did, this request. Throws a PaymentError with the reason.
 */
export async function checkPayment(
  { accepted, payload }: PaymentPayload,
  terms: PaymentTerms,
  requestHash: Hex,
): Promise<Payment> {
  const network = networkOf(terms.chainId);
  if (accepted?.network !== undefined && accepted.network !== network) {
    throw new PaymentError(
      "voucher_wrong_chain",
      `The payment is for ${accepted.network}; this server is on ${network}.`,
    );
  }
  const { config, voucher, requestSignature } = parse(() => {
    const { channelConfig, voucher, requestSignature } = payload;
    const from = new Decoder(voucher, "voucher");
    return {
      config: channelConfigFromJson(new Decoder(channelConfig, "channelConfig")),
      voucher: {
        channelId: from.field("channelId").hex(32),
        maxClaimableAmount: from.field("maxClaimableAmount").uint(128),
        // Receipts carry 65-byte ECDSA signatures only: what counts must stay provable on chain.
        signature: from.field("signature").hex(65),
      },
      requestSignature:
        requestSignature === undefined ? undefined : new Decoder(requestSignature, "requestSignature").hex(65),
    };
  });
  checkConfig(config, terms);
  const id = channelId(config, terms);
  if (voucher.channelId !== id) {
    throw new PaymentError("channel_id_mismatch", `The channel's id is ${id} on ${network}, not ${voucher.channelId}.`);
  }
  const { maxClaimableAmount, signature } = voucher;
  const signer = await recoverVoucherSigner({ channelId: id, maxClaimableAmount }, signature, terms);
  if (signer === null || !isAddressEqual(signer, voucherSigner(config))) {
    throw new PaymentError(
      "invalid_voucher_signature",
      `The voucher is not signed by ${voucherSigner(config)} for chain ${terms.chainId} and Channels at ${terms.channels}.`,
    );
  }
  const payment = { channelId: id, config, voucherMax: maxClaimableAmount, voucherSignature: signature };
  if (requestSignature === undefined) return payment;
  const bound = await verifyRequest(
    { channelId: id, requestHash },
    requestSignature,
    voucherSigner(config),
    terms.chainId,
    terms.till,
  );
  if (!bound) {
    throw new PaymentError(
      "invalid_request_signature",
      "The request is not signed by the voucher's signer as it was sent.",
    );
  }
  return { ...payment, requestSignature };
}

/**
 * Checks that a voucher covers `ceiling` wei more than what is charged, and that the channel's money covers the voucher.
 * A voucher below the best one held is a replay or a mistake, unless it is exactly what is charged plus the ceiling:
 * x402's stock clients sign that when an answer cost less than its ceiling and the next ceiling is lower.
 */
export function checkAmount(
  { voucherMax }: Pick<Payment, "voucherMax">,
  held: Pick<ChannelRecord, "voucherMax" | "charged"> | undefined,
  charged: bigint,
  ceiling: bigint,
  { balance, withdrawing }: ChannelFunds,
): void {
  const needed = charged + ceiling;
  if (voucherMax < needed) {
    throw new PaymentError(
      "voucher_amount_too_low",
      `The voucher promises ${voucherMax} wei; ${charged} are charged and this request may cost ${ceiling}: ${needed} are needed.`,
    );
  }
  if (held && voucherMax < held.voucherMax && voucherMax !== needed) {
    throw new PaymentError(
      "voucher_amount_lowered",
      `The voucher promises ${voucherMax} wei, less than the ${held.voucherMax} promised before.`,
    );
  }
  if (balance === 0n)
    throw new PaymentError("channel_not_funded", "The channel holds nothing: deposit into it on chain first.");
  if (balance < voucherMax) {
    throw new PaymentError(
      "channel_insufficient_balance",
      `The channel holds ${balance} wei, less than the ${voucherMax} promised.`,
    );
  }
  if (balance - withdrawing < voucherMax) {
    throw new PaymentError(
      "channel_withdrawal_pending",
      `A withdrawal of ${withdrawing} wei is announced; the channel would not cover the ${voucherMax} promised.`,
    );
  }
}

function checkConfig(config: ChannelConfig, terms: PaymentTerms): void {
  if (!isAddressEqual(config.receiver, terms.till)) {
    throw new PaymentError(
      "channel_wrong_receiver",
      `The channel pays ${config.receiver}; this model's Till is ${terms.till}.`,
    );
  }
  if (!isAddressEqual(config.receiverAuthorizer, terms.operator)) {
    throw new PaymentError(
      "channel_wrong_authorizer",
      `The channel's receiverAuthorizer must be the operator ${terms.operator}.`,
    );
  }
  if (!isAddressEqual(config.token, terms.token)) {
    throw new PaymentError(
      "channel_wrong_token",
      `The channel holds ${config.token}; payments are in OPEN at ${terms.token}.`,
    );
  }
  if (config.withdrawDelay < terms.withdrawDelay) {
    throw new PaymentError(
      "channel_delay_too_short",
      `The channel's withdrawDelay is ${config.withdrawDelay} s; at least ${terms.withdrawDelay} s are needed.`,
    );
  }
}

/** `read` with FormatErrors turned into refusals of the header. */
function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new PaymentError("invalid_payment_header", `The payment is malformed: ${error.message}.`);
  }
}
