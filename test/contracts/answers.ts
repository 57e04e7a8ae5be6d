import type { BaseContract, BytesLike } from "ethers";
import { keccak256, zeroHash } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { drawSamples, MAX_ALL, settle } from "../../oracle/epoch.ts";
import { stepsList } from "../../oracle/lists.ts";
import { DOMAIN } from "../../protocol/domains.ts";
import {
  CHUNK,
  chunkList,
  type IndexEntry,
  indexLeaf,
  type PartEntry,
  partialsList,
  type SampleEntry,
  type StepEntry,
  sampleLeaf,
} from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { type Receipt, receiptsList, signRequest, totalOf } from "../../protocol/receipt.ts";
import { type ChannelConfig, channelId, signVoucher } from "../../protocol/voucher.ts";
import type { IAttribution } from "../../types/index.ts";
import { ethers, hash } from "./fixtures.ts";

type Hex = `0x${string}`;

export const CHAIN = 31337;
export const EPOCH = 490_000;
export const MODEL = 7;
/** 17 chunks, so that partial sums need two leaves; the last chunk is not full. */
export const DIMS = 17 * CHUNK - 100;
export const EMPTY_PARTIALS = partialsList([]).root;

export const signer = (addressIndex: number) =>
  mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex });
export const PAYERS = [signer(5), signer(6)];
/** Signs in the name of the second payer. */
export const AUTHORIZER = signer(7);

/** A part with its partial sums as they are committed. */
export type CommittedPart = Omit<PartEntry, "partials"> & { partials: List; sums: readonly number[] };

/** The answers of a Till's epoch, with all that is committed of them. */
export interface Answers {
  receipts: Receipt[];
  channels: ChannelConfig[];
  index: IndexEntry[];
  features: Int8Array[];
  /** Per sample. */
  gradients: (Int8Array | null)[];
  samples: SampleEntry[];
  /** Row by row. */
  parts: CommittedPart[];
}

/** A seeded stream of words: xorshift. */
export function words(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

export const vector = (seed: number, dims = DIMS) => {
  const next = words(seed);
  return Int8Array.from({ length: dims }, () => (next() % 255) - 127);
};

/** The verifiers, and the facts that they read. */
export async function verifiers() {
  const facts = await ethers.deployContract("Facts");
  const channels = await ethers.deployContract("Channels");
  const token = ethers.getAddress(hash("token").slice(0, 42)) as Hex;
  const [till, at] = [(await facts.getAddress()) as Hex, (await channels.getAddress()) as Hex];
  return {
    facts,
    channels,
    token,
    till,
    domain: { chainId: CHAIN, channels: at },
    partVerifier: await ethers.deployContract("PartVerifier", [facts]),
    sampleVerifier: await ethers.deployContract("SampleVerifier", [facts, facts, facts]),
    logVerifier: await ethers.deployContract("LogVerifier", [facts, channels, token]),
  };
}

export type Verifiers = Awaited<ReturnType<typeof verifiers>>;

/** Two payers' answers, by turns: all bound but the third; the fourth has a gradient of zeros. */
export async function answers(suite: Verifiers, charges = [700n, 500n, 301n, 250n, 999n]): Promise<Answers> {
  const channels = PAYERS.map((payer, i) => channelOf(suite, payer.address, i === 1 ? AUTHORIZER.address : undefined));
  const keys = [PAYERS[0]!, AUTHORIZER];
  const receipts: Receipt[] = [];
  const spent = [40n, 0n];
  let running = 5_000n;
  for (const [i, charge] of charges.entries()) {
    const channel = i % 2;
    const body = {
      number: 30 + i,
      till: suite.till,
      model: MODEL,
      channelId: channelId(channels[channel]!, suite.domain),
      payer: PAYERS[channel]!.address,
      chargeBefore: spent[channel]!,
      chargeAfter: (spent[channel]! += charge),
      running: (running += charge),
      epoch: EPOCH,
      requestHash: hash(`request ${i}`) as Hex,
      responseHash: hash(`response ${i}`) as Hex,
      bound: i !== 2,
    };
    const voucher = { channelId: body.channelId, maxClaimableAmount: body.chargeAfter + 5n };
    receipts.push({
      ...body,
      voucherMax: voucher.maxClaimableAmount,
      voucherSignature: await signVoucher(keys[channel]!, voucher, suite.domain),
      operatorSignature: "0x",
      ...(body.bound && { boundSignature: await signRequest(keys[channel]!, body, CHAIN, suite.till) }),
    });
  }
  const gradients = receipts.map(({ bound }, i) => (bound ? (i === 3 ? new Int8Array(DIMS) : vector(90 + i)) : null));
  return settled({ receipts, channels, gradients, features: [1, 2, 3].map((seed) => vector(seed)), seed: null });
}

/** More receipts than are taken, none of them bound, and the seed by which they are drawn. */
export function manyAnswers(suite: Verifiers, seed: Hex): Answers {
  let running = 77n;
  const receipts = Array.from({ length: MAX_ALL + 20 }, (_, i): Receipt => {
    const charge = BigInt((i * 7919) % 101);
    return {
      number: i,
      till: suite.till,
      model: MODEL,
      channelId: hash("channel") as Hex,
      payer: PAYERS[0]!.address,
      chargeBefore: running - 77n,
      chargeAfter: running - 77n + charge,
      running: (running += charge),
      epoch: EPOCH,
      requestHash: hash("request") as Hex,
      responseHash: hash("response") as Hex,
      bound: false,
      voucherMax: running,
      voucherSignature: "0x",
      operatorSignature: "0x",
    };
  });
  const features = [vector(1, 10), vector(2, 10)];
  return settled({ receipts, channels: [], gradients: receipts.map(() => null), features, seed });
}

/** What the oracle makes of receipts, gradients and features. */
function settled(
  given: Pick<Answers, "receipts" | "channels" | "gradients" | "features"> & { seed: Hex | null },
): Answers {
  const { receipts, channels, gradients, features, seed } = given;
  const standing = features.map((_, c) => BigInt(200_000_000 + c));
  const contributions = features.map((_, c) => ({ contributor: c, contribution: 10 * c }));
  const [dims, tensors] = [features[0]!.length, []];
  const set = { engine: "grad-dot", dims, tensors, contributions, features, standing };
  const draws = drawSamples(receipts, seed);
  const { samples, parts } = settle({ receipts, draws, gradients, features: set, contributorsBps: 3_500 });
  return {
    receipts,
    channels,
    gradients,
    features,
    samples,
    index: contributions.map((names, c) => ({
      ...names,
      featureRoot: chunkList("features", features[c]!).root,
      standing: standing[c]!,
    })),
    parts: parts.flat().map(({ partials, ...part }) => ({ ...part, partials: partialsList(partials), sums: partials })),
  };
}

export function channelOf(suite: Verifiers, payer: Hex, payerAuthorizer?: Hex): ChannelConfig {
  return {
    payer,
    payerAuthorizer: payerAuthorizer ?? (ethers.ZeroAddress as Hex),
    receiver: suite.till,
    receiverAuthorizer: signer(8).address,
    token: suite.token,
    withdrawDelay: 3600,
    salt: zeroHash,
  };
}

/** What a posting of these answers commits to; a step of another Till stands before theirs. */
export function commit(suite: Verifiers, answers: Answers, changes: Partial<StepEntry> = {}) {
  const lists = {
    receipts: receiptsList(answers.receipts),
    index: new List(DOMAIN.index, answers.index.map(indexLeaf)),
    samples: new List(DOMAIN.samples, answers.samples.map(sampleLeaf)),
    parts: new List(DOMAIN.parts, answers.parts.map(partLeafOf)),
  };
  const other: StepEntry = {
    epoch: EPOCH - 1,
    till: suite.till,
    rootBefore: zeroHash,
    rootAfter: zeroHash,
    pool: 0n,
    receiptsRoot: zeroHash,
    samplesRoot: zeroHash,
    partsRoot: zeroHash,
    resultsRoot: zeroHash,
    receipts: 0,
    samples: 0,
    contributions: 0,
    runningPool: 0n,
    runningPaid: 0n,
  };
  const step: StepEntry = {
    ...other,
    epoch: EPOCH,
    receiptsRoot: lists.receipts.root,
    samplesRoot: lists.samples.root,
    partsRoot: lists.parts.root,
    receipts: answers.receipts.length,
    samples: answers.samples.length,
    contributions: answers.index.length,
    ...changes,
  };
  const steps = stepsList([other, step]);
  const posting: IAttribution.PostingStruct = {
    parent: zeroHash,
    fromEpoch: EPOCH - 1,
    toEpoch: EPOCH,
    stepRoot: steps.root,
    payoutRoot: zeroHash,
    pool: 0,
    distributed: 0,
    bundleHash: zeroHash,
  };
  return { posting, step: { step, opening: opening(steps, 1) }, lists };
}

export type Committed = ReturnType<typeof commit>;

/** Writes what the chain knows of them: the index of the version, and the operator's log. */
export async function record({ facts, till }: Verifiers, { receipts }: Answers, { lists }: Committed) {
  await facts.setIndexRoot(lists.index.root);
  const log = { root: lists.receipts.root, count: receipts.length, total: totalOf(receipts) };
  await facts.setLog(till, EPOCH, log);
}

/* OPENINGS */

export const opening = (list: List, position: number) => ({
  count: list.count,
  position,
  siblings: list.depth === 0 ? [] : list.proof(position),
});

export const openedPart = ({ parts }: Answers, { lists }: Committed, position: number) => {
  const { partials, sums: _, ...part } = parts[position]!;
  return { part: { ...part, partialsRoot: partials.root }, opening: opening(lists.parts, position) };
};

export const openedSample = ({ samples }: Answers, { lists }: Committed, position: number) => ({
  sample: samples[position]!,
  opening: opening(lists.samples, position),
});

export const openedEntry = ({ index }: Answers, { lists }: Committed, position: number) => ({
  entry: index[position]!,
  opening: opening(lists.index, position),
});

export const openedReceipt = (receipts: readonly Receipt[], list: List, position: number) => {
  const { voucherMax, voucherSignature, boundSignature = "0x", ...receipt } = receipts[position]!;
  return { receipt, backing: { voucherMax, voucherSignature, boundSignature }, opening: opening(list, position) };
};

/** Four words of four sums each. */
export const openedPartials = ({ partials, sums }: Pick<CommittedPart, "partials" | "sums">, position: number) => {
  const leaf = Array.from({ length: 16 }, (_, i) => BigInt(sums[16 * position + i] ?? 0));
  const words = [0, 4, 8, 12].map((at) =>
    ethers.solidityPacked(["int64", "int64", "int64", "int64"], leaf.slice(at, at + 4)),
  );
  return { sums: words as [string, string, string, string], opening: opening(partials, position) };
};

export const openedChunk = (list: "features" | "gradients", values: Int8Array, position: number) => {
  const chunk = new Uint8Array(CHUNK);
  chunk.set(Uint8Array.from(values.subarray(CHUNK * position, CHUNK * (position + 1))));
  return { chunk, opening: opening(chunkList(list, values), position) };
};

export const openedWord = (list: List, position = 0) => ({
  leaf: list.leaf(position),
  opening: opening(list, position),
});

function partLeafOf({ score, partials, runningGross, part, runningPart }: CommittedPart): Hex {
  const types = ["int64", "bytes32", "uint64", "int128", "int128"];
  return keccak256(ethers.solidityPacked(types, [score, partials.root, runningGross, part, runningPart]) as Hex);
}

/* EVIDENCE */

/** abi.encode of the one struct that a verifier takes: the last parameter of its `proves`. */
export function encode(verifier: BaseContract, evidence: object): string {
  const type = verifier.interface.getFunction("proves")!.inputs.at(-1)!;
  return ethers.AbiCoder.defaultAbiCoder().encode([type], [evidence]);
}

type Verifier = BaseContract & {
  refutes: (posting: IAttribution.PostingStruct, evidence: BytesLike) => Promise<boolean>;
};

export const refutes = (verifier: Verifier, posting: IAttribution.PostingStruct, evidence: object) =>
  verifier.refutes(posting, encode(verifier, evidence));

/** Whether any of `tries` encodings of honest evidence with some bytes changed, or cut short, proves anything. */
export async function anyGarbageProves(
  call: (evidence: string) => Promise<boolean>,
  honest: readonly string[],
  tries: number,
): Promise<boolean> {
  const next = words(20_261_121);
  for (let i = 0; i < tries; i++) {
    const bytes = ethers.getBytes(honest[next() % honest.length]!);
    for (let change = 0; change <= i % 4; change++) bytes[next() % bytes.length] = next() % 256;
    const cut = i % 5 === 0 ? next() % bytes.length : bytes.length;
    if (await call(ethers.hexlify(bytes.subarray(0, cut))).catch(() => false)) return true;
  }
  return false;
}
