import { type Address, encodePacked, type Hex, keccak256, parseEther, zeroAddress, zeroHash } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { stepsList } from "../oracle/lists.ts";
import {
  CHUNK,
  type IndexEntry,
  indexLeaf,
  PARTIALS_PER_LEAF,
  payoutLeaf,
  resultLeaf,
  type SampleEntry,
  type StepEntry,
  sampleLeaf,
} from "../protocol/leaves.ts";
import type { List } from "../protocol/list.ts";
import { dot } from "../protocol/quantise.ts";
import { type Receipt, receiptLeaf } from "../protocol/receipt.ts";
import { type ChannelConfig, channelId, signVoucher } from "../protocol/voucher.ts";
import { MNEMONIC } from "../scripts/demo/chain.ts";
import { payouts } from "./gas/payouts.ts";
import { buildProduction } from "./gas/production.ts";
import type { Figures } from "./main.ts";
import { chunk, holding, madeUp, opening, partials } from "./proofs/lists.ts";
import { type Earned, ProofWorld } from "./proofs/world.ts";

export const about = `proofs: gas of whole transactions that prove a posting or a log wrong, on anvil, production profile.
1,000,000 payouts, 1,000,000 receipts, 4,096 samples x 1,000 contributions, features of 16,384 and 1,048,576 dimensions.`;

const MILLION = 1_000_000;
const INCOME = parseEther("1000");
const [SAMPLES, WIDTH, TILLS] = [4_096, 1_000, 100];
/** What is wrong stands at these places. */
const [SAMPLE, COLUMN, RECEIPT, PAYEE, STEP] = [1_234, 567, 654_321, 123_456, 42];
/** The dearest: its sum and the one before stand in two leaves. */
const BORDER = PARTIALS_PER_LEAF;
const SEED = keccak256("0x5eed");

export async function run(): Promise<Figures> {
  buildProduction();
  const world = await ProofWorld.start();
  try {
    return await measure(world);
  } finally {
    await world.chain.stop();
  }
}

async function measure(world: ProofWorld): Promise<Figures> {
  const sizes = { "16k": scores(16_384), "1m": scores(1_048_576) };
  const tills = await world.versions(Object.values(sizes).map(({ index }) => index.root));
  const [till, other] = tills as [Address, Address];
  const epoch = await world.earn(tills, INCOME);
  const log = await receipts(world, till, epoch);
  for (const at of tills) await world.commitLog({ till: at, epoch }, log.list.root, MILLION, log.total);
  await world.close(tills, epoch);
  await world.setSeed(epoch, SEED);
  const pool = 2n * log.total;

  const figures: Figures = {};
  const payout = payoutRoots();
  const refute = (
    verifier: Parameters<ProofWorld["refute"]>[3],
    at: Earned,
    roots: Partial<StepEntry>,
    evidence: object,
  ) => {
    const { step, list } = openStep({
      ...stepOf(at),
      receiptsRoot: log.list.root,
      receipts: MILLION,
      ...payout.roots,
      ...roots,
    });
    const posting = { stepRoot: list.root, payoutRoot: payout.roots.rootAfter };
    return world.refute(posting, epoch, pool, verifier, { step, ...evidence });
  };
  for (const [i, [name, score]] of Object.entries(sizes).entries()) {
    figures[`refute_score_${name}`] = await refute(
      "partVerifier",
      { till: tills[i]!, epoch },
      score.roots,
      score.evidence,
    );
  }
  const at = { till, epoch };
  const part = runningPart();
  figures.refute_part = await refute("partVerifier", at, part.roots, part.evidence);
  const sample = drawn(log);
  figures.refute_sample = await refute("sampleVerifier", at, sample.roots, sample.evidence);
  figures.refute_regression = await refute("payoutVerifier", at, {}, payout.fell);
  const amount = wrongAmount(sizes["16k"], payout);
  figures.refute_payout = await refute("payoutVerifier", at, amount.roots, amount.evidence);
  figures.refute_receipt = await world.refuteLog(at, log.forged);
  await world.bondOperator();
  figures.refute_receipt_overlap = await world.refuteLog({ till: other, epoch }, log.overlapping);
  return figures;
}

/* STEPS */

const stepOf = ({ till, epoch }: Earned): StepEntry => ({
  epoch,
  till,
  rootBefore: keccak256("0x01"),
  rootAfter: keccak256("0x02"),
  pool: INCOME,
  receiptsRoot: keccak256("0x03"),
  samplesRoot: keccak256("0x04"),
  partsRoot: keccak256("0x05"),
  resultsRoot: keccak256("0x06"),
  receipts: 1,
  samples: SAMPLES,
  contributions: WIDTH,
  runningPool: INCOME,
  runningPaid: INCOME - 1n,
});

/** A step among those of as many Tills. */
function openStep(step: StepEntry) {
  const list = stepsList(Array.from({ length: TILLS }, (_, i) => (i === STEP ? step : { ...step, epoch: i })));
  return { list, step: { step, opening: opening(list, STEP) } };
}

/* SCORES */

interface Part {
  score: bigint;
  partialsRoot: Hex;
  runningGross: bigint;
  part: bigint;
  runningPart: bigint;
}

const partLeaf = ({ score, partialsRoot, runningGross, part, runningPart }: Part): Hex => {
  const types = ["int64", "bytes32", "uint64", "int128", "int128"] as const;
  return keccak256(encodePacked(types, [score, partialsRoot, runningGross, part, runningPart]));
};

/** A score whose sum at BORDER is one too many, and the index of its version. */
function scores(dims: number) {
  const chunks = Math.ceil(dims / CHUNK);
  const [feature, gradient] = [chunk(1), chunk(2)];
  const features = holding("features", chunks, BORDER, feature.leaf);
  const gradients = holding("gradients", chunks, BORDER, gradient.leaf);
  const before = partials(-9_876_543_210n);
  const sum = -9_876_543_210n - BigInt(PARTIALS_PER_LEAF - 1) + BigInt(dot(feature.bytes, gradient.bytes)) + 1n;
  const after = partials(sum);
  const sums = madeUp("partials", Math.ceil(chunks / PARTIALS_PER_LEAF), chunks);
  sums.update([0, 1], [before.leaf, after.leaf]);

  const entry = { contributor: PAYEE, contribution: 7_654, featureRoot: features.root, standing: 1_234_567n };
  const { index, beside } = indexOf(entry);
  const part: Part = {
    score: -12_345_678_901n,
    partialsRoot: sums.root,
    runningGross: 9_876_543_210_123n,
    part: -1_234_567_890_123_456n,
    runningPart: 98_765_432_109_876_543n,
  };
  const place = SAMPLE * WIDTH + COLUMN;
  const parts = holding("parts", SAMPLES * WIDTH, place, partLeaf(part));
  const sample: SampleEntry = { ...sampleOf(RECEIPT), gradientRoot: gradients.root };
  const samples = holding("samples", SAMPLES, SAMPLE, sampleLeaf(sample));
  const evidence = {
    rule: 0, // Partial
    part: { part, opening: opening(parts, place) },
    others: [],
    samples: [{ sample, opening: opening(samples, SAMPLE) }],
    entries: [{ entry, opening: opening(index, COLUMN) }],
    partials: [
      { sums: after.sums, opening: opening(sums, 1) },
      { sums: before.sums, opening: opening(sums, 0) },
    ],
    chunks: [
      { chunk: feature.hex, opening: opening(features, BORDER) },
      { chunk: gradient.hex, opening: opening(gradients, BORDER) },
    ],
    words: [],
  };
  return { index, entry, beside, roots: { samplesRoot: samples.root, partsRoot: parts.root }, evidence };
}

/** An index in which the entry stands at COLUMN between entries of other contributors. */
function indexOf(entry: IndexEntry) {
  const beside = [-1, 1].map((by) => ({ ...entry, contributor: entry.contributor + by }));
  const index = madeUp("index", WIDTH, 77);
  index.update([COLUMN - 1, COLUMN, COLUMN + 1], [beside[0]!, entry, beside[1]!].map(indexLeaf));
  return { index, beside };
}

const sampleOf = (receipt: number): SampleEntry => ({
  sample: SAMPLE,
  receipt,
  weight: INCOME / BigInt(SAMPLES),
  gradientRoot: keccak256("0x07"),
  gross: 98_765_432_109_876n,
});

/** A part whose running sum is not the one above and its own. */
function runningPart() {
  const part: Part = {
    score: -12_345_678_901n,
    partialsRoot: keccak256("0x08"),
    runningGross: 9_876_543_210_123n,
    part: -1_234_567_890_123_456n,
    runningPart: 98_765_432_109_876_543n,
  };
  const [place, above] = [SAMPLE * WIDTH + COLUMN, (SAMPLE - 1) * WIDTH + COLUMN];
  const parts = holding("parts", SAMPLES * WIDTH, place, partLeaf(part));
  parts.update([above], [partLeaf(part)]);
  const evidence = {
    rule: 7, // RunningPart
    part: { part, opening: opening(parts, place) },
    others: [{ part, opening: opening(parts, above) }],
    ...{ samples: [], entries: [], partials: [], chunks: [], words: [] },
  };
  return { roots: { partsRoot: parts.root }, evidence };
}

/* RECEIPTS */

interface Log {
  list: List;
  total: bigint;
  first: object;
  drawn: object;
  drawnNumber: number;
  /** Evidence that its voucher is signed by somebody else. */
  forged: object;
  /** Evidence that two receipts charge the same wei. */
  overlapping: object;
}

/** A log of a million receipts. That at RECEIPT is the one that the seed draws for SAMPLE, and not backed by a voucher. */
async function receipts({ addresses, operator, chain }: ProofWorld, till: Address, epoch: number): Promise<Log> {
  const [payer, stranger] = [5, 9].map((addressIndex) => mnemonicToAccount(MNEMONIC, { addressIndex }));
  const domain = { chainId: chain.chainId, channels: addresses.channels as Address };
  const config: ChannelConfig = {
    payer: payer!.address,
    payerAuthorizer: zeroAddress,
    receiver: till,
    receiverAuthorizer: operator,
    token: addresses.openToken as Address,
    withdrawDelay: 86_400,
    salt: zeroHash,
  };
  const total = INCOME - 12_345n;
  const draw = keccak256(encodePacked(["bytes32", "uint256"], [SEED, BigInt(SAMPLE)]));
  const point = BigInt(draw) % total;
  const [charge, began] = [1_234_567_890_123n, 98_765_432_109_876_543_210n];
  const id = channelId(config, domain);
  const voucher = { channelId: id, maxClaimableAmount: began + point };
  const receipt = (position: number, running: bigint): Receipt => ({
    number: 5_000_000 + position,
    till,
    model: 0,
    channelId: id,
    payer: payer!.address,
    chargeBefore: 123_456_789_012_345n,
    chargeAfter: 123_456_789_012_345n + charge,
    running,
    epoch,
    requestHash: keccak256("0x09"),
    responseHash: keccak256("0x0a"),
    bound: true,
    voucherMax: voucher.maxClaimableAmount,
    voucherSignature,
    boundSignature: voucherSignature,
    operatorSignature: "0x",
  });
  const voucherSignature = await signVoucher(stranger!, voucher, domain);
  const first = receipt(0, began + charge);
  const drawn = receipt(RECEIPT, began + point + 1n);
  const list = madeUp("receipts", MILLION, 4_711);
  list.update([0, RECEIPT], [first, drawn].map(receiptLeaf));
  const opened = (of: Receipt, position: number) => ({
    receipt: of,
    backing: { voucherMax: of.voucherMax, voucherSignature, boundSignature: voucherSignature },
    opening: opening(list, position),
  });
  return {
    list,
    total,
    first: opened(first, 0),
    drawn: opened(drawn, RECEIPT),
    drawnNumber: drawn.number,
    forged: { rule: 8, receipts: [opened(drawn, RECEIPT)], otherEpoch: 0, configs: [config] },
    overlapping: { rule: 10, receipts: [opened(drawn, RECEIPT), opened(first, 0)], otherEpoch: epoch, configs: [] },
  };
}

/** A sample that is not the receipt which the seed draws. */
function drawn(log: Log) {
  const sample = sampleOf(log.drawnNumber + 1);
  const samples = holding("samples", SAMPLES, SAMPLE, sampleLeaf(sample));
  const evidence = {
    rule: 2, // Drawn
    sample: { sample, opening: opening(samples, SAMPLE) },
    receipts: [log.drawn],
    firsts: [log.first],
    ...{ parts: [], entries: [], words: [] },
  };
  return { roots: { samplesRoot: samples.root }, evidence };
}

/* PAYOUTS */

/** Payouts of which one falls; evidence of that. */
function payoutRoots() {
  const [before, after] = [payouts(MILLION, 1), payouts(MILLION, 2)];
  const account: Address = `0x${"a1b2c3d4e5".repeat(4)}`;
  const [much, less] = [5_123_456_789_012_345_678n, 5_123_456_789_012_345_677n].map((cumulative) => ({
    account,
    cumulative,
  }));
  before.update([PAYEE], [payoutLeaf(much!)]);
  after.update([PAYEE], [payoutLeaf(less!)]);
  const opened = {
    before: [{ payout: much!, opening: opening(before, PAYEE) }],
    afterwards: [{ payout: less!, opening: opening(after, PAYEE) }],
  };
  const fell = { rule: 0, contributor: 0, ...opened, lower: [], upper: [], results: [] };
  return { roots: { rootBefore: before.root, rootAfter: after.root }, opened, fell };
}

/** A contributor whose payout does not grow by what its one contribution is paid. */
function wrongAmount({ index, entry, beside }: ReturnType<typeof scores>, { opened }: ReturnType<typeof payoutRoots>) {
  const open = (of: IndexEntry, position: number) => ({ entry: of, opening: opening(index, position) });
  const paid = [3_123_456_789_012_345_678n, 4_123_456_789_012_345_678n].map((runningPaid) => ({
    total: 2_123_456_789_012_345_678n,
    runningPaid,
  }));
  const results = madeUp("results", WIDTH, 99);
  results.update([COLUMN - 1, COLUMN], paid.map(resultLeaf));
  const evidence = {
    rule: 5, // Amount
    contributor: PAYEE,
    ...opened,
    lower: [open(beside[0]!, COLUMN - 1), open(entry, COLUMN)],
    upper: [open(entry, COLUMN), open(beside[1]!, COLUMN + 1)],
    results: paid.map((result, i) => ({ result, opening: opening(results, COLUMN - 1 + i) })),
  };
  return { roots: { resultsRoot: results.root }, evidence };
}
