// The HTTP side of x402 version 2, scheme "batch-settlement": header names and JSON shapes as its stock clients use them.
import type { Address, Hex } from "viem";
import { PaymentError, type PaymentReason } from "./errors.ts";

export const X402_VERSION = 2;
export const SCHEME = "batch-settlement";
/** Base64 JSON of a PaymentRequired, beside a 402. */
export const REQUIRED_HEADER = "PAYMENT-REQUIRED";
/** Base64 JSON of a PaymentPayload, sent with a request; older clients name it X-PAYMENT. */
export const SIGNATURE_HEADER = "PAYMENT-SIGNATURE";
/** Base64 JSON of a SettleResponse, beside the answer. */
export const RESPONSE_HEADER = "PAYMENT-RESPONSE";

/** EIP-712 domain of OPEN, but for chain and address. */
export const TOKEN_DOMAIN = { name: "Tributary OPEN", version: "1" } as const;

/** Amounts are decimal strings in wei. */
export interface PaymentRequirements {
  scheme: typeof SCHEME;
  network: string;
  asset: Address;
  amount: string;
  payTo: Address;
  maxTimeoutSeconds: number;
  extra: {
    receiverAuthorizer: Address;
    withdrawDelay: number;
    /** EIP-712 domain of the asset, for deposits by ERC-3009. */
    name: string;
    version: string;
    assetTransferMethod: "eip3009";
    /** The contract that holds channels; verifying contract of vouchers. */
    channels: Address;
    channelState?: ChannelState;
    voucherState?: VoucherState;
  };
}

/** The best voucher held: its payer can check its own signature on it. */
export interface VoucherState {
  signedMaxClaimable: string;
  signature: Hex;
}

export interface ChannelState {
  channelId: Hex;
  balance: string;
  totalClaimed: string;
  withdrawRequestedAt: number;
  refundNonce: string;
  chargedCumulativeAmount: string;
}

export interface PaymentRequired {
  x402Version: typeof X402_VERSION;
  error: string;
  resource: { url: string; description: string; mimeType: string };
  accepts: PaymentRequirements[];
}

/** What a paying request carries. `requestSignature` is ours: it binds the voucher's channel to this very request. */
export interface PaymentPayload {
  x402Version: number;
  accepted?: { scheme: string; network: string };
  payload: {
    type: string;
    channelConfig: unknown;
    voucher: unknown;
    requestSignature?: unknown;
  };
}

/** What the operator took. */
export interface SettleResponse {
  success: true;
  payer: Address;
  transaction: "";
  network: string;
  amount: string;
  extra: { chargedAmount: string; channelState: ChannelState };
}

/** The CAIP-2 name of an EVM chain. */
export function networkOf(chainId: number): string {
  return `eip155:${chainId}`;
}

/** Where x402 has a code of its own, its clients act on it: they resynchronise, or give up. */
const X402_CODES: Partial<Record<PaymentReason, string>> = {
  unsupported_scheme: "invalid_batch_settlement_evm_scheme",
  unsupported_payload: "invalid_batch_settlement_evm_payload_type",
  voucher_wrong_chain: "invalid_batch_settlement_evm_network_mismatch",
  channel_wrong_receiver: "invalid_batch_settlement_evm_receiver_mismatch",
  channel_wrong_authorizer: "invalid_batch_settlement_evm_receiver_authorizer_mismatch",
  channel_wrong_token: "invalid_batch_settlement_evm_token_mismatch",
  channel_delay_too_short: "invalid_batch_settlement_evm_withdraw_delay_out_of_range",
  channel_id_mismatch: "invalid_batch_settlement_evm_channel_id_mismatch",
  invalid_voucher_signature: "invalid_batch_settlement_evm_voucher_signature",
  voucher_amount_too_low: "invalid_batch_settlement_evm_cumulative_amount_mismatch",
  voucher_amount_lowered: "invalid_batch_settlement_evm_cumulative_amount_mismatch",
  channel_not_funded: "invalid_batch_settlement_evm_channel_not_found",
  channel_insufficient_balance: "invalid_batch_settlement_evm_cumulative_exceeds_balance",
};

/** The code of a refusal as x402's clients know it. */
export function x402Code(reason: PaymentReason): string {
  return X402_CODES[reason] ?? reason;
}

/** A header's value for an object of the shapes above. */
export function encodeHeader(value: object): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64");
}

/** The object in a header; throws where it is not base64 of JSON. */
export function decodeHeader<T>(value: string): T {
  return JSON.parse(Buffer.from(value, "base64").toString("utf8")) as T;
}

/** The payment of a request's header. Throws a PaymentError where it is not of the shape above. */
export function decodePayment(header: string): PaymentPayload {
  let value: PaymentPayload;
  try {
    value = decodeHeader<PaymentPayload>(header);
  } catch {
    throw new PaymentError("invalid_payment_header", `The ${SIGNATURE_HEADER} header is not base64 of JSON.`);
  }
  const wrong = (what: string) => new PaymentError("invalid_payment_header", `The ${SIGNATURE_HEADER} header ${what}.`);
  if (typeof value !== "object" || value === null) throw wrong("is not a JSON object");
  if (value.x402Version !== X402_VERSION) throw wrong(`must have x402Version ${X402_VERSION}`);
  if (typeof value.payload !== "object" || value.payload === null) throw wrong("has no payload");
  const { accepted, payload } = value;
  if (accepted !== undefined && (typeof accepted !== "object" || accepted === null))
    throw wrong("has a malformed `accepted`");
  if (accepted?.scheme !== undefined && accepted.scheme !== SCHEME) {
    throw new PaymentError("unsupported_scheme", `Only the scheme "${SCHEME}" is accepted.`);
  }
  if (payload.type !== "voucher") {
    throw new PaymentError(
      "unsupported_payload",
      'Only payloads of type "voucher" are accepted: deposit into the channel on chain first.',
    );
  }
  return value;
}
