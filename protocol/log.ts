import type { Decoder } from "./decode.ts";
import type { Receipt, ReceiptLog } from "./receipt.ts";
import type { ChannelConfig } from "./voucher.ts";

/** Receipts of one Till and epoch that a reader accepts at most. */
export const MAX_RECEIPTS = 1_000_000;

/** A receipt as JSON carries it: wei as decimal strings. */
export function receiptToJson(receipt: Receipt) {
  return {
    number: receipt.number,
    till: receipt.till,
    model: receipt.model,
    channelId: receipt.channelId,
    payer: receipt.payer,
    chargeBefore: receipt.chargeBefore.toString(),
    chargeAfter: receipt.chargeAfter.toString(),
    running: receipt.running.toString(),
    epoch: receipt.epoch,
    requestHash: receipt.requestHash,
    responseHash: receipt.responseHash,
    bound: receipt.bound,
    boundSignature: receipt.boundSignature,
    voucherMax: receipt.voucherMax.toString(),
    voucherSignature: receipt.voucherSignature,
    operatorSignature: receipt.operatorSignature,
  };
}

/** Inverse of {@link receiptToJson}. Throws FormatError. */
export function receiptFromJson(from: Decoder): Receipt {
  const bound = from.field("bound").boolean();
  const receipt: Receipt = {
    number: from.field("number").integer(),
    till: from.field("till").address(),
    model: from.field("model").integer(),
    channelId: from.field("channelId").hex(32),
    payer: from.field("payer").address(),
    chargeBefore: from.field("chargeBefore").uint(),
    chargeAfter: from.field("chargeAfter").uint(),
    running: from.field("running").uint(),
    epoch: from.field("epoch").integer(),
    requestHash: from.field("requestHash").hex(32),
    responseHash: from.field("responseHash").hex(32),
    bound,
    voucherMax: from.field("voucherMax").uint(),
    voucherSignature: from.field("voucherSignature").hex(65),
    operatorSignature: from.field("operatorSignature").hex(65),
  };
  if (receipt.chargeAfter < receipt.chargeBefore) from.field("chargeAfter").fail("below chargeBefore");
  return bound ? { ...receipt, boundSignature: from.field("boundSignature").hex(65) } : receipt;
}

/** The config of a channel from JSON. Throws FormatError. */
export function channelConfigFromJson(from: Decoder): ChannelConfig {
  return {
    payer: from.field("payer").address(),
    payerAuthorizer: from.field("payerAuthorizer").address(),
    receiver: from.field("receiver").address(),
    receiverAuthorizer: from.field("receiverAuthorizer").address(),
    token: from.field("token").address(),
    withdrawDelay: from.field("withdrawDelay").integer(0, 2 ** 40 - 1),
    salt: from.field("salt").hex(32),
  };
}

/** A log as JSON carries it. */
export function logToJson(log: ReceiptLog) {
  return {
    chainId: log.chainId,
    till: log.till,
    epoch: log.epoch,
    receipts: log.receipts.map(receiptToJson),
    channels: log.channels,
  };
}

/** Inverse of {@link logToJson}. Throws FormatError. */
export function logFromJson(from: Decoder): ReceiptLog {
  return {
    chainId: from.field("chainId").integer(1),
    till: from.field("till").address(),
    epoch: from.field("epoch").integer(),
    receipts: from.field("receipts").items(MAX_RECEIPTS).map(receiptFromJson),
    channels: from.field("channels").items(MAX_RECEIPTS).map(channelConfigFromJson),
  };
}
