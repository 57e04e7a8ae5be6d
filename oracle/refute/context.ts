import type { Address, Hex } from "viem";
import { DOMAIN } from "../../protocol/domains.ts";
import {
  type IndexEntry,
  type PartEntry,
  type PayoutEntry,
  partLeaf,
  type ResultEntry,
  resultLeaf,
  type SampleEntry,
  type StepEntry,
  sampleLeaf,
} from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { type Receipt, receiptsList } from "../../protocol/receipt.ts";
import type { PostingFacts, TillFacts } from "../assemble.ts";
import type { BundleModel, PostingFields } from "../bundle.ts";
import { indexOf } from "../features.ts";
import { stepsList } from "../lists.ts";
import { payoutsList } from "../payouts.ts";
import type { ChainEntry } from "../state.ts";

/** What one step's lists hold, be it right or wrong: from the poster's bundle, or from answers to demands. */
export interface PublishedStep {
  entry: StepEntry;
  samples: readonly SampleEntry[];
  /** Per sample, the vector that its gradient root is said to commit; null where there is none. */
  gradients: readonly (Int8Array | null)[];
  /** Row by row. */
  parts: readonly PartEntry[];
  results: readonly ResultEntry[];
  /** The payouts after the step. */
  payouts: readonly PayoutEntry[];
}

/** What the lists of a posting hold. */
export interface Published {
  payoutsBefore: readonly PayoutEntry[];
  steps: readonly PublishedStep[];
}

/** What a posting is judged by. */
export interface Judged {
  /** The posting as the chain has it. */
  posting: PostingFields;
  /** The posting before it, and its place in the line; null where it is the first. */
  parent: { entry: ChainEntry; place: number } | null;
  /** Everything from which the right posting is computed, read from the chain, the logs and the artifacts. */
  facts: PostingFacts;
}

/** A proof that a posting is wrong. */
export interface Proof {
  /** Name of the verifier. */
  verifier: string;
  /** What its `refutes` takes. */
  evidence: Hex;
  /** The broken rule and its place, for people. */
  what: string;
}

/** A version with its index. */
export interface JudgedModel extends BundleModel {
  index: { entries: readonly IndexEntry[]; list: List };
}

/** The log of a Till's epoch. */
export interface JudgedLog {
  receipts: readonly Receipt[];
  list: List;
}

export type StepList = "samples" | "parts" | "results" | "payouts";

/** A step, with the lists that it commits and what the chain says of its Till. */
export interface JudgedStep extends PublishedStep {
  position: number;
  /** How people call it. */
  name: string;
  lists: Record<StepList, List>;
  /** Whether these are the lists that the step commits. Of the others nothing is taken: they are empty. */
  known: Record<StepList, boolean>;
  /** The payouts before the step: those after the one before it. */
  before: { payouts: readonly PayoutEntry[]; list: List };
  /** Null where the Till has no income in that epoch, so that there should be no step. */
  till: TillFacts | null;
  model: JudgedModel | null;
  /** Null where there is none that the step commits. */
  log: JudgedLog | null;
}

/** A posting with all its lists. */
export interface Case extends Judged {
  steps: readonly JudgedStep[];
  list: List;
}

/** What distinguishes a step, as it sorts. */
export function stepKey(epoch: number, till: Address): bigint {
  return (BigInt(epoch) << 160n) | BigInt(till);
}

function logOf(till: TillFacts | null, { receiptsRoot }: StepEntry): JudgedLog | null {
  if (till === null) return null;
  const list = receiptsList(till.receipts);
  return list.root === receiptsRoot ? { receipts: till.receipts, list } : null;
}

function listsOf({ entry, samples, parts, results, payouts }: PublishedStep): Pick<JudgedStep, "lists" | "known"> {
  const lists = {
    samples: new List(DOMAIN.samples, samples.map(sampleLeaf)),
    parts: new List(DOMAIN.parts, parts.map(partLeaf)),
    results: new List(DOMAIN.results, results.map(resultLeaf)),
    payouts: payoutsList(payouts),
  };
  const known = {
    samples: lists.samples.root === entry.samplesRoot,
    parts: lists.parts.root === entry.partsRoot,
    results: lists.results.root === entry.resultsRoot,
    payouts: lists.payouts.root === entry.rootAfter,
  };
  return { lists, known };
}

/** Builds every list of a posting once. */
export function openCase(judged: Judged, published: Published): Case {
  const tills = new Map(judged.facts.tills.map((till) => [stepKey(till.epoch, till.till), till]));
  const models = new Map(
    judged.facts.models.map((model): [number, JudgedModel] => [
      model.model,
      { ...model, index: indexOf(model.features) },
    ]),
  );
  let before = { payouts: published.payoutsBefore, list: payoutsList(published.payoutsBefore) };
  const steps = published.steps.map((step, position): JudgedStep => {
    const till = tills.get(stepKey(step.entry.epoch, step.entry.till)) ?? null;
    const { lists, known } = listsOf(step);
    const name = `step ${position}, of ${step.entry.till} in epoch ${step.entry.epoch}`;
    const model = till === null ? null : (models.get(till.model) ?? null);
    const entries = {
      samples: known.samples ? step.samples : [],
      parts: known.parts ? step.parts : [],
      results: known.results ? step.results : [],
      payouts: known.payouts ? step.payouts : [],
    };
    const log = logOf(till, step.entry);
    const judgedStep = { ...step, ...entries, position, name, lists, known, before, till, model, log };
    before = { payouts: step.payouts, list: lists.payouts };
    return judgedStep;
  });
  return { ...judged, steps, list: stepsList(published.steps.map(({ entry }) => entry)) };
}
