import { type Address, type Hex, type PublicClient, zeroHash } from "viem";
import type { Deployment } from "../protocol/deployment.ts";
import { channelId } from "../protocol/voucher.ts";
import type { BundleStep } from "./bundle.ts";
import { read } from "./chain.ts";
import { expectEqual, expectList, expectRecord, Mismatch } from "./mismatch.ts";
import { payoutsList } from "./payouts.ts";
import type { ReadBundle } from "./read-bundle.ts";
import { readContributions } from "./snapshot.ts";
import {
  findPostings,
  isVoid,
  type ReadRange,
  readAccounts,
  readLog,
  readModel,
  readPosting,
  readSeed,
  readTills,
} from "./state.ts";
import type { OnCheck } from "./verify.ts";

/** A bundle may name any contracts: they count only where they are the deployment's. Throws {@link Mismatch}. */
export function checkAddresses(bundle: ReadBundle, deployment: Pick<Deployment, "chainId" | "addresses">): void {
  const { chainId, addresses } = deployment;
  const { openToken, channels, datanets, models, revenue, attribution } = addresses;
  const known = { chainId, openToken, channels, datanets, models, revenue, attribution };
  expectRecord("addresses", "", known, { chainId: bundle.chainId, ...bundle.addresses });
}

/**
 * Compares a bundle with the chain: the posting `id`, or else the last one that carries its hash, the parent's payout
 * root, the versions' terms and indexes, income, pools, log commits, channels, contributors' accounts. Throws
 * {@link Mismatch} at the first difference.
 */
export async function verifyOnChain(
  bundle: ReadBundle,
  client: PublicClient,
  onCheck: OnCheck = () => {},
  id?: Hex,
): Promise<void> {
  expectEqual("bundle", "chainId", await client.getChainId(), bundle.chainId);
  const { addresses, deployedAt: fromBlock } = bundle;
  const range: ReadRange = { addresses, fromBlock, toBlock: Number(await client.getBlockNumber()) };
  await checkPosting(bundle, client, range, onCheck, id);
  await checkModels(bundle, client, onCheck);
  await checkTills(bundle, client, range, onCheck);
  await checkChannels(bundle, client, onCheck);
  if (bundle.steps.length > 0) {
    const accounts = await readAccounts(client, { ...range, toBlock: bundle.block });
    const found = bundle.payoutsAfter.map(({ account }) => ({ account }));
    const expected = accounts.map((account) => ({ account }));
    expectList("payouts on chain", expected, found);
    onCheck(`chain: ${accounts.length} contributors' accounts`);
  }
}

async function checkPosting(
  bundle: ReadBundle,
  client: PublicClient,
  range: ReadRange,
  onCheck: OnCheck,
  given?: Hex,
): Promise<void> {
  const { posting, hash } = bundle;
  const id = given ?? (await findPostings(client, range, hash)).at(-1);
  if (id === undefined) throw new Mismatch("posting on chain", "bundleHash", hash, "no posting");
  if (await isVoid(client, range, id)) throw new Mismatch("posting on chain", "status", "not void", "void");
  expectRecord("posting on chain", "", { ...(await readPosting(client, range, id)) }, { ...posting, bundleHash: hash });
  const before = payoutsList(bundle.payoutsBefore).root;
  if (posting.parent === zeroHash) {
    expectEqual("payouts before", "root", payoutsList([]).root, before);
  } else {
    const parent = await readPosting(client, range, posting.parent);
    expectEqual("payouts before", "root", parent.payoutRoot, before);
  }
  onCheck(`chain: posting ${id}, and its parent's payouts`);
}

async function checkModels(bundle: ReadBundle, client: PublicClient, onCheck: OnCheck): Promise<void> {
  const { addresses, deployedAt: fromBlock } = bundle;
  for (const { features, ...found } of bundle.models) {
    const list = `model ${found.model} on chain`;
    expectRecord(list, "", await readModel(client, addresses, found.model), found);
    const at = { datanets: addresses.datanets, datanet: found.datanet, fromBlock, block: found.snapshotBlock };
    const registered = (await readContributions(client, at))
      .map(({ contributor, id }) => ({ contributor, contribution: id }))
      .sort((a, b) => a.contributor - b.contributor || a.contribution - b.contribution);
    expectList(`index of model ${found.model} on chain`, registered, features.contributions);
    onCheck(`chain: terms of model ${found.model}, and the contributions of its index`);
  }
}

async function checkTills(bundle: ReadBundle, client: PublicClient, range: ReadRange, onCheck: OnCheck): Promise<void> {
  const { posting, addresses } = bundle;
  const booked = await readTills(client, range, { from: posting.fromEpoch, to: posting.toEpoch });
  const key = (till: Address, epoch: number): string => `${epoch} ${till}`;
  const steps = new Map(bundle.steps.map((step) => [key(step.entry.till, step.entry.epoch), step]));
  for (const { till, epoch, model, income, pool } of booked) {
    const list = `step of ${till} in epoch ${epoch} on chain`;
    const step = steps.get(key(till, epoch));
    if (step === undefined) throw new Mismatch("steps", "count", `a step of ${till} in epoch ${epoch}`, "none");
    expectRecord(list, "", { model, income, pool }, { model: step.model, income: step.income, pool: step.entry.pool });
    expectRecord(list, "log", await readLog(client, addresses, till, epoch), step.log);
    await checkSeed(list, step, client, bundle);
  }
  expectEqual("steps on chain", "count", booked.length, bundle.steps.length);
  onCheck(`chain: income, pools and log commits of ${booked.length} steps`);
}

async function checkSeed(list: string, step: BundleStep, client: PublicClient, bundle: ReadBundle): Promise<void> {
  if (step.seed === null) return;
  expectEqual(list, "seed", await readSeed(client, bundle.addresses, step.entry.epoch), step.seed);
}

async function checkChannels(bundle: ReadBundle, client: PublicClient, onCheck: OnCheck): Promise<void> {
  const { channels } = bundle.addresses;
  const known = new Set<Hex>();
  for (const { entry, receipts, channels: configs } of bundle.steps) {
    const named = new Set(receipts.map((receipt) => receipt.channelId));
    for (const [position, config] of configs.entries()) {
      const id = channelId(config, { chainId: bundle.chainId, channels });
      if (known.has(id) || !named.has(id)) continue;
      known.add(id);
      const [balance] = await read<[bigint, bigint]>(client, "Channels", channels, "channels", [id]);
      const list = `channels of ${entry.till} in epoch ${entry.epoch} on chain`;
      if (balance === 0n) throw new Mismatch(list, position, "a channel with a deposit", id);
    }
  }
  onCheck(`chain: ${known.size} channels`);
}
