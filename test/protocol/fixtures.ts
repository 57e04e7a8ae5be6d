import { type Hex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type Receipt, type ReceiptBody, requestHash, responseHash, signReceipt } from "../../protocol/receipt.ts";

export const CHAIN = 31337;
export const operator = privateKeyToAccount(`0x${"33".repeat(32)}`);
export const payer = privateKeyToAccount(`0x${"11".repeat(32)}`);
export const till: Hex = "0x00000000000000000000000000000000000000AA";

export const body: ReceiptBody = {
  number: 3,
  till,
  model: 1,
  channelId: `0x${"05".repeat(32)}`,
  payer: payer.address,
  chargeBefore: 10n,
  chargeAfter: 25n,
  running: 1_000n,
  epoch: 490_000,
  requestHash: requestHash({ model: "tributary:1", prompt: "Why?" }),
  responseHash: responseHash([1, 2], [3]),
  bound: false,
};

/** A receipt signed by the operator; the voucher's signature is a dummy. */
export async function signed(changes: Partial<ReceiptBody> = {}): Promise<Receipt> {
  const changed = { ...body, ...changes };
  const operatorSignature = await signReceipt(operator, changed, CHAIN);
  const voucherSignature: Hex = `${zeroHash}${zeroHash.slice(2)}1b`;
  return { ...changed, voucherMax: changed.chargeAfter, voucherSignature, operatorSignature };
}
