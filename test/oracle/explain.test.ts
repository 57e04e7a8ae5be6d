import { expect } from "chai";
import type { AttributionRun, VersionFeatures } from "../../oracle/engine.ts";
import { trajectory } from "../../oracle/engines/trajectory.ts";
import { type ExplainedContribution, explainAnswer } from "../../oracle/explain.ts";
import { FeatureError } from "../../oracle/features.ts";
import { rejection } from "./fixtures.ts";
import { trainedRun } from "./run.ts";

describe("the explanation of an answer", function () {
  this.timeout(120_000);
  let run: AttributionRun;
  let set: VersionFeatures;
  let rows: ExplainedContribution[];
  before(async () => {
    run = await trainedRun();
    set = await trajectory(4).features(run);
    rows = run.contributions.map(({ id, examples }) => {
      return { id, rows: examples.map((example, i) => ({ row: 10 + i, examples: [example] })) };
    });
  });
  after(() => run.engine.close());

  it("names the row that is the answer first, and its contribution", async () => {
    const answer = run.contributions[1]!.examples[2]!;
    const { contributions, gross } = await explainAnswer(run, set, rows, answer);
    expect(contributions[0]).to.deep.include({ contribution: 2, contributor: 0 });
    expect(contributions[0]!.rows[0]!.row).to.equal(12);
    expect(contributions[0]!.rows[0]!.likeness).to.be.above(0);
    expect(contributions[0]!.part).to.equal(contributions[0]!.score / gross);
    expect(contributions.map(({ contribution }) => contribution)).to.not.include(3);
  });

  it("gives signed parts, the largest first, that add up to the whole answer in size", async () => {
    const { contributions } = await explainAnswer(run, set, rows, run.evaluation[0]!, { contributions: 9, rows: 1 });
    const sizes = contributions.map(({ part }) => Math.abs(part));
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.closeTo(1, 1e-12);
    expect(sizes).to.deep.equal([...sizes].sort((a, b) => b - a));
    expect(contributions.every((each) => each.rows.length === 1)).to.equal(true);
  });

  it("adds up the examples of a row that was cut into several", async () => {
    const whole = rows.map(({ id, rows: own }) => {
      return { id, rows: own.length ? [{ row: 0, examples: own.flatMap(({ examples }) => examples) }] : [] };
    });
    const all = { contributions: 9, rows: 9 };
    const answer = run.evaluation[1]!;
    const apart = await explainAnswer(run, set, rows, answer, all);
    const joined = await explainAnswer(run, set, whole, answer, all);
    for (const [i, { rows: own }] of apart.contributions.entries()) {
      const sum = own.reduce((total, { likeness }) => total + likeness, 0);
      expect(joined.contributions[i]!.rows[0]!.likeness).to.be.closeTo(sum, 1e-9 * Math.abs(sum) + 1e-12);
    }
  });

  it("says nothing of an empty answer", async () => {
    const empty = { tokens: Int32Array.of(1, 2), lossFrom: 2 };
    expect(await explainAnswer(run, set, rows, empty)).to.deep.equal({ contributions: [], gross: 0 });
  });

  it("misses rows that are not given", async () => {
    const error = await rejection(explainAnswer(run, set, [], run.evaluation[0]!));
    expect(error).to.be.instanceOf(FeatureError);
    expect(error.message).to.match(/rows of contribution \d are not there/);
  });
});
