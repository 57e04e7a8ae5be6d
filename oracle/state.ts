import { type Address, getAddress, type Hex, type PublicClient, zeroHash } from "viem";
import type { BundleAddresses, BundleModel, LogCommit, PostingFields } from "./bundle.ts";
import { read } from "./chain.ts";
import { type ChainEvent, readEvents } from "./events.ts";

/** Where to read: the contracts, and the blocks between which everything of the suite happened. */
export interface ReadRange {
  addresses: BundleAddresses;
  fromBlock: number;
  toBlock: number;
}

/** Income of a Till in an epoch, as Revenue booked it; wei. */
export interface TillIncome {
  epoch: number;
  till: Address;
  model: number;
  income: bigint;
  /** Contributors' part of what receipts cover; null until the epoch of the Till is closed. */
  pool: bigint | null;
}

/** The account of every contributor id, in order. */
export async function readAccounts(client: PublicClient, range: ReadRange): Promise<Address[]> {
  const events = await readEvents(client, {
    contract: "Datanets",
    address: range.addresses.datanets,
    names: ["ContributorRegistered"],
    fromBlock: range.fromBlock,
    toBlock: range.toBlock,
  });
  // ids are dense and given in order
  return events.map(({ args }) => getAddress(args.account as Address));
}

/** Every Till with income in the epochs, and what closing it gave. */
export async function readTills(
  client: PublicClient,
  range: ReadRange,
  epochs: { from: number; to: number },
): Promise<TillIncome[]> {
  const events = await readEvents(client, {
    contract: "Revenue",
    address: range.addresses.revenue,
    names: ["TillCreated", "Earning", "Closed"],
    fromBlock: range.fromBlock,
    toBlock: range.toBlock,
  });
  const models = new Map<Address, number>();
  const found = new Map<string, TillIncome>();
  for (const { name, args } of events) {
    const till = getAddress(args.till as Address);
    if (name === "TillCreated") {
      models.set(till, Number(args.model));
      continue;
    }
    const epoch = Number(args.epoch);
    if (epoch < epochs.from || epoch > epochs.to) continue;
    const key = `${epoch} ${till}`;
    const entry = found.get(key) ?? { epoch, till, model: models.get(till)!, income: 0n, pool: null };
    if (name === "Closed") entry.pool = args.pool as bigint;
    found.set(key, entry);
  }
  const tills = [...found.values()];
  // As it stands now: an epoch that is over earns no more, and not every node tells of old blocks.
  for (const each of tills) {
    const args = [each.till, BigInt(each.epoch)];
    each.income = await read<bigint>(client, "Revenue", range.addresses.revenue, "income", args);
  }
  return tills;
}

/** What the Till's operator committed of an epoch. */
export async function readLog(
  client: PublicClient,
  addresses: BundleAddresses,
  till: Address,
  epoch: number,
): Promise<LogCommit> {
  const args = [till, BigInt(epoch)];
  const [root, count, total] = await read<[Hex, bigint, bigint]>(
    client,
    "Attribution",
    addresses.attribution,
    "logOf",
    args,
  );
  return { root, count: Number(count), total };
}

interface Terms {
  operator: Address;
  split: { contributors: number };
  manifestHash: Hex;
  indexRoot: Hex;
  datanet: number;
  snapshotBlock: number;
}

/** The frozen terms of a version, as far as attribution needs them. */
export async function readModel(
  client: PublicClient,
  addresses: BundleAddresses,
  model: number,
): Promise<Omit<BundleModel, "features">> {
  const terms = await read<Terms>(client, "Models", addresses.models, "termsOf", [BigInt(model)]);
  return {
    model,
    operator: getAddress(terms.operator),
    contributorsBps: terms.split.contributors,
    manifestHash: terms.manifestHash,
    datanet: Number(terms.datanet),
    snapshotBlock: Number(terms.snapshotBlock),
    indexRoot: terms.indexRoot,
  };
}

/** A posting as the chain has it. */
export interface ChainPosting extends PostingFields {
  bundleHash: Hex;
}

/** What the id of a posting is the hash of, as Attribution takes it. */
export interface ChainEntry {
  posting: Omit<ChainPosting, "fromEpoch" | "toEpoch"> & { fromEpoch: bigint; toEpoch: bigint };
  poster: Address;
  /** Seconds since 1970 at which its window is over. */
  activatesAt: bigint;
}

/** No posting on chain has that id. */
export class UnknownPostingError extends Error {
  override name = "UnknownPostingError";
}

/** The chain stores ids alone; `Posted` tells the rest. Throws {@link UnknownPostingError}. */
export async function readEntry(client: PublicClient, range: ReadRange, id: Hex): Promise<ChainEntry> {
  const { args } = (await readPostings(client, range, ["Posted"])).findLast(({ args }) => args.id === id) ?? {};
  if (args === undefined) throw new UnknownPostingError(`no posting on chain has the id ${id}`);
  const { posting, poster, activatesAt } = args as unknown as ChainEntry;
  return { posting, poster, activatesAt };
}

/** Throws {@link UnknownPostingError}. */
export async function readPosting(client: PublicClient, range: ReadRange, id: Hex): Promise<ChainPosting> {
  const { posting } = await readEntry(client, range, id);
  return { ...posting, fromEpoch: Number(posting.fromEpoch), toEpoch: Number(posting.toEpoch) };
}

/** Whether a posting was voided. */
export async function isVoid(client: PublicClient, range: ReadRange, id: Hex): Promise<boolean> {
  return (await readPostings(client, range, ["Voided"])).some(({ args }) => args.id === id);
}

/** Ids of the postings that carry `bundleHash`, oldest first. */
export async function findPostings(client: PublicClient, range: ReadRange, bundleHash: Hex): Promise<Hex[]> {
  const events = await readPostings(client, range, ["Posted"]);
  return events
    .filter(({ args }) => (args.posting as ChainPosting).bundleHash === bundleHash)
    .map(({ args }) => args.id as Hex);
}

function readPostings(client: PublicClient, range: ReadRange, names: readonly string[]): Promise<ChainEvent[]> {
  const { addresses, fromBlock, toBlock } = range;
  return readEvents(client, { contract: "Attribution", address: addresses.attribution, names, fromBlock, toBlock });
}

/**
 * The seed of an epoch with more receipts than are all taken, as `Seeds` has it: the prevrandao of a block that was named
 * after the deadline of the operators' logs and before it was mined. Null where none is recorded yet (`recordSeed`).
 */
export async function readSeed(client: PublicClient, addresses: BundleAddresses, epoch: number): Promise<Hex | null> {
  const seeds = await read<Address>(client, "Attribution", addresses.attribution, "seeds");
  const seed = await read<Hex>(client, "Seeds", seeds, "seedOf", [BigInt(epoch)]);
  return seed === zeroHash ? null : seed;
}
