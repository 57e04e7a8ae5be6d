import type { Address, Hex } from "viem";
import { chargeOf, type Receipt, UNSIGNED, verifyReceipt, verifyRequest } from "../protocol/receipt.ts";
import {
  type ChannelConfig,
  type ChannelsDomain,
  channelId,
  verifyVoucher,
  voucherSigner,
} from "../protocol/voucher.ts";
import { expectEqual, Mismatch } from "./mismatch.ts";

/** Wei of a channel that a receipt charges: from one cumulative amount to another. */
export type Charge = readonly [from: bigint, to: bigint];

/** Where a Till's sequence stands: carried from one epoch to the next. */
export interface Sequence {
  /** Number of the next receipt. */
  next: number;
  running: bigint;
  /** Per channel id, rising. */
  charged: Map<Hex, Charge[]>;
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
 * channels that pay this Till in OPEN, vouchers that cover the charge, request bindings, the operator's signatures
 * where there are any.
 * Between two epochs numbers and running sums may leap, for an operator may have committed nothing in between, or what is
 * void; they never go back. Throws {@link Mismatch} at the first receipt that breaks a rule. Returns where the sequence
 * stands after.
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
    if (position === 0) leap(sequence, receipt, list);
    same("number", sequence.next, receipt.number);
    same("running", sequence.running + chargeOf(receipt), receipt.running);
    const overlap = chargeOnce(sequence, receipt);
    if (overlap !== null) {
      throw new Mismatch(list, `${position}.chargeBefore`, `at least ${overlap[1]}`, receipt.chargeBefore);
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
  }
  return sequence;
}

function start(receipts: readonly Receipt[], before: Sequence | null): Sequence {
  if (before !== null) {
    const charged = new Map([...before.charged].map(([id, charges]) => [id, [...charges]]));
    return { ...before, charged };
  }
  const first = receipts[0];
  if (first === undefined || first.number === 0) return { next: 0, running: 0n, charged: new Map() };
  return { next: first.number, running: first.running - chargeOf(first), charged: new Map() };
}

/** Moves a sequence on to where the first receipt of an epoch begins. */
function leap(sequence: Sequence, receipt: Receipt, list: string): void {
  const begins = receipt.running - chargeOf(receipt);
  if (receipt.number < sequence.next) throw new Mismatch(list, "0.number", `at least ${sequence.next}`, receipt.number);
  if (begins < sequence.running) {
    throw new Mismatch(list, "0.running", `at least ${sequence.running + chargeOf(receipt)}`, receipt.running);
  }
  sequence.next = receipt.number;
  sequence.running = begins;
}

/**
 * Adds what a receipt charges to its channel's charges, or returns one that it overlaps. In whichever order: what matters
 * is that no wei is charged twice.
 */
export function chargeOnce(
  { charged }: Pick<Sequence, "charged">,
  { channelId: id, chargeBefore: from, chargeAfter: to }: Receipt,
): Charge | null {
  const charges = charged.get(id) ?? [];
  // rising and apart: of those that begin below `to`, the last ends highest
  let [place, end] = [0, charges.length];
  while (place < end) {
    const middle = Math.floor((place + end) / 2);
    if (charges[middle]![0] < to) place = middle + 1;
    else end = middle;
  }
  const below = charges[place - 1];
  if (below !== undefined && below[1] > from) return below;
  charges.splice(place, 0, [from, to]);
  charged.set(id, charges);
  return null;
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
  const signed = receipt.operatorSignature === UNSIGNED || (await verifyReceipt(receipt, operator, at.chainId));
  if (!signed) fail("operatorSignature", operator);
  if (!receipt.bound) return;
  const signature = receipt.boundSignature ?? "0x";
  if (!(await verifyRequest(receipt, signature, signer, at.chainId, till))) fail("boundSignature", signer);
}
