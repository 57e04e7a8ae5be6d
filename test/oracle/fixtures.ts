import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Address, getAddress, toHex, zeroAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { Random } from "../../lm/index.ts";
import { assemble, type PostingFacts, type TillFacts } from "../../oracle/assemble.ts";
import type { Bundle, BundleModel } from "../../oracle/bundle.ts";
import type { FeatureSet } from "../../oracle/engine.ts";
import { indexOf } from "../../oracle/features.ts";
import {
  type Receipt,
  type ReceiptBody,
  receiptsList,
  requestHash,
  responseHash,
  signReceipt,
  signRequest,
  totalOf,
} from "../../protocol/receipt.ts";
import { type ChannelConfig, channelId, signVoucher } from "../../protocol/voucher.ts";

export const CHAIN = 31337;
export const operator = privateKeyToAccount(`0x${"33".repeat(32)}`);
export const payers = [1, 2].map((i) => privateKeyToAccount(`0x${`1${i}`.repeat(32)}`));

export function address(n: number): Address {
  return getAddress(toHex(n, { size: 20 }));
}

export const ADDRESSES = {
  openToken: address(0xa1),
  channels: address(0xa2),
  datanets: address(0xa3),
  models: address(0xa4),
  revenue: address(0xa5),
  attribution: address(0xa6),
};
export const AT = { chainId: CHAIN, channels: ADDRESSES.channels };

/** `dims` int8 drawn from a seed. */
export function vector(seed: number, dims: number): Int8Array {
  const random = new Random(seed);
  return Int8Array.from({ length: dims }, () => random.below(255) - 127);
}

/** Three contributions by two contributors, in two tensors and two chunks. */
export function features(seed: number, dims = 1_030): FeatureSet {
  return {
    engine: "grad-dot",
    dims,
    tensors: [
      { name: "a", size: 30, exponent: -3 },
      { name: "b", size: dims - 30, exponent: -5 },
    ],
    contributions: [
      { contributor: 0, contribution: 1 },
      { contributor: 2, contribution: 0 },
      { contributor: 2, contribution: 4 },
    ],
    features: [1, 2, 3].map((c) => vector(seed + c, dims)),
    standing: [500_000_000n, 0n, 300_000_001n],
  };
}

export function bundleModel(model: number): BundleModel {
  const set = features(10 * model);
  return {
    model,
    operator: operator.address,
    contributorsBps: 5_000,
    manifestHash: toHex(model, { size: 32 }),
    datanet: 0,
    snapshotBlock: 5,
    indexRoot: indexOf(set).list.root,
    features: set,
  };
}

export function channelOf(till: Address, payer: number): ChannelConfig {
  return {
    payer: payers[payer]!.address,
    payerAuthorizer: zeroAddress,
    receiver: till,
    receiverAuthorizer: operator.address,
    token: ADDRESSES.openToken,
    withdrawDelay: 900,
    salt: toHex(payer, { size: 32 }),
  };
}

/** A sequence of receipts with true signatures; bound unless its place is in `unbound`. Charges in wei. */
export async function makeReceipts(
  till: Address,
  model: number,
  epoch: number,
  charges: readonly bigint[],
  options: { from?: Receipt; unbound?: readonly number[]; payer?: number } = {},
): Promise<{ receipts: Receipt[]; channels: ChannelConfig[] }> {
  const payer = options.payer ?? 0;
  const config = channelOf(till, payer);
  const id = channelId(config, AT);
  let charged = options.from?.chargeAfter ?? 0n;
  let running = options.from?.running ?? 0n;
  const first = options.from === undefined ? 0 : options.from.number + 1;
  const receipts: Receipt[] = [];
  for (const [i, charge] of charges.entries()) {
    const bound = !(options.unbound ?? []).includes(i);
    running += charge;
    const body: ReceiptBody = {
      number: first + i,
      till,
      model,
      channelId: id,
      payer: config.payer,
      chargeBefore: charged,
      chargeAfter: charged + charge,
      running,
      epoch,
      requestHash: requestHash({ model: `tributary:${model}`, prompt: `question ${i}` }),
      responseHash: responseHash([1, i], [2, i]),
      bound,
    };
    charged += charge;
    receipts.push(await signAll(body, payer));
  }
  return { receipts, channels: [config] };
}

/** All signatures that a receipt needs, of the given payer and the operator. */
export async function signAll(body: ReceiptBody, payer: number): Promise<Receipt> {
  const signer = payers[payer]!;
  const voucherMax = body.chargeAfter + 7n;
  const receipt: Receipt = {
    ...body,
    voucherMax,
    voucherSignature: await signVoucher(signer, { channelId: body.channelId, maxClaimableAmount: voucherMax }, AT),
    operatorSignature: await signReceipt(operator, body, CHAIN),
  };
  return body.bound ? { ...receipt, boundSignature: await signRequest(signer, body, CHAIN, body.till) } : receipt;
}

/** A Till whose income its receipts cover, with a pool of half of it. */
export function tillFacts(
  till: Address,
  model: number,
  epoch: number,
  log: { receipts: Receipt[]; channels: ChannelConfig[] },
): TillFacts {
  const total = totalOf(log.receipts);
  return {
    epoch,
    till,
    model,
    income: total + 100n,
    pool: total / 2n,
    log: { root: receiptsList(log.receipts).root, count: log.receipts.length, total },
    ...log,
    seed: null,
    gradients: log.receipts.map((receipt) => (receipt.bound ? vector(1_000 * model + receipt.number, 1_030) : null)),
  };
}

/** Two versions with a Till each, over two epochs; four contributors, of whom two were paid before. */
export async function makeFacts(): Promise<PostingFacts> {
  const [tillA, tillB] = [address(0xb1), address(0xb2)];
  const first = await makeReceipts(tillA, 1, 100, [1_000_003n, 20n, 777_777n], { unbound: [2] });
  const second = await makeReceipts(tillA, 1, 101, [5_000_000n, 1n], { from: first.receipts.at(-1)! });
  const other = await makeReceipts(tillB, 2, 101, [999_999n, 31_415n], { payer: 1 });
  return {
    chainId: CHAIN,
    block: 50,
    deployedAt: 1,
    addresses: ADDRESSES,
    parent: toHex(7, { size: 32 }),
    fromEpoch: 100,
    toEpoch: 102,
    models: [bundleModel(1), bundleModel(2)],
    payoutsBefore: [
      { account: address(0xc0), cumulative: 12n },
      { account: address(0xc1), cumulative: 34n },
    ],
    accounts: [0xc0, 0xc1, 0xc2, 0xc3].map(address),
    tills: [tillFacts(tillB, 2, 101, other), tillFacts(tillA, 1, 101, second), tillFacts(tillA, 1, 100, first)],
  };
}

export async function makeBundle(): Promise<Bundle> {
  return assemble(await makeFacts());
}

/** Runs `use` with the path of a folder that is removed afterwards. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "oracle-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

/** Runs `npm run verify` with `folder` as the working directory. */
export function runVerify(folder: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const script = fileURLToPath(new URL("../../scripts/verify.ts", import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...args], { cwd: folder }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}
