import type { Address, Hex } from "viem";
import type { PayoutEntry, StepEntry } from "../protocol/leaves.ts";
import { type Receipt, receiptsList } from "../protocol/receipt.ts";
import type { ChannelConfig } from "../protocol/voucher.ts";
import type { Bundle, BundleAddresses, BundleModel, BundleStep, LogCommit } from "./bundle.ts";
import { checkCovered, drawSamples, settle } from "./epoch.ts";
import { settlementLists, stepsList } from "./lists.ts";
import { addPayouts, payoutsList, perContributor } from "./payouts.ts";

/** A posting's totals contradict the chain's. */
export class PostingError extends Error {
  override name = "PostingError";
}

/** What is known of one Till in one epoch before anything is computed. */
export interface TillFacts {
  epoch: number;
  till: Address;
  model: number;
  /** Wei. */
  income: bigint;
  /** Contributors' part of the covered income, as Revenue closed it. */
  pool: bigint;
  log: LogCommit;
  channels: ChannelConfig[];
  receipts: Receipt[];
  seed: Hex | null;
  /** Quantised, per receipt; see BundleStep. */
  gradients: (Int8Array | null)[];
}

/** What a posting is computed from. */
export interface PostingFacts {
  chainId: number;
  block: number;
  deployedAt: number;
  addresses: BundleAddresses;
  parent: Hex;
  fromEpoch: number;
  toEpoch: number;
  models: BundleModel[];
  payoutsBefore: PayoutEntry[];
  /** Account of every contributor id. */
  accounts: Address[];
  /** Every Till with income in these epochs. */
  tills: TillFacts[];
}

/** What a bundle says that it was computed from. */
export function factsOf(bundle: Bundle): PostingFacts {
  return {
    ...bundle,
    ...bundle.posting,
    accounts: bundle.payoutsAfter.map(({ account }) => account),
    tills: bundle.steps.map((step) => ({ ...step.entry, ...step })),
  };
}

/**
 * Computes a posting: pure integer arithmetic, the same for whoever posts and whoever verifies. Steps go by (epoch, till);
 * the payouts list grows to all accounts at the first. Throws UncoveredError, SeedError, PayoutError, or
 * {@link PostingError} where payouts exceed a pool.
 */
export function assemble(facts: PostingFacts): Bundle {
  const models = new Map(facts.models.map((model) => [model.model, model]));
  const tills = [...facts.tills].sort((a, b) => a.epoch - b.epoch || compareAddresses(a.till, b.till));
  let payouts = facts.payoutsBefore;
  let rootBefore = payoutsList(payouts).root;
  let runningPool = 0n;
  let runningPaid = 0n;
  const steps: BundleStep[] = [];
  for (const [i, till] of tills.entries()) {
    if (tills[i - 1]?.till === till.till && tills[i - 1]?.epoch === till.epoch) {
      throw new PostingError(`${till.till} comes twice in epoch ${till.epoch}`);
    }
    if (till.epoch < facts.fromEpoch || till.epoch > facts.toEpoch) {
      throw new PostingError(`epoch ${till.epoch} is not within ${facts.fromEpoch} and ${facts.toEpoch}`);
    }
    const model = models.get(till.model);
    if (model === undefined) throw new PostingError(`the features of model ${till.model} are not there`);
    checkCovered(till.receipts, till.income);
    const settlement = settle({
      receipts: till.receipts,
      draws: drawSamples(till.receipts, till.seed),
      gradients: till.gradients,
      features: model.features,
      contributorsBps: model.contributorsBps,
    });
    const paid = settlement.results.at(-1)?.runningPaid ?? 0n;
    if (paid > till.pool) {
      throw new PostingError(`payouts of ${paid} wei exceed the pool of ${till.pool} wei of ${till.till}`);
    }
    payouts = addPayouts(payouts, facts.accounts, perContributor(model.features.contributions, settlement.payouts));
    runningPool += till.pool;
    runningPaid += paid;
    const lists = settlementLists(settlement);
    const entry: StepEntry = {
      epoch: till.epoch,
      till: till.till,
      rootBefore,
      rootAfter: payoutsList(payouts).root,
      pool: till.pool,
      receiptsRoot: receiptsList(till.receipts).root,
      samplesRoot: lists.samples.root,
      partsRoot: lists.parts.root,
      resultsRoot: lists.results.root,
      receipts: till.receipts.length,
      samples: settlement.samples.length,
      contributions: model.features.contributions.length,
      runningPool,
      runningPaid,
    };
    rootBefore = entry.rootAfter;
    const { model: number, income, log, channels, receipts, seed, gradients } = till;
    const scores = settlement.parts.map((row) => row.map(({ score }) => score));
    const parts = settlement.parts.map((row) => row.map(({ part }) => part));
    const { samples, results } = settlement;
    const computed = { samples, scores, parts, results };
    steps.push({ entry, model: number, income, log, channels, receipts, seed, gradients, ...computed });
  }
  const { chainId, block, deployedAt, addresses, parent, fromEpoch, toEpoch, payoutsBefore } = facts;
  const posting = {
    parent,
    fromEpoch,
    toEpoch,
    stepRoot: stepsList(steps.map(({ entry }) => entry)).root,
    payoutRoot: rootBefore,
    pool: runningPool,
    distributed: runningPaid,
  };
  const payoutsAfter = payouts;
  return { chainId, block, deployedAt, addresses, posting, models: facts.models, payoutsBefore, steps, payoutsAfter };
}

/** As numbers: hex of one length and case compares like them. */
function compareAddresses(a: Address, b: Address): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}
