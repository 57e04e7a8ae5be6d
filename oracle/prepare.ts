import { type Address, type Hex, type PublicClient, zeroHash } from "viem";
import type { Deployment } from "../protocol/deployment.ts";
import type { PayoutEntry } from "../protocol/leaves.ts";
import { type Receipt, type ReceiptLog, receiptsList, totalOf, UNSIGNED, verifyReceipt } from "../protocol/receipt.ts";
import { assemble, type PostingFacts, type TillFacts } from "./assemble.ts";
import { type Bundle, type BundleAddresses, type BundleModel, encodeBundle } from "./bundle.ts";
import { read } from "./chain.ts";
import type { FeatureSet } from "./engine.ts";
import { ADAM_TANGENT } from "./engines/optimiser.ts";
import { drawSamples, MAX_ALL } from "./epoch.ts";
import { indexOf } from "./features.ts";
import { quantiseQuery } from "./query.ts";
import { checkReceipts, type Sequence } from "./receipts.ts";
import { type ReadRange, readAccounts, readLog, readModel, readPosting, readSeed, readTills } from "./state.ts";

/** Gradients held before they are quantised. */
const BLOCK = 64;
/** Epochs that Attribution takes in one posting. */
const MAX_EPOCHS = 64;

/** What the chain commits and what is at hand do not fit. */
export class PrepareError extends Error {
  override name = "PrepareError";
}

/** Where the oracle takes what the chain does not hold. */
export interface Sources {
  /** The operator's published log; null where there is none. */
  logOf(till: Address, epoch: number): Promise<ReceiptLog | null>;
  /** The features that the version's index commits. */
  featuresOf(model: number): Promise<FeatureSet>;
  /** d log p / d parameters of these bound answers, in their order (`answerGradients`). */
  gradientsOf(model: number, receipts: readonly Receipt[]): Promise<Float32Array[]>;
}

export interface PrepareOptions {
  client: PublicClient;
  deployment: Deployment;
  /** Bundle of the posting at the head of the line; null for the first posting. */
  parent: Bundle | null;
  /** Last epoch to settle; all from the parent's on are. */
  toEpoch: number;
  sources: Sources;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Builds the next posting from the chain, the operators' logs and the version's features. Every Till with income must be
 * closed (`closeTills`). Throws {@link PrepareError} where a log, a feature set or the parent is not what the chain
 * commits, Mismatch where a receipt breaks a rule, UncoveredError where receipts exceed the income.
 */
export async function prepareBundle(options: PrepareOptions): Promise<Bundle> {
  const { client, deployment, parent, toEpoch } = options;
  const block = Number(await client.getBlockNumber());
  const range: ReadRange = { addresses: deployment.addresses, fromBlock: deployment.block, toBlock: block };
  const { id, fromEpoch } = await readHead(client, range, parent);
  if (toEpoch < fromEpoch) throw new PrepareError(`epoch ${toEpoch} is settled: the next one is ${fromEpoch}`);
  if (toEpoch - fromEpoch >= MAX_EPOCHS) {
    throw new PrepareError(`epochs ${fromEpoch} to ${toEpoch} are more than the ${MAX_EPOCHS} of one posting`);
  }
  const payoutsBefore = parent?.payoutsAfter ?? [];
  return assemble(await readFacts({ ...options, block, parent: id, fromEpoch, payoutsBefore }));
}

export interface FactsOptions extends Omit<PrepareOptions, "parent"> {
  /** Block up to which the chain counts. */
  block: number;
  /** Id of the posting before; zero for the first. */
  parent: Hex;
  fromEpoch: number;
  payoutsBefore: PayoutEntry[];
}

/** What a posting of these epochs is computed from, checked like {@link prepareBundle} checks it. */
export async function readFacts(options: FactsOptions): Promise<PostingFacts> {
  const { client, deployment, block, parent, fromEpoch, toEpoch, payoutsBefore, sources, onProgress } = options;
  const { openToken, channels, datanets, models: registry, revenue, attribution } = deployment.addresses;
  const addresses: BundleAddresses = { openToken, channels, datanets, models: registry, revenue, attribution };
  const range: ReadRange = { addresses, fromBlock: deployment.block, toBlock: block };
  const incomes = await readTills(client, range, { from: fromEpoch, to: toEpoch });
  incomes.sort((a, b) => a.epoch - b.epoch); // sequences run through the epochs of a Till
  const models = new Map<number, BundleModel>();
  const sequences = new Map<Address, Sequence>();
  const tills: TillFacts[] = [];
  for (const { epoch, till, model, income, pool } of incomes) {
    if (pool === null) throw new PrepareError(`${till} is not closed in epoch ${epoch}`);
    if (!models.has(model)) models.set(model, await loadModel(client, addresses, model, sources));
    const log = await readLog(client, addresses, till, epoch);
    const { operator } = models.get(model)!;
    const { receipts, channels: configs } = await loadLog({ till, epoch, operator }, log, sources, deployment.chainId);
    const at = { chainId: deployment.chainId, channels };
    const before = sequences.get(till) ?? null;
    const context = { till, epoch, model, operator, openToken, at, channels: configs, before };
    sequences.set(till, await checkReceipts(receipts, context));
    const seed = receipts.length > MAX_ALL ? await readSeed(client, addresses, epoch) : null;
    const facts = { epoch, till, model, income, pool, log, channels: configs, receipts, seed };
    tills.push({ ...facts, gradients: receipts.map(() => null) });
  }
  await fillGradients(tills, models, sources, onProgress);

  return {
    chainId: deployment.chainId,
    block,
    deployedAt: deployment.block,
    addresses,
    parent,
    fromEpoch,
    toEpoch,
    models: [...models.values()].sort((a, b) => a.model - b.model),
    payoutsBefore,
    accounts: await readAccounts(client, range),
    tills,
  };
}

async function readHead(
  client: PublicClient,
  range: ReadRange,
  parent: Bundle | null,
): Promise<{ id: Hex; fromEpoch: number }> {
  const at = range.addresses.attribution;
  const id = await read<Hex>(client, "Attribution", at, "head");
  if (id === zeroHash) {
    if (parent !== null) throw new PrepareError("the line is empty, yet a parent's bundle is given");
    return { id, fromEpoch: Number(await read<bigint>(client, "Attribution", at, "FIRST_EPOCH")) };
  }
  if (parent === null) throw new PrepareError(`the bundle of posting ${id}, the head of the line, is needed`);
  const posting = await readPosting(client, range, id);
  const { hash } = encodeBundle(parent);
  if (posting.bundleHash !== hash) {
    throw new PrepareError(`the head of the line has the bundle ${posting.bundleHash}, the parent given is ${hash}`);
  }
  return { id, fromEpoch: posting.toEpoch + 1 };
}

async function loadModel(
  client: PublicClient,
  addresses: BundleAddresses,
  model: number,
  sources: Sources,
): Promise<BundleModel> {
  const terms = await readModel(client, addresses, model);
  const features = await sources.featuresOf(model);
  if (features.engine === ADAM_TANGENT) {
    throw new PrepareError(`model ${model} was trained by Adam: its features explain answers and are never posted`);
  }
  const { root } = indexOf(features).list;
  if (root !== terms.indexRoot) {
    throw new PrepareError(`the features of model ${model} have the index root ${root}, its terms ${terms.indexRoot}`);
  }
  return { ...terms, features };
}

/** The log as committed, without those signatures of its operator that are not valid. */
async function loadLog(
  { till, epoch, operator }: { till: Address; epoch: number; operator: Address },
  commit: TillFacts["log"],
  sources: Sources,
  chainId: number,
): Promise<Pick<ReceiptLog, "receipts" | "channels">> {
  if (commit.count === 0) return { receipts: [], channels: [] };
  const log = await sources.logOf(till, epoch);
  const name = `the log of ${till} in epoch ${epoch}`;
  if (log === null) throw new PrepareError(`${name} is not there; its operator committed ${commit.count} receipts`);
  if (log.chainId !== chainId) throw new PrepareError(`${name} is of chain ${log.chainId}, not ${chainId}`);
  const { root, count } = receiptsList(log.receipts);
  const total = totalOf(log.receipts);
  if (root !== commit.root || count !== commit.count || total !== commit.total) {
    throw new PrepareError(
      `${name} has ${count} receipts, ${total} wei and the root ${root}; ` +
        `its operator committed ${commit.count}, ${commit.total} wei and ${commit.root}`,
    );
  }
  const receipts = await Promise.all(
    log.receipts.map(async (receipt) =>
      (await verifyReceipt(receipt, operator, chainId)) ? receipt : { ...receipt, operatorSignature: UNSIGNED },
    ),
  );
  return { receipts, channels: log.channels };
}

async function fillGradients(
  tills: readonly TillFacts[],
  models: ReadonlyMap<number, BundleModel>,
  sources: Sources,
  onProgress: PrepareOptions["onProgress"],
): Promise<void> {
  const open = tills.map(({ receipts, seed }) => {
    const drawn = new Set(drawSamples(receipts, seed).map(({ position }) => position));
    return [...drawn].filter((position) => receipts[position]!.bound).sort((a, b) => a - b);
  });
  const total = open.reduce((sum, positions) => sum + positions.length, 0);
  let done = 0;
  for (const [t, till] of tills.entries()) {
    const { tensors } = models.get(till.model)!.features;
    for (let start = 0; start < open[t]!.length; start += BLOCK) {
      const positions = open[t]!.slice(start, start + BLOCK);
      const receipts = positions.map((position) => till.receipts[position]!);
      const gradients = await sources.gradientsOf(till.model, receipts);
      if (gradients.length !== positions.length) {
        throw new PrepareError(`${gradients.length} gradients came for ${positions.length} answers`);
      }
      for (const [i, position] of positions.entries()) {
        till.gradients[position] = quantiseQuery(gradients[i]!, tensors);
      }
      done += positions.length;
      onProgress?.(done, total);
    }
  }
}
