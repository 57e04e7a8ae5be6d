import { type Address, type Hex, type PublicClient, zeroHash } from "viem";
import type { Deployment } from "../../protocol/deployment.ts";
import { type Receipt, receiptsList } from "../../protocol/receipt.ts";
import type { TillFacts } from "../assemble.ts";
import type { Bundle, BundleModel, BundleStep } from "../bundle.ts";
import { read } from "../chain.ts";
import { MAX_ALL } from "../epoch.ts";
import { indexOf } from "../features.ts";
import type { Judged } from "../refute/context.ts";
import {
  type ReadRange,
  readAccounts,
  readEntry,
  readLog,
  readModel,
  readSeed,
  readTills,
  type TillIncome,
} from "../state.ts";
import type { FoundPosting } from "./follow.ts";

/** The posting is not pending, so nothing can be proved against it. */
export class NotPendingError extends Error {
  override name = "NotPendingError";
}

/**
 * What a posting is judged by. Everything is the chain's, but for what the chain commits by a hash alone: receipts and
 * features are the bundle's where they have that hash, and are missing otherwise. Gradients are the bundle's: that they are
 * computed right is not proved here. Throws {@link NotPendingError}.
 */
export async function readJudged(
  found: FoundPosting,
  bundle: Bundle,
  { client, deployment }: { client: PublicClient; deployment: Deployment },
): Promise<Judged> {
  const { openToken, channels, datanets, models: registry, revenue, attribution } = deployment.addresses;
  const addresses = { openToken, channels, datanets, models: registry, revenue, attribution };
  const block = Number(await client.getBlockNumber());
  const range: ReadRange = { addresses, fromBlock: deployment.block, toBlock: block };
  const fromEpoch = Number(found.entry.posting.fromEpoch);
  const toEpoch = Number(found.entry.posting.toEpoch);
  const incomes = await readTills(client, range, { from: fromEpoch, to: toEpoch });
  const models: BundleModel[] = [];
  for (const number of new Set(incomes.map(({ model }) => model))) {
    const terms = await readModel(client, addresses, number);
    const features = bundle.models.find(({ model }) => model === number)?.features;
    if (features !== undefined && indexOf(features).list.root === terms.indexRoot) models.push({ ...terms, features });
  }
  const tills: TillFacts[] = [];
  for (const income of incomes) {
    const step = bundle.steps.find(({ entry }) => entry.till === income.till && entry.epoch === income.epoch);
    const model = models.find((each) => each.model === income.model);
    tills.push(await tillFacts(client, range, income, step, model));
  }
  const { parent } = found.entry.posting;
  return {
    posting: { ...found.entry.posting, fromEpoch, toEpoch },
    parent:
      parent === zeroHash
        ? null
        : { entry: await readEntry(client, range, parent), place: (await placeOf(client, attribution, found.id)) - 1 },
    facts: {
      chainId: deployment.chainId,
      block,
      deployedAt: deployment.block,
      addresses,
      parent,
      fromEpoch,
      toEpoch,
      models,
      payoutsBefore: bundle.payoutsBefore,
      accounts: await readAccounts(client, range),
      tills,
    },
  };
}

async function tillFacts(
  client: PublicClient,
  { addresses }: ReadRange,
  { epoch, till, model, income, pool }: TillIncome,
  step: BundleStep | undefined,
  version: BundleModel | undefined,
): Promise<TillFacts> {
  const log = await readLog(client, addresses, till, epoch);
  const known = step !== undefined && log.count > 0 && receiptsList(step.receipts).root === log.root;
  const receipts: Receipt[] = known ? step.receipts : [];
  const fits = known && version !== undefined && step.model === model;
  return {
    epoch,
    till,
    model,
    income,
    pool: pool ?? 0n,
    log,
    channels: known ? step.channels : [],
    receipts,
    seed: log.count > MAX_ALL ? await readSeed(client, addresses, epoch) : null,
    gradients: fits ? step.gradients : receipts.map(() => null),
  };
}

/** Place in the line. */
async function placeOf(client: PublicClient, attribution: Address, id: Hex): Promise<number> {
  const [places, finals] = await read<[bigint, bigint]>(client, "Attribution", attribution, "lineOf");
  for (let place = finals; place < places; place++) {
    if ((await read<Hex>(client, "Attribution", attribution, "idAt", [place])) === id) return Number(place);
  }
  throw new NotPendingError(`posting ${id} is not pending`);
}
