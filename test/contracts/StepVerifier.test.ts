import { expect } from "chai";
import type { Hex } from "viem";
import { settlementLists, stepsList } from "../../oracle/lists.ts";
import { payoutsList } from "../../oracle/payouts.ts";
import type { StepEntry } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { ethers, hash, loadFixture, open } from "./fixtures.ts";
import {
  changed,
  GARBAGE,
  indexList,
  type Ledger,
  type LedgerSuite,
  ledger,
  NOWHERE,
  openEntry,
  openingOf,
  openStep,
  placeOf,
  refutes,
  withSteps,
} from "./ledger.ts";

const Rule = {
  Order: 0,
  Unearned: 1,
  Absent: 2,
  Before: 3,
  End: 4,
  Pool: 5,
  RunningPool: 6,
  Log: 7,
  Contributions: 8,
  Samples: 9,
  Count: 10,
};
const Kind = { Samples: 0, Parts: 1, Results: 2 };
const ROOTS = ["samplesRoot", "partsRoot", "resultsRoot"] as const;

/** Evidence with these fields; the others are empty. */
const evidence = (rule: number, fields: object = {}) => ({
  rule,
  steps: [] as ReturnType<typeof openStep>[],
  till: ethers.ZeroAddress,
  epoch: 0,
  parents: [] as Ledger["parents"],
  list: Kind.Samples,
  leaf: ethers.ZeroHash,
  opening: NOWHERE,
  ...fields,
});

/** One step, or it and its left neighbour. */
const alone = (steps: { entry: StepEntry }[], i: number) => [openStep(steps, i)];
const pair = (steps: { entry: StepEntry }[], i: number) => [openStep(steps, i - 1), openStep(steps, i)];

/** Any leaf of the version's index. */
const counted = ({ indexes }: LedgerSuite, model: number) => {
  const entries = indexes[model]!;
  return { leaf: indexList(entries).leaf(0), opening: openEntry(entries, 0).opening };
};

/** Whether evidence made from changed steps refutes the posting that commits to them. */
const breaks = (suite: LedgerSuite, steps: { entry: StepEntry }[], found: object, changes = {}, of = suite.first) =>
  refutes(suite.stepVerifier, withSteps(of, steps, changes), found);

describe("StepVerifier", () => {
  it("never refutes a right posting, whatever rule its own steps are held against", async () => {
    const suite = await loadFixture(ledger);
    const { stepVerifier, tills, epoch } = suite;
    for (const { posting, steps, parents } of [suite.first, suite.second]) {
      for (const [i, { settlement, model }] of steps.entries()) {
        const lists = settlementLists(settlement);
        const leaves = [lists.samples, lists.parts, lists.results].map((list, kind) => ({
          list: kind,
          ...(list.count === 0
            ? { leaf: ethers.ZeroHash, opening: NOWHERE }
            : { leaf: list.leaf(0), opening: openingOf(list, 0) }),
        }));
        const places = tills.flatMap((till) => [epoch - 1, epoch, epoch + 1].map((at) => ({ till, epoch: at })));
        const openings = [...leaves, counted(suite, model)];
        for (const opened of i === 0 ? [alone(steps, i)] : [alone(steps, i), pair(steps, i)]) {
          for (const rule of Object.values(Rule)) {
            const fields = rule === Rule.Absent ? places : rule === Rule.Contributions ? [openings[3]!] : leaves;
            for (const field of fields) {
              const found = evidence(rule, { steps: opened, parents, ...field });
              expect(await refutes(stepVerifier, posting, found), `rule ${rule} of step ${i}`).to.equal(false);
            }
          }
        }
      }
    }
  });

  it("refutes steps that do not rise", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    for (const wrong of [[...steps].reverse(), [steps[0]!, steps[0]!], changed(steps, 0, { epoch: suite.epoch + 1 })]) {
      expect(await breaks(suite, wrong, evidence(Rule.Order, { steps: pair(wrong, 1) }))).to.equal(true);
    }
    const skipping = [...steps].reverse();
    skipping.splice(1, 0, changed(steps, 0, { epoch: suite.epoch + 1 })[0]!);
    const apart = [openStep(skipping, 0), openStep(skipping, 2)];
    expect(await breaks(suite, skipping, evidence(Rule.Order, { steps: apart }))).to.equal(false);
  });

  it("refutes a step outside the posting's epochs, of what is no Till, or of a Till without income", async () => {
    const suite = await loadFixture(ledger);
    const { first, second, epoch, stranger } = suite;
    for (const [of, changes] of [
      [first, { epoch: epoch + 1 }],
      [second, { epoch }],
      [first, { till: stranger.address as Hex }],
      [first, { epoch: epoch - 1 }],
    ] as const) {
      const wrong = changed(of.steps, 0, changes);
      const found = evidence(Rule.Unearned, { steps: alone(wrong, 0) });
      expect(await breaks(suite, wrong, found, {}, of)).to.equal(true);
    }
  });

  it("refutes the absence of a Till with income: between neighbours, before the first, after the last, of all", async () => {
    const suite = await loadFixture(ledger);
    const { first, second, epoch } = suite;
    const whole = [...first.steps, ...second.steps];
    const both = { ...first, posting: { ...first.posting, toEpoch: epoch + 1 } };
    for (const missing of whole.keys()) {
      const steps = whole.filter((_, i) => i !== missing);
      const { till, epoch: at } = whole[missing]!.entry;
      const opened = missing === 0 ? alone(steps, 0) : missing === 3 ? alone(steps, 2) : pair(steps, missing);
      const found = evidence(Rule.Absent, { steps: opened, till, epoch: at });
      expect(await breaks(suite, steps, found, {}, both), `step ${missing}`).to.equal(true);
      const elsewhere = evidence(Rule.Absent, { steps: alone(steps, 1), till, epoch: at });
      expect(await breaks(suite, steps, elsewhere, {}, both)).to.equal(false);
    }
    const { till } = first.steps[0]!.entry;
    expect(await breaks(suite, [], evidence(Rule.Absent, { till, epoch }))).to.equal(true);
    expect(await breaks(suite, [], evidence(Rule.Absent, { till, epoch: epoch + 1 }))).to.equal(false);
    expect(await breaks(suite, [], evidence(Rule.Absent, { till, epoch: epoch - 1 }))).to.equal(false);
  });

  it("refutes a payout root before that is not the one after the neighbour", async () => {
    const suite = await loadFixture(ledger);
    const wrong = changed(suite.first.steps, 1, { rootBefore: hash("another") as Hex });
    expect(await breaks(suite, wrong, evidence(Rule.Before, { steps: pair(wrong, 1) }))).to.equal(true);
  });

  it("refutes a first payout root before that is not the parent's, or the empty one of the first posting", async () => {
    const suite = await loadFixture(ledger);
    for (const of of [suite.first, suite.second]) {
      const wrong = changed(of.steps, 0, { rootBefore: hash("another") as Hex });
      const found = evidence(Rule.Before, { steps: alone(wrong, 0), parents: of.parents });
      expect(await breaks(suite, wrong, found, {}, of)).to.equal(true);
    }
    // What the posting names as its parent does not count: only the beginning of it was compared.
    const parent = hash("garbage");
    const wrong = changed(suite.second.steps, 0, { rootBefore: hash("another") as Hex });
    const found = evidence(Rule.Before, { steps: alone(wrong, 0), parents: suite.second.parents });
    expect(await breaks(suite, wrong, found, { parent }, suite.second)).to.equal(true);
  });

  it("takes no parent that does not stand in the line before the posting", async () => {
    const suite = await loadFixture(ledger);
    const { second, stepVerifier, attribution } = suite;
    const { entry } = second.parents[0]!;
    const steps = alone(second.steps, 0);
    const forged = { ...entry, posting: { ...entry.posting, payoutRoot: hash("forged") } };
    const own = { posting: second.posting, poster: entry.poster, activatesAt: entry.activatesAt };
    for (const [parent, place] of [
      [forged, 0],
      [entry, 1],
      [own, 1],
    ] as const) {
      const found = evidence(Rule.Before, { steps, parents: [{ entry: parent, place }] });
      expect(await refutes(stepVerifier, second.posting, found)).to.equal(false);
    }
    expect(await refutes(stepVerifier, second.posting, evidence(Rule.Before, { steps }))).to.equal(false);
    const past = evidence(Rule.Before, { steps, parents: [{ entry, place: 2 }] });
    await expect(
      stepVerifier.proves(second.posting, past as Parameters<typeof stepVerifier.proves>[1]),
    ).to.be.revertedWithCustomError(attribution, "AttributionUnknownPlace");
  });

  it("refutes an end that is not the last step's", async () => {
    const suite = await loadFixture(ledger);
    const { steps, posting } = suite.first;
    for (const changes of [
      { payoutRoot: hash("another") },
      { pool: BigInt(posting.pool) + 1n },
      { distributed: BigInt(posting.distributed) - 1n },
    ]) {
      expect(await breaks(suite, steps, evidence(Rule.End, { steps: alone(steps, 1) }), changes)).to.equal(true);
      expect(await breaks(suite, steps, evidence(Rule.End, { steps: alone(steps, 0) }), changes)).to.equal(false);
    }
  });

  it("refutes a posting without steps that changes anything", async () => {
    const suite = await loadFixture(ledger);
    const { second, stepVerifier } = suite;
    const { payoutRoot } = second.parents[0]!.entry.posting;
    const still = { ...second.posting, stepRoot: stepsList([]).root, payoutRoot, pool: 0, distributed: 0 };
    const found = evidence(Rule.End, { parents: second.parents });
    expect(await refutes(stepVerifier, still, found)).to.equal(false);
    for (const changes of [{ payoutRoot: payoutsList([]).root }, { pool: 1 }, { distributed: 1 }]) {
      expect(await refutes(stepVerifier, { ...still, ...changes }, found)).to.equal(true);
    }
    expect(await refutes(stepVerifier, { ...still, pool: 1 }, evidence(Rule.End))).to.equal(false);
  });

  it("refutes a pool that is not what Revenue closed, and a running sum that is not the sum", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    for (const i of steps.keys()) {
      const { pool, runningPool } = steps[i]!.entry;
      const other = changed(steps, i, { pool: pool - 1n });
      expect(await breaks(suite, other, evidence(Rule.Pool, { steps: alone(other, i) }))).to.equal(true);
      const wrong = changed(steps, i, { runningPool: runningPool + 1n });
      const opened = i === 0 ? alone(wrong, 0) : pair(wrong, i);
      expect(await breaks(suite, wrong, evidence(Rule.RunningPool, { steps: opened }))).to.equal(true);
    }
    const most = changed(steps, 0, { runningPool: 2n ** 128n - 1n });
    expect(await breaks(suite, most, evidence(Rule.RunningPool, { steps: pair(most, 1) }))).to.equal(true);
  });

  it("refutes receipts that are not those of the log, or any where none is committed", async () => {
    const suite = await loadFixture(ledger);
    const { first, second } = suite;
    for (const [of, i] of [
      [first, 0],
      [second, 1],
    ] as const) {
      for (const changes of [{ receiptsRoot: hash("another") as Hex }, { receipts: 7 }]) {
        const wrong = changed(of.steps, i, changes);
        expect(await breaks(suite, wrong, evidence(Rule.Log, { steps: alone(wrong, i) }), {}, of)).to.equal(true);
      }
    }
  });

  it("refutes another number of contributions than the index has", async () => {
    const suite = await loadFixture(ledger);
    const wrong = changed(suite.first.steps, 0, { contributions: 9 });
    const { model } = wrong[0]!;
    const steps = alone(wrong, 0);
    expect(await breaks(suite, wrong, evidence(Rule.Contributions, { steps, ...counted(suite, model) }))).to.equal(
      true,
    );
    const other = counted(suite, 1 - model);
    expect(await breaks(suite, wrong, evidence(Rule.Contributions, { steps, ...other }))).to.equal(false);
    expect(await breaks(suite, wrong, evidence(Rule.Contributions, { steps }))).to.equal(false);
  });

  it("does not ask what is no Till for its version", async () => {
    const suite = await loadFixture(ledger);
    const wrong = changed(suite.first.steps, 0, { till: suite.stranger.address as Hex });
    expect(await breaks(suite, wrong, evidence(Rule.Contributions, { steps: alone(wrong, 0) }))).to.equal(false);
  });

  it("refutes another number of samples than the receipts demand", async () => {
    const suite = await loadFixture(ledger);
    for (const [receipts, samples, refuted] of [
      [3, 2, true],
      [3, 4, true],
      [4096, 4096, false],
      [4097, 4096, false],
      [4097, 4097, true],
      [5000, 0, true],
    ] as const) {
      const wrong = changed(suite.first.steps, 0, { receipts, samples });
      const found = evidence(Rule.Samples, { steps: alone(wrong, 0) });
      expect(await breaks(suite, wrong, found), `${samples} of ${receipts}`).to.equal(refuted);
    }
  });

  it("demands no samples of many receipts that charge nothing", async () => {
    const suite = await loadFixture(ledger);
    const { second } = suite;
    for (const [samples, refuted] of [
      [0, false],
      [4096, true],
    ] as const) {
      // No log stands committed of Till 1, so its total is 0.
      const at = placeOf(second, 1);
      const steps = changed(second.steps, at, { receipts: 5000, samples });
      const found = evidence(Rule.Samples, { steps: alone(steps, at) });
      expect(await breaks(suite, steps, found, {}, second)).to.equal(refuted);
    }
  });

  it("refutes a list that is longer or shorter than its step says", async () => {
    const suite = await loadFixture(ledger);
    const { steps } = suite.first;
    const at = placeOf(suite.first, 0);
    const { samples, parts, results } = settlementLists(steps[at]!.settlement);
    for (const [list, own] of [samples, parts, results].entries()) {
      for (const other of [samples, parts, results].filter(({ count }) => count !== own.count)) {
        // The same leaves under the domain of the list.
        const leaves = Array.from({ length: other.count }, (_, i) => other.leaf(i));
        const wrongList = new List(own.domain, leaves);
        const wrong = changed(steps, at, { [ROOTS[list]!]: wrongList.root });
        const opened = { leaf: wrongList.leaf(1), opening: openingOf(wrongList, 1) };
        const found = evidence(Rule.Count, { steps: alone(wrong, at), list, ...opened });
        expect(await breaks(suite, wrong, found), `list ${list} of ${other.count}`).to.equal(true);
      }
      const empty = new List(own.domain, []);
      const wrong = changed(steps, at, { [ROOTS[list]!]: empty.root });
      expect(await breaks(suite, wrong, evidence(Rule.Count, { steps: alone(wrong, at), list }))).to.equal(true);
    }
  });

  it("proves nothing by a step that is not the posting's, or by positions that are not its list's", async () => {
    const suite = await loadFixture(ledger);
    const { first, second, stepVerifier } = suite;
    const wrong = changed(first.steps, 0, { pool: open(1) });
    const [opened] = alone(wrong, 0);
    expect(await refutes(stepVerifier, first.posting, evidence(Rule.Pool, { steps: [opened] }))).to.equal(false);
    expect(await refutes(stepVerifier, second.posting, evidence(Rule.Pool, { steps: [opened] }))).to.equal(false);
    const posting = withSteps(first, wrong);
    const { opening } = opened!;
    for (const other of [
      { ...opening, position: 1 },
      { ...opening, position: 2 },
      { ...opening, count: 3 },
      { ...opening, count: 1, siblings: [] },
      { ...opening, siblings: [...opening.siblings, ethers.ZeroHash] },
      { ...opening, siblings: [] },
    ]) {
      const found = evidence(Rule.Pool, { steps: [{ ...opened!, opening: other }] });
      expect(await refutes(stepVerifier, posting, found)).to.equal(false);
    }
    expect(await refutes(stepVerifier, posting, evidence(Rule.Pool, { steps: [opened] }))).to.equal(true);
    for (const steps of [[], [opened, opened], [opened, opened, opened]]) {
      expect(await refutes(stepVerifier, posting, evidence(Rule.Pool, { steps }))).to.equal(false);
    }
  });

  it("takes garbage for no proof", async () => {
    const { stepVerifier, first } = await loadFixture(ledger);
    for (const garbage of GARBAGE) {
      const answer = await stepVerifier.refutes(first.posting, garbage).catch(() => false);
      expect(answer).to.equal(false);
    }
  });
});
