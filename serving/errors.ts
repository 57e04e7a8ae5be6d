import type { ChannelState, VoucherState } from "./x402.ts";

/** The OpenAI shape of an error body. */
export interface ErrorBody {
  error: { message: string; type: string; code: string; param: string | null };
}

/** An error that a client of the HTTP interface gets to see. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly param: string | null;

  constructor(status: number, type: string, code: string, message: string, param: string | null = null) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
  }

  body(): ErrorBody {
    return { error: { message: this.message, type: this.type, code: this.code, param: this.param } };
  }
}

/** 400: the request itself is wrong. */
export function invalidRequest(code: string, message: string, param: string | null = null): ApiError {
  return new ApiError(400, "invalid_request_error", code, message, param);
}

/** 404: no such thing here. */
export function notFound(code: string, message: string, param: string | null = null): ApiError {
  return new ApiError(404, "not_found_error", code, message, param);
}

/** Why a payment is refused. Each has its own code, so that a client can tell what to mend. */
export type PaymentReason =
  | "payment_required"
  | "invalid_payment_header"
  | "unsupported_scheme"
  | "unsupported_payload"
  | "voucher_wrong_chain"
  | "channel_wrong_receiver"
  | "channel_wrong_authorizer"
  | "channel_wrong_token"
  | "channel_delay_too_short"
  | "channel_id_mismatch"
  | "invalid_voucher_signature"
  | "invalid_request_signature"
  | "voucher_amount_too_low"
  | "voucher_amount_lowered"
  | "channel_not_funded"
  | "channel_insufficient_balance"
  | "channel_withdrawal_pending";

/** 402: not paid, or not in a way that can be accepted; nothing is charged. */
export class PaymentError extends ApiError {
  readonly reason: PaymentReason;
  /** What the operator holds of the channel; only where the payer has proved that it is its own. */
  state?: { channelState: ChannelState; voucherState?: VoucherState };

  constructor(reason: PaymentReason, message: string) {
    super(402, "payment_required", reason, message);
    this.reason = reason;
  }
}
