import { isAddressEqual } from "viem";
import type { PayoutEntry } from "../../protocol/leaves.ts";
import type { List } from "../../protocol/list.ts";
import type { Case, JudgedModel, JudgedStep, Proof } from "./context.ts";
import { openedIndexEntry, openedResult, openedStep, openingOf, proof } from "./openings.ts";

/** `PayoutVerifier.Rule`. */
const RULE = { fell: 0, account: 1, shrunk: 2, unregistered: 3, missing: 4, amount: 5 } as const;

type Evidence = Partial<
  Record<"before" | "afterwards" | "lower" | "upper" | "results", object[]> & { contributor: number }
>;

/** Every rule of the payouts that a posting breaks. */
export function provePayouts(of: Case): Proof[] {
  return of.steps.flatMap((step) => {
    // Another list before than the step names: that is a broken rule of the steps, and nothing can be shown here.
    if (!step.known.payouts || step.before.list.root !== step.entry.rootBefore) return [];
    return [...proveLength(of, step), ...proveEach(of, step)];
  });
}

function prover(of: Case, step: JudgedStep) {
  const opened = openedStep(of, step.position);
  return (rule: keyof typeof RULE, evidence: Evidence, what: string): Proof =>
    proof("PayoutVerifier", { ...evidence, step: opened, rule: RULE[rule] }, `${step.name}: ${what}`);
}

function openedPayout(payouts: readonly PayoutEntry[], list: List, position: number) {
  return { payout: payouts[position]!, opening: openingOf(list, position) };
}

/** A payout of a list, at the position where there is one, else any, to show the count; none of an empty list. */
function shown(payouts: readonly PayoutEntry[], list: List, position = 0): object[] {
  if (list.count === 0) return [];
  return [openedPayout(payouts, list, position < list.count ? position : 0)];
}

/** The list never shrinks, has no place for strangers, and has one for each contributor of the index. */
function proveLength(of: Case, step: JudgedStep): Proof[] {
  const prove = prover(of, step);
  const proofs: Proof[] = [];
  const { payouts, lists, before, model } = step;
  const afterwards = shown(payouts, lists.payouts);
  if (payouts.length < before.payouts.length) {
    const evidence = { before: shown(before.payouts, before.list), afterwards };
    proofs.push(prove("shrunk", evidence, `${payouts.length} payouts, ${before.payouts.length} before`));
  }
  if (payouts.length > of.facts.accounts.length) {
    proofs.push(prove("unregistered", { afterwards }, `${payouts.length} payouts, more than there are contributors`));
  }
  const last = model?.index.entries.length ?? 0;
  if (model !== null && last > 0 && model.index.entries[last - 1]!.contributor >= payouts.length) {
    const lower = [openedIndexEntry(model, last - 1)];
    proofs.push(prove("missing", { afterwards, lower }, `${payouts.length} payouts end before a contributor`));
  }
  return proofs;
}

/** Each contributor's own account, and what the results of its contributions pay, is added. */
function proveEach(of: Case, step: JudgedStep): Proof[] {
  const { payouts, lists, before, model } = step;
  const { accounts } = of.facts;
  const prove = prover(of, step);
  const proofs: Proof[] = [];
  // results that are not one per contribution are found by their count, and say nothing here
  const complete = step.known.results && step.results.length === model?.index.entries.length;
  const paid = model === null || !complete ? null : paidBlocks(step, model);
  for (let id = 0; id < Math.max(payouts.length, before.payouts.length); id++) {
    const [now, then] = [payouts[id], before.payouts[id]];
    const account = accounts[id];
    const afterwards = shown(payouts, lists.payouts, id);
    if (now !== undefined && account !== undefined && !isAddressEqual(now.account, account)) {
      proofs.push(prove("account", { afterwards }, `contributor ${id} has the account ${account}, not ${now.account}`));
    }
    if (now !== undefined && then !== undefined && now.cumulative < then.cumulative) {
      const evidence = { before: shown(before.payouts, before.list, id), afterwards };
      proofs.push(prove("fell", evidence, `contributor ${id} falls from ${then.cumulative} to ${now.cumulative}`));
    }
    if (model === null || paid === null) continue;
    const expected = (then?.cumulative ?? 0n) + (paid.get(id) ?? 0n);
    if ((now?.cumulative ?? 0n) === expected) continue;
    const evidence = { ...blockOf(step, model, id), afterwards, before: shown(before.payouts, before.list, id) };
    proofs.push(prove("amount", evidence, `contributor ${id} has ${now?.cumulative ?? 0n}, not ${expected}`));
  }
  return proofs;
}

/** What each contributor's block of the results pays, by contributor id. */
function paidBlocks({ results }: JudgedStep, { index }: JudgedModel): Map<number, bigint> {
  const paid = new Map<number, bigint>();
  for (const [c, { contributor }] of index.entries.entries()) {
    const added = results[c]!.runningPaid - (results[c - 1]?.runningPaid ?? 0n);
    paid.set(contributor, (paid.get(contributor) ?? 0n) + added);
  }
  return paid;
}

/** The borders of a contributor's block in the index, and the results at them. */
function blockOf(step: JudgedStep, model: JudgedModel, contributor: number): Evidence {
  const { entries } = model.index;
  const [from, to] = [firstFrom(model, contributor), firstFrom(model, contributor + 1)];
  const border = (position: number): object[] => {
    const places = [position - 1, position].filter((place) => place >= 0 && place < entries.length);
    return places.map((place) => openedIndexEntry(model, place));
  };
  const places = from === to ? [] : from === 0 ? [to - 1] : [from - 1, to - 1];
  return {
    contributor,
    lower: border(from),
    upper: border(to),
    results: places.map((place) => openedResult(step, place)),
  };
}

/** The first place in the index whose contributor is at least that one. */
function firstFrom({ index }: JudgedModel, contributor: number): number {
  const place = index.entries.findIndex((entry) => entry.contributor >= contributor);
  return place < 0 ? index.entries.length : place;
}
