import { isAddressEqual } from "viem";
import { chargeOf, type Receipt, receiptsList, verifyRequest } from "../../protocol/receipt.ts";
import { type ChannelConfig, channelId, verifyVoucher, voucherSigner } from "../../protocol/voucher.ts";
import type { LogCommit } from "../bundle.ts";
import { chargeOnce, type ReceiptsContext } from "../receipts.ts";
import type { JudgedLog, Proof } from "./context.ts";
import type { Unproved } from "./find.ts";
import { openedReceipt, proof } from "./openings.ts";

/** `LogVerifier.Rule`. */
const RULE = {
  count: 0,
  foreign: 1,
  charge: 2,
  number: 3,
  running: 4,
  total: 5,
  channel: 6,
  covered: 7,
  voucher: 8,
  request: 9,
  overlap: 10,
  order: 11,
} as const;

/** What an operator committed for an epoch, and what it published. */
export interface PublishedLog {
  epoch: number;
  commit: LogCommit;
  receipts: readonly Receipt[];
}

type Evidence = Partial<{ receipts: object[]; otherEpoch: number; configs: ChannelConfig[] }>;
type Context = Pick<ReceiptsContext, "till" | "model" | "openToken" | "at" | "channels">;
type Prove = (rule: keyof typeof RULE, evidence: Evidence, what: string) => Proof;

/**
 * Every rule that a log breaks, with the evidence for `refuteLog`; nothing where the log is right.
 * @param earlier logs of the Till that stand committed for epochs before, in any order
 */
export async function proveLog(
  log: PublishedLog,
  earlier: readonly PublishedLog[],
  context: Context,
): Promise<{ proofs: Proof[]; unproved: Unproved[] }> {
  const { epoch, commit, receipts } = log;
  const name = `log of ${context.till} in epoch ${epoch}`;
  const prove: Prove = (rule, evidence, what) =>
    proof("LogVerifier", { ...evidence, rule: RULE[rule] }, `${name}: ${what}`);
  const nothing = BigInt(commit.root) === 0n || commit.root === NO_RECEIPTS;
  if (nothing || commit.count === 0) {
    const right = nothing && commit.count === 0 && commit.total === 0n;
    return { proofs: right ? [] : [prove("count", {}, "root, count and total are of no one log")], unproved: [] };
  }
  const list = receiptsList(receipts);
  if (list.root !== commit.root) {
    const what = `${name}: the receipts that are published are not those committed`;
    return { proofs: [], unproved: [{ list: "receipts", step: null, position: null, remedy: "withheld", what }] };
  }
  const opened = { receipts, list };
  const proofs = [...proveWhole(opened, commit, prove), ...proveAgainst(opened, log, earlier, prove)];
  const unproved: Unproved[] = [];
  const configs = new Map(context.channels.map((config) => [channelId(config, context.at), config]));
  for (const [position, receipt] of receipts.entries()) {
    proofs.push(...proveAlone(opened, position, log, context, prove));
    const config = configs.get(receipt.channelId);
    if (config !== undefined) proofs.push(...(await proveChannel(opened, position, config, context, prove)));
    else {
      const what = `${name}, receipt ${position}: its channel is not published`;
      unproved.push({ list: "receipts", step: null, position, remedy: "withheld", what });
    }
  }
  return { proofs: proofs.sort((a, b) => a.evidence.length - b.evidence.length), unproved };
}

const NO_RECEIPTS = receiptsList([]).root;

/** Count and total of the commit, and each receipt after its neighbour. */
function proveWhole(log: JudgedLog, commit: LogCommit, prove: Prove): Proof[] {
  const { receipts } = log;
  const proofs: Proof[] = [];
  const shown = (...positions: number[]) => ({ receipts: positions.map((position) => openedReceipt(log, position)) });
  if (receipts.length !== commit.count) {
    proofs.push(prove("count", shown(0), `${receipts.length} receipts, not ${commit.count}`));
  }
  const [first, last] = [receipts[0]!, receipts.at(-1)!];
  const total = last.running - first.running + chargeOf(first);
  if (total !== commit.total) {
    proofs.push(prove("total", shown(0, receipts.length - 1), `charges ${total} wei, not ${commit.total}`));
  }
  for (let right = 1; right < receipts.length; right++) {
    const [before, after] = [receipts[right - 1]!, receipts[right]!];
    const neighbours = shown(right - 1, right);
    if (after.number !== before.number + 1) {
      proofs.push(prove("number", neighbours, `receipt ${right} has the number ${after.number}`));
    }
    if (after.running !== before.running + chargeOf(after)) {
      proofs.push(prove("running", neighbours, `receipt ${right} has the running sum ${after.running}`));
    }
  }
  return proofs;
}

/** No wei of a channel twice, here or in an earlier log, and nothing that goes back behind an earlier log. */
function proveAgainst(
  log: JudgedLog,
  { epoch }: PublishedLog,
  earlier: readonly PublishedLog[],
  prove: Prove,
): Proof[] {
  const proofs: Proof[] = [];
  const charged = { charged: new Map() } as Parameters<typeof chargeOnce>[0];
  const places = new Map<string, { log: JudgedLog; epoch: number; position: number }>();
  const key = ({ channelId: id, chargeBefore, chargeAfter }: Receipt): string => `${id} ${chargeBefore} ${chargeAfter}`;
  const add = (of: JudgedLog, at: number, position: number): void => {
    const receipt = of.receipts[position]!;
    if (chargeOf(receipt) < 0n) return;
    const overlap = chargeOnce(charged, receipt);
    if (overlap === null) places.set(key(receipt), { log: of, epoch: at, position });
    else if (at === epoch) {
      const other = places.get(key({ ...receipt, chargeBefore: overlap[0], chargeAfter: overlap[1] }))!;
      const receipts = [openedReceipt(of, position), openedReceipt(other.log, other.position)];
      const what = `receipt ${position} charges what receipt ${other.position} of epoch ${other.epoch} charges`;
      proofs.push(prove("overlap", { receipts, otherEpoch: other.epoch }, what));
    }
  };
  for (const { epoch: at, commit, receipts } of earlier.filter((each) => each.epoch < epoch)) {
    const list = receiptsList(receipts);
    // what does not stand committed proves nothing
    if (list.root !== commit.root || receipts.length === 0) continue;
    const before = { receipts, list };
    for (const position of receipts.keys()) add(before, at, position);
    const [first, last] = [log.receipts[0]!, receipts.at(-1)!];
    if (first.number > last.number && first.running - chargeOf(first) >= last.running) continue;
    const evidence = { receipts: [openedReceipt(log, 0), openedReceipt(before, receipts.length - 1)], otherEpoch: at };
    proofs.push(prove("order", evidence, `begins before the log of epoch ${at} ends`));
  }
  for (const position of log.receipts.keys()) add(log, epoch, position);
  return proofs;
}

/** What a receipt says by itself. */
function proveAlone(
  log: JudgedLog,
  position: number,
  { epoch }: PublishedLog,
  { model }: Context,
  prove: Prove,
): Proof[] {
  const receipt = log.receipts[position]!;
  const proofs: Proof[] = [];
  const evidence = { receipts: [openedReceipt(log, position)] };
  if (receipt.epoch !== epoch || receipt.model !== model) {
    proofs.push(prove("foreign", evidence, `receipt ${position} is of model ${receipt.model}, epoch ${receipt.epoch}`));
  }
  if (chargeOf(receipt) < 0n) proofs.push(prove("charge", evidence, `receipt ${position} charges less than nothing`));
  if (receipt.voucherMax < receipt.chargeAfter) {
    proofs.push(prove("covered", evidence, `receipt ${position} has a voucher of ${receipt.voucherMax} wei only`));
  }
  return proofs;
}

/** The channel pays this Till, and its signer signed. */
async function proveChannel(
  log: JudgedLog,
  position: number,
  config: ChannelConfig,
  { till, openToken, at }: Context,
  prove: Prove,
): Promise<Proof[]> {
  const receipt = log.receipts[position]!;
  const evidence = { receipts: [openedReceipt(log, position)], configs: [config] };
  const proofs: Proof[] = [];
  const pays =
    isAddressEqual(config.receiver, till) &&
    isAddressEqual(config.token, openToken) &&
    isAddressEqual(config.payer, receipt.payer);
  if (!pays) proofs.push(prove("channel", evidence, `receipt ${position} is on a channel of others`));
  if (!(await verifyVoucher(config, receipt.voucherMax, receipt.voucherSignature, at))) {
    proofs.push(prove("voucher", evidence, `receipt ${position} has a voucher that its payer did not sign`));
  }
  const { boundSignature = "0x", bound } = receipt;
  const signed = bound
    ? await verifyRequest(receipt, boundSignature, voucherSigner(config), at.chainId, till)
    : boundSignature === "0x";
  if (!signed) proofs.push(prove("request", evidence, `receipt ${position} has a request that its payer did not sign`));
  return proofs;
}
