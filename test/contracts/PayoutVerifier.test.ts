import { expect } from "chai";
import type { Address } from "viem";
import { payoutsList } from "../../oracle/payouts.ts";
import type { PayoutEntry } from "../../protocol/leaves.ts";
import { loadFixture } from "./fixtures.ts";
import {
  borderOf,
  changed,
  GARBAGE,
  type LedgerStep,
  type LedgerSuite,
  ledger,
  openEntry,
  openPayout,
  openResult,
  openStep,
  refutes,
  withSteps,
} from "./ledger.ts";

const Rule = { Fell: 0, Account: 1, Shrunk: 2, Unregistered: 3, Missing: 4, Amount: 5 };

const evidence = (rule: number, steps: LedgerStep[], i: number, fields: object = {}) => ({
  rule,
  contributor: 0,
  step: openStep(steps, i),
  before: [] as object[],
  afterwards: [] as object[],
  lower: [] as object[],
  upper: [] as object[],
  results: [] as object[],
  ...fields,
});

/** The payout of a contributor id; past the end the last there is, and none of an empty list. */
const payoutAt = (entries: PayoutEntry[], id: number) =>
  entries.length === 0 ? [] : [openPayout(entries, Math.min(id, entries.length - 1))];

const both = ({ before, after }: LedgerStep, id: number) => ({
  before: payoutAt(before, id),
  afterwards: payoutAt(after, id),
});

/** The borders of a contributor's block of the index, and the results that pay it. */
const blockOf = ({ indexes }: LedgerSuite, step: LedgerStep, contributor: number) => {
  const index = indexes[step.model]!;
  const positions = [...index.keys()].filter((c) => index[c]!.contributor === contributor);
  const ends = positions.length === 0 ? [] : [positions[0]! - 1, positions.at(-1)!];
  return {
    lower: borderOf(index, contributor),
    upper: borderOf(index, contributor + 1),
    results: ends.filter((c) => c >= 0).map((c) => openResult(step, c)),
  };
};

const amount = (suite: LedgerSuite, steps: LedgerStep[], i: number, contributor: number) =>
  evidence(Rule.Amount, steps, i, {
    contributor,
    ...both(steps[i]!, contributor),
    ...blockOf(suite, steps[i]!, contributor),
  });

/** The steps with other payouts after one of them. */
function paying(steps: LedgerStep[], i: number, after: PayoutEntry[]): LedgerStep[] {
  const moved = steps.map((step, k) => (k === i ? { ...step, after } : step));
  return changed(moved, i, { rootAfter: payoutsList(after).root });
}

/** The payouts after a step, with one changed. */
const altered = ({ after }: LedgerStep, id: number, changes: Partial<PayoutEntry>) =>
  after.map((entry, k) => (k === id ? { ...entry, ...changes } : entry));

const breaks = ({ payoutVerifier, first }: LedgerSuite, steps: LedgerStep[], found: object, of = first) =>
  refutes(payoutVerifier, withSteps(of, steps), found);

describe("PayoutVerifier", () => {
  it("never refutes a right posting, whatever rule its own payouts are held against", async () => {
    const suite = await loadFixture(ledger);
    const { payoutVerifier, indexes, first, second } = suite;
    for (const { posting, steps } of [first, second]) {
      for (const [i, step] of steps.entries()) {
        for (const id of step.after.keys()) {
          expect(await refutes(payoutVerifier, posting, amount(suite, steps, i, id)), `${i} ${id}`).to.equal(false);
          for (const rule of [Rule.Fell, Rule.Account, Rule.Shrunk, Rule.Unregistered]) {
            const found = evidence(rule, steps, i, both(step, id));
            expect(await refutes(payoutVerifier, posting, found), `rule ${rule}`).to.equal(false);
          }
          for (const c of indexes[step.model]!.keys()) {
            const lower = [openEntry(indexes[step.model]!, c)];
            const found = evidence(Rule.Missing, steps, i, { ...both(step, id), lower });
            expect(await refutes(payoutVerifier, posting, found)).to.equal(false);
          }
        }
        const past = amount(suite, steps, i, 99);
        expect(await refutes(payoutVerifier, posting, past), "an id that there is not").to.equal(false);
      }
    }
  });

  it("refutes a cumulative amount that fell", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    const id = steps[1]!.before.findIndex(({ cumulative }) => cumulative > 0n);
    const { cumulative } = steps[1]!.before[id]!;
    const wrong = paying(steps, 1, altered(steps[1]!, id, { cumulative: cumulative - 1n }));
    expect(await breaks(suite, wrong, evidence(Rule.Fell, wrong, 1, both(wrong[1]!, id)))).to.equal(true);
    const still = paying(steps, 1, altered(steps[1]!, id, { cumulative }));
    expect(await breaks(suite, still, evidence(Rule.Fell, still, 1, both(still[1]!, id)))).to.equal(false);
  });

  it("compares no two contributors", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    const step = steps[1]!;
    const ids = [...step.before.keys()].sort((a, b) => Number(step.before[b]!.cumulative - step.before[a]!.cumulative));
    const [richest, poorest] = [ids[0]!, ids.at(-1)!];
    const found = { before: [openPayout(step.before, richest)], afterwards: [openPayout(step.after, poorest)] };
    expect(await breaks(suite, steps, evidence(Rule.Fell, steps, 1, found))).to.equal(false);
    const mixed = { ...amount(suite, steps, 1, richest), ...found };
    expect(await breaks(suite, steps, mixed)).to.equal(false);
  });

  it("refutes an account that is not the contributor id's", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    const account = suite.payer.address as Address;
    for (const [i, step] of steps.entries()) {
      for (const id of step.after.keys()) {
        const wrong = paying(steps, i, altered(step, id, { account }));
        expect(await breaks(suite, wrong, evidence(Rule.Account, wrong, i, both(wrong[i]!, id)))).to.equal(true);
      }
    }
  });

  it("refutes a list that is shorter than the one before, down to an empty one", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    for (const count of [3, 1, 0]) {
      const wrong = paying(steps, 1, steps[1]!.after.slice(0, count));
      expect(await breaks(suite, wrong, evidence(Rule.Shrunk, wrong, 1, both(wrong[1]!, 0)))).to.equal(true);
    }
  });

  it("refutes a list that is longer than there are contributor ids", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    const after = [...steps[0]!.after, { account: suite.payer.address as Address, cumulative: 0n }];
    const wrong = paying(steps, 0, after);
    expect(await breaks(suite, wrong, evidence(Rule.Unregistered, wrong, 0, both(wrong[0]!, 0)))).to.equal(true);
    expect(await breaks(suite, wrong, evidence(Rule.Account, wrong, 0, both(wrong[0]!, 4)))).to.equal(true);
  });

  it("refutes a list that ends before a contributor of the index", async () => {
    const suite = await loadFixture(ledger);
    const { indexes, first } = suite;
    const i = first.steps.findIndex(({ model }) => model === 0);
    const index = indexes[0]!;
    // Carol is contributor 2.
    const wrong = paying(first.steps, i, first.steps[i]!.after.slice(0, 2));
    const missing = (c: number, entries = index) =>
      evidence(Rule.Missing, wrong, i, { ...both(wrong[i]!, 0), lower: [openEntry(entries, c)] });
    expect(await breaks(suite, wrong, missing(3))).to.equal(true);
    expect(await breaks(suite, wrong, missing(2))).to.equal(false);
    expect(await breaks(suite, wrong, missing(0, indexes[1]!))).to.equal(false);
    expect(await breaks(suite, wrong, { ...missing(3), lower: [] })).to.equal(false);
    const empty = paying(first.steps, i, []);
    const found = evidence(Rule.Missing, empty, i, { lower: [openEntry(index, 0)] });
    expect(await breaks(suite, empty, found)).to.equal(true);
  });

  it("refutes any other growth than what the contributor's results pay, in each block and outside of all", async () => {
    const suite = await loadFixture(ledger);
    for (const of of [suite.first, suite.second]) {
      for (const [i, step] of of.steps.entries()) {
        for (const [id, { cumulative }] of step.after.entries()) {
          for (const by of [1n, -1n]) {
            if (cumulative + by < 0n) continue;
            const wrong = paying(of.steps, i, altered(step, id, { cumulative: cumulative + by }));
            expect(await breaks(suite, wrong, amount(suite, wrong, i, id), of), `${i} ${id} ${by}`).to.equal(true);
          }
        }
      }
    }
  });

  it("refutes a list that leaves a contributor out who is paid", async () => {
    const suite = await loadFixture(ledger);
    const i = suite.first.steps.findIndex(({ settlement }) => settlement.payouts.at(-1)! > 0n);
    const contributor = suite.indexes[suite.first.steps[i]!.model]!.at(-1)!.contributor;
    const wrong = paying(suite.first.steps, i, suite.first.steps[i]!.after.slice(0, contributor));
    expect(await breaks(suite, wrong, amount(suite, wrong, i, contributor))).to.equal(true);
  });

  it("takes no borders but those of the contributor's block, and no results but those at its ends", async () => {
    const suite = await loadFixture(ledger);
    const { second, indexes } = suite;
    const i = second.steps.findIndex(({ model }) => model === 0);
    const step = second.steps[i]!;
    const index = indexes[0]!;
    const entries = (...positions: number[]) => positions.map((c) => openEntry(index, c));
    const found = (...positions: number[]) => positions.map((c) => openResult(step, c));
    // Bob, contributor 1, has position 2 of alice's 0 and 1, his, and carol's 3.
    const right = amount(suite, second.steps, i, 1);
    expect(right.lower).to.deep.equal(entries(1, 2));
    expect(right.upper).to.deep.equal(entries(2, 3));
    expect(right.results).to.deep.equal(found(1, 2));
    const wrong = paying(second.steps, i, altered(step, 1, { cumulative: step.after[1]!.cumulative + 1n }));
    const inflated = amount(suite, wrong, i, 1);
    expect(await breaks(suite, wrong, inflated, second)).to.equal(true);
    for (const fields of [
      { lower: entries(0, 1) },
      { lower: entries(1) },
      { lower: entries(2) },
      { lower: entries(0, 2) },
      { lower: entries(1, 2, 3) },
      { lower: [] },
      { upper: entries(1, 2) },
      { upper: entries(3) },
      { upper: [] },
      { results: found(2) },
      { results: found(0, 2) },
      { results: found(1, 3) },
      { results: found(1, 2, 3) },
      { results: [] },
      { lower: [openEntry(indexes[1]!, 0)] },
      { contributor: 0 },
      { contributor: 2 },
      { before: [] },
      { afterwards: [] },
    ]) {
      for (const [steps, of] of [
        [second.steps, right],
        [wrong, inflated],
      ] as const) {
        const found = { ...of, ...fields };
        expect(await breaks(suite, steps, found, second), Object.keys(fields).join()).to.equal(false);
      }
    }
  });

  it("does not ask what is no Till for its version", async () => {
    const suite = await loadFixture(ledger);
    const steps = changed(suite.first.steps, 0, { till: suite.stranger.address as Address });
    expect(await breaks(suite, steps, amount(suite, steps, 0, 1))).to.equal(false);
  });

  it("proves nothing by a step that is not the posting's, or payouts that are not its lists'", async () => {
    const suite = await loadFixture(ledger);
    const { payoutVerifier, first, second } = suite;
    const wrong = paying(first.steps, 1, altered(first.steps[1]!, 1, { cumulative: 0n }));
    for (const found of [amount(suite, wrong, 1, 1), evidence(Rule.Fell, wrong, 1, both(wrong[1]!, 1))]) {
      expect(await breaks(suite, wrong, found)).to.equal(true);
      expect(await refutes(payoutVerifier, first.posting, found)).to.equal(false);
      expect(await refutes(payoutVerifier, second.posting, found)).to.equal(false);
      const step = openStep(first.steps, 1);
      expect(await refutes(payoutVerifier, first.posting, { ...found, step })).to.equal(false);
    }
    const { afterwards } = both(wrong[1]!, 1);
    const [opened] = afterwards as ReturnType<typeof openPayout>[];
    for (const opening of [
      { ...opened!.opening, position: 4 },
      { ...opened!.opening, count: 5 },
      { ...opened!.opening, siblings: [] },
    ]) {
      const found = { ...evidence(Rule.Account, wrong, 1), afterwards: [{ ...opened!, opening }] };
      expect(await breaks(suite, wrong, found)).to.equal(false);
    }
  });

  it("takes garbage for no proof", async () => {
    const { payoutVerifier, first } = await loadFixture(ledger);
    for (const garbage of GARBAGE) {
      expect(await payoutVerifier.refutes(first.posting, garbage).catch(() => false)).to.equal(false);
    }
  });
});
