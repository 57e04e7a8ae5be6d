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

/** A step, with the lists that it commits and what the chain says of its Till. */
export interface JudgedStep extends PublishedStep {
  position: number;
  /** How people call it. */
  name: string;
  lists: { samples: List; parts: List; results: List; payouts: List };
  /** The payouts before the step: those after the one before it. */
  before: { payouts: readonly PayoutEntry[]; list: List };
  /** Null where the Till has no income in that epoch, so that there should be no step. */
  till: TillFacts | null;
  model: JudgedModel | null;
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
    const lists = {
      samples: new List(DOMAIN.samples, step.samples.map(sampleLeaf)),
      parts: new List(DOMAIN.parts, step.parts.map(partLeaf)),
      results: new List(DOMAIN.results, step.results.map(resultLeaf)),
      payouts: payoutsList(step.payouts),
    };
    const name = `step ${position}, of ${step.entry.till} in epoch ${step.entry.epoch}`;
    const model = till === null ? null : (models.get(till.model) ?? null);
    const judgedStep = { ...step, position, name, lists, before, till, model };
    before = { payouts: step.payouts, list: lists.payouts };
    return judgedStep;
  });
  return { ...judged, steps, list: stepsList(published.steps.map(({ entry }) => entry)) };
}
