import type { Address, Hex } from "viem";
import { chargeOf, type Receipt, verifyReceipt, verifyRequest } from "../protocol/receipt.ts";
import {
  type ChannelConfig,
  type ChannelsDomain,
  channelId,
  verifyVoucher,
  voucherSigner,
} from "../protocol/voucher.ts";
import { expectEqual, Mismatch } from "./mismatch.ts";

/** Where a Till's sequence stands: carried from one epoch to the next. */
export interface Sequence {
  /** Number of the next receipt. */
  next: number;
  running: bigint;
  /** Cumulative charge per channel id. */
  charged: Map<Hex, bigint>;
}

/** What the receipts of an epoch are checked against. */
export interface ReceiptsContext {
  till: Address;
  epoch: number;
  model: number;
  operator: Address;
  openToken: Address;
  /** Chain and Channels contract of the vouchers. */
  at: ChannelsDomain;
  channels: readonly ChannelConfig[];
  /** Where the sequence stood before; null where that is not known. */
  before: Sequence | null;
}

/**
 * Checks every rule of the receipts list: consecutive numbers, running sums, charges of a channel that do not overlap,
 * channels that pay this Till in OPEN, vouchers that cover the charge, request bindings, the operator's signatures.
 * Throws {@link Mismatch} at the first receipt that breaks one. Returns where the sequence stands after.
 */
export async function checkReceipts(receipts: readonly Receipt[], context: ReceiptsContext): Promise<Sequence> {
  const { till, epoch, at } = context;
  const list = `receipts of ${till} in epoch ${epoch}`;
  const configs = new Map(context.channels.map((config) => [channelId(config, at), config]));
  const sequence = start(receipts, context.before);
  for (const [position, receipt] of receipts.entries()) {
    const same = (field: string, expected: string | number | bigint, found: string | number | bigint): void =>
      expectEqual(list, `${position}.${field}`, expected, found);
    same("till", till, receipt.till);
    same("epoch", epoch, receipt.epoch);
    same("model", context.model, receipt.model);
    same("number", sequence.next, receipt.number);
    same("running", sequence.running + chargeOf(receipt), receipt.running);
    const charged = sequence.charged.get(receipt.channelId) ?? 0n;
    if (receipt.chargeBefore < charged) {
      throw new Mismatch(list, `${position}.chargeBefore`, `at least ${charged}`, receipt.chargeBefore);
    }
    if (receipt.chargeAfter > receipt.voucherMax) {
      throw new Mismatch(list, `${position}.voucherMax`, `at least ${receipt.chargeAfter}`, receipt.voucherMax);
    }
    const config = configs.get(receipt.channelId);
    if (config === undefined) {
      throw new Mismatch(list, `${position}.channelId`, "a channel of the log", receipt.channelId);
    }
    same("channel.receiver", till, config.receiver);
    same("channel.token", context.openToken, config.token);
    same("payer", config.payer, receipt.payer);
    await checkSignatures(receipt, config, context, `${list}, ${position}`);
    sequence.next++;
    sequence.running = receipt.running;
    sequence.charged.set(receipt.channelId, receipt.chargeAfter);
  }
  return sequence;
}

function start(receipts: readonly Receipt[], before: Sequence | null): Sequence {
  if (before !== null) return { ...before, charged: new Map(before.charged) };
  const first = receipts[0];
  if (first === undefined || first.number === 0) return { next: 0, running: 0n, charged: new Map() };
  return { next: first.number, running: first.running - chargeOf(first), charged: new Map() };
}

async function checkSignatures(
  receipt: Receipt,
  config: ChannelConfig,
  { at, till, operator }: ReceiptsContext,
  place: string,
): Promise<void> {
  const signer = voucherSigner(config);
  const fail = (field: string, by: Address): never => {
    throw new Mismatch(place, field, `a signature by ${by}`, "none that is valid");
  };
  if (!(await verifyVoucher(config, receipt.voucherMax, receipt.voucherSignature, at)))
    fail("voucherSignature", signer);
  if (!(await verifyReceipt(receipt, operator, at.chainId))) fail("operatorSignature", operator);
  if (!receipt.bound) return;
  const signature = receipt.boundSignature ?? "0x";
  if (!(await verifyRequest(receipt, signature, signer, at.chainId, till))) fail("boundSignature", signer);
}
