import { expect } from "chai";
import { settlementLists } from "../../oracle/lists.ts";
import { loadFixture } from "./fixtures.ts";
import {
  changed,
  GARBAGE,
  type LedgerStep,
  type LedgerSuite,
  ledger,
  openPart,
  openResult,
  openStep,
  refutes,
  withResults,
  withSteps,
} from "./ledger.ts";

const Rule = { Total: 0, RunningPaid: 1, StepPaid: 2 };

const evidence = (rule: number, fields: object) => ({ rule, steps: [], results: [], parts: [], ...fields });

/** A step, with its left neighbour where it has one. */
const chained = (steps: LedgerStep[], i: number) => (i === 0 ? [0] : [i - 1, i]).map((k) => openStep(steps, k));
/** A result, with its left neighbour where it has one. */
const running = (step: LedgerStep, c: number) => (c === 0 ? [0] : [c - 1, c]).map((k) => openResult(step, k));

/** The last part of a column, where there is one. */
const bottom = (step: LedgerStep, c: number) =>
  step.entry.samples === 0 ? [] : [openPart(step, step.entry.samples - 1, c)];

/** That a result is not the last of its column. */
const total = (steps: LedgerStep[], i: number, c: number) =>
  evidence(Rule.Total, {
    steps: [openStep(steps, i)],
    results: [openResult(steps[i]!, c)],
    parts: bottom(steps[i]!, c),
  });

/** That the running sum of a result is wrong. */
const runningPaid = (steps: LedgerStep[], i: number, c: number) =>
  evidence(Rule.RunningPaid, { steps: [openStep(steps, i)], results: running(steps[i]!, c) });

/** That the running sum of a step is wrong. */
const stepPaid = (steps: LedgerStep[], i: number) => {
  const { settlement } = steps[i]!;
  const results = settlement.results.length === 0 ? [] : [openResult(steps[i]!, settlement.results.length - 1)];
  return evidence(Rule.StepPaid, { steps: chained(steps, i), results });
};

const breaks = ({ resultVerifier, first }: LedgerSuite, steps: LedgerStep[], found: object) =>
  refutes(resultVerifier, withSteps(first, steps), found);

/** The results of a step, one of them changed. */
const results = (step: LedgerStep, c: number, changes: { total?: bigint; runningPaid?: bigint }) =>
  step.settlement.results.map((result, k) => (k === c ? { ...result, ...changes } : result));

describe("ResultVerifier", () => {
  it("never refutes a right posting, whatever rule its own results are held against", async () => {
    const { resultVerifier, first, second } = await loadFixture(ledger);
    const signs = new Set<boolean>();
    for (const { posting, steps } of [first, second]) {
      for (const [i, { settlement, entry }] of steps.entries()) {
        expect(await refutes(resultVerifier, posting, stepPaid(steps, i))).to.equal(false);
        for (const [c, result] of settlement.results.entries()) {
          signs.add(result.total > 0n);
          expect(await refutes(resultVerifier, posting, total(steps, i, c))).to.equal(false);
          expect(await refutes(resultVerifier, posting, runningPaid(steps, i, c))).to.equal(false);
          for (let sample = 0; sample < entry.samples - 1; sample++) {
            const parts = [openPart(steps[i]!, sample, c)];
            expect(await refutes(resultVerifier, posting, { ...total(steps, i, c), parts })).to.equal(false);
          }
        }
      }
    }
    expect(signs).to.deep.equal(new Set([true, false]));
  });

  it("refutes a total that is not the running part of the column's last row", async () => {
    const suite = await loadFixture(ledger);
    for (const [i, step] of suite.first.steps.entries()) {
      for (const [c, result] of step.settlement.results.entries()) {
        for (const by of [1n, -1n]) {
          const steps = withResults(suite.first.steps, i, results(step, c, { total: result.total + by }));
          expect(await breaks(suite, steps, total(steps, i, c))).to.equal(true);
        }
      }
    }
  });

  it("refutes a total where there are no samples", async () => {
    const { resultVerifier, second } = await loadFixture(ledger);
    const steps = withResults(second.steps, 1, results(second.steps[1]!, 0, { total: 1n }));
    expect(await refutes(resultVerifier, withSteps(second, steps), total(steps, 1, 0))).to.equal(true);
  });

  it("compares a total with no other part than the last of its column", async () => {
    const suite = await loadFixture(ledger);
    const step = suite.first.steps[0]!.settlement.results.length > 1 ? 0 : 1;
    const steps = withResults(
      suite.first.steps,
      step,
      results(suite.first.steps[step]!, 0, { total: suite.first.steps[step]!.settlement.results[0]!.total + 1n }),
    );
    const { entry } = steps[step]!;
    for (const [sample, c] of [
      [entry.samples - 1, 1],
      [0, 0],
    ] as const) {
      const parts = [openPart(steps[step]!, sample, c)];
      expect(await breaks(suite, steps, { ...total(steps, step, 0), parts })).to.equal(false);
    }
    expect(await breaks(suite, steps, { ...total(steps, step, 0), parts: [] })).to.equal(false);
    const forged = openPart(steps[step]!, entry.samples - 1, 0);
    const parts = [{ ...forged, part: { ...forged.part, runningPart: 5n } }];
    expect(await breaks(suite, suite.first.steps, { ...total(suite.first.steps, step, 0), parts })).to.equal(false);
  });

  it("refutes a running sum that is not its neighbour's and what the result pays, rounded down", async () => {
    const suite = await loadFixture(ledger);
    for (const [i, step] of suite.first.steps.entries()) {
      for (const [c, result] of step.settlement.results.entries()) {
        for (const by of [1n, -1n]) {
          if (result.runningPaid + by < 0n) continue;
          const wrong = results(step, c, { runningPaid: result.runningPaid + by });
          const steps = withResults(suite.first.steps, i, wrong);
          expect(await breaks(suite, steps, runningPaid(steps, i, c))).to.equal(true);
        }
      }
    }
  });

  it("refutes pay for a negative total", async () => {
    const suite = await loadFixture(ledger);
    const steps = withResults(suite.first.steps, 0, results(suite.first.steps[0]!, 0, { total: -1n, runningPaid: 1n }));
    expect(await breaks(suite, steps, runningPaid(steps, 0, 0))).to.equal(true);
    const right = withResults(suite.first.steps, 0, results(suite.first.steps[0]!, 0, { total: -1n, runningPaid: 0n }));
    expect(await breaks(suite, right, runningPaid(right, 0, 0))).to.equal(false);
  });

  it("refutes running sums of the largest numbers without overflow", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    const i = steps.findIndex(({ settlement }) => settlement.results.length > 1);
    const most = 2n ** 128n - 1n;
    const wrong = withResults(steps, i, results(steps[i]!, 0, { total: 2n ** 127n - 1n, runningPaid: most }));
    expect(await breaks(suite, wrong, runningPaid(wrong, i, 0))).to.equal(true);
    const full = changed(wrong, 0, { runningPaid: most });
    expect(await breaks(suite, full, stepPaid(full, 1))).to.equal(true);
  });

  it("takes no result for the first but the first, and no neighbours that are apart", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    const i = steps.findIndex(({ settlement }) => settlement.results.length > 2);
    const step = steps[i]!;
    for (const opened of [[1], [0, 2], [1, 0], [0, 0], [0, 1, 2], []]) {
      const found = { ...runningPaid(steps, i, 0), results: opened.map((c) => openResult(step, c)) };
      expect(await breaks(suite, steps, found)).to.equal(false);
    }
  });

  it("refutes a step's running sum that is not its neighbour's and that of its last result", async () => {
    const suite = await loadFixture(ledger);
    for (const [i, { entry }] of suite.first.steps.entries()) {
      for (const by of [1n, -1n]) {
        const steps = changed(suite.first.steps, i, { runningPaid: entry.runningPaid + by });
        expect(await breaks(suite, steps, stepPaid(steps, i))).to.equal(true);
      }
    }
    const { results: resultsList } = settlementLists({ samples: [], parts: [], results: [] });
    const empty = changed(suite.first.steps, 0, { resultsRoot: resultsList.root });
    const found = { ...stepPaid(empty, 0), results: [] };
    expect(await breaks(suite, empty, found)).to.equal(true);
    const right = changed(empty, 0, { runningPaid: 0n });
    expect(await breaks(suite, right, { ...stepPaid(right, 0), results: [] })).to.equal(false);
  });

  it("takes no step for the first but the first, and no result for the last but the last", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    const alone = { ...stepPaid(steps, 1), steps: [openStep(steps, 1)] };
    expect(await breaks(suite, steps, alone)).to.equal(false);
    const i = steps.findIndex(({ settlement }) => settlement.results.length > 1);
    const inner = { ...stepPaid(steps, i), results: [openResult(steps[i]!, 0)] };
    expect(await breaks(suite, steps, inner)).to.equal(false);
    expect(await breaks(suite, steps, { ...stepPaid(steps, i), results: [] })).to.equal(false);
  });

  it("does not ask what is no Till for its version", async () => {
    const suite = await loadFixture(ledger);
    const steps = changed(suite.first.steps, 0, { till: suite.stranger.address as `0x${string}` });
    expect(await breaks(suite, steps, runningPaid(steps, 0, 0))).to.equal(false);
  });

  it("proves nothing by a step or a result that is not the posting's", async () => {
    const { resultVerifier, first, second } = await loadFixture(ledger);
    const step = first.steps[0]!;
    const wrong = withResults(first.steps, 0, results(step, 0, { total: 1n, runningPaid: 2n }));
    for (const found of [total(wrong, 0, 0), runningPaid(wrong, 0, 0)]) {
      expect(await refutes(resultVerifier, withSteps(first, wrong), found)).to.equal(true);
      expect(await refutes(resultVerifier, first.posting, found)).to.equal(false);
      expect(await refutes(resultVerifier, second.posting, found)).to.equal(false);
      const { steps } = total(first.steps, 0, 0);
      expect(await refutes(resultVerifier, first.posting, { ...found, steps })).to.equal(false);
    }
  });

  it("takes garbage for no proof", async () => {
    const { resultVerifier, first } = await loadFixture(ledger);
    for (const garbage of GARBAGE) {
      expect(await resultVerifier.refutes(first.posting, garbage).catch(() => false)).to.equal(false);
    }
  });
});
