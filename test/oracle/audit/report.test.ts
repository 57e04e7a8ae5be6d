import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { audit, randomHalves } from "../../../oracle/audit/report.ts";
import { allSubsets, leaveOneOut, retrain } from "../../../oracle/audit/retrain.ts";
import { AuditError } from "../../../oracle/audit/shapley.ts";
import type { AttributionRun } from "../../../oracle/engine.ts";
import { gradDot } from "../../../oracle/engines/grad-dot.ts";
import { tangent } from "../../../oracle/engines/tangent.ts";
import { AT_END } from "../../../oracle/quadrature.ts";
import { rejection, withFolder } from "../fixtures.ts";
import { trainedRun } from "../run.ts";

describe("an audit", function () {
  this.timeout(300_000);
  let run: AttributionRun;
  before(async () => {
    run = await trainedRun({ steps: 18, learningRate: 0.03, threads: 2 });
  });
  after(() => run.engine.close());

  it("retrains with the weights asked for; all of 1 lead to the run's adapter", async () => {
    const { engine, adapter, evaluation } = run;
    const [whole, none] = await retrain(run, evaluation, [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]);
    expect(whole).to.deep.equal(await engine.logProbs(adapter, [...evaluation]));
    expect(none).to.deep.equal(await engine.logProbs(null, [...evaluation]));
  });

  it("keeps what it trained, by what it was trained from, and goes on from there", () =>
    withFolder(async (cache) => {
      const weights = leaveOneOut(4);
      const fresh = await retrain(run, run.evaluation, weights);
      expect(await retrain(run, run.evaluation, weights.slice(0, 2), { cache })).to.deep.equal(fresh.slice(0, 2));
      const names = await readdir(cache);
      expect(names).to.have.length(2);
      // what is kept is believed; what is broken is trained again
      await writeFile(join(cache, names[0]!), "[-1,-2]");
      await writeFile(join(cache, names[1]!), "[-1");
      const seen: number[] = [];
      const found = await retrain(run, run.evaluation, weights, { cache, onProgress: (done) => seen.push(done) });
      expect(found.filter((row) => row[0] === -1 && row[1] === -2)).to.have.length(1);
      expect(found.filter((row, i) => row[0] === fresh[i]![0])).to.have.length(3);
      expect(seen).to.deep.equal([1, 2, 3, 4]);
      const other = { ...run, training: { ...run.training, seed: 9 } };
      await retrain(other, run.evaluation, [[1, 1, 1, 1]], { cache });
      await retrain(run, run.evaluation.slice(1), [[1, 1, 1, 1]], { cache });
      expect(await readdir(cache)).to.have.length(6);
    }));

  it("refuses weights of other contributions, and NaN", async () => {
    expect(await rejection(retrain(run, run.evaluation, [[1, 1]]))).to.be.instanceOf(AuditError);
    expect(await rejection(retrain(run, run.evaluation, [[1, 1, 1, Number.NaN]]))).to.be.instanceOf(AuditError);
  });

  it("holds every engine against all subsets, left-out contributions and halves", async () => {
    const { engines, gain, shapleyPayouts } = await audit(run, {
      answers: run.evaluation,
      engines: { tangent: tangent(), baseline: gradDot },
      shapley: true,
      leaveOut: true,
      halves: 6,
    });
    expect(Math.abs(gain)).to.be.above(0);
    expect(shapleyPayouts).to.have.length(4);
    expect(shapleyPayouts![2]).to.equal(0);
    expect(engines.tangent!.shapley!.correlation).to.be.above(0.98);
    expect(engines.tangent!.efficiency.perAnswer).to.be.below(0.05);
    expect(engines.tangent!.shapley!.payoutDistance).to.be.below(engines.baseline!.shapley!.payoutDistance);
    for (const { leaveOut, halves } of Object.values(engines)) {
      expect(leaveOut!.low).to.be.at.most(leaveOut!.high);
      expect(halves!.low).to.be.at.most(halves!.high);
    }
  });

  it("finds single tangents to say what leaving out one of nine does", async () => {
    // the same training, each example a contribution of its own
    const contributions = run.contributions
      .flatMap(({ examples }) => examples)
      .map((example, id) => ({ id, contributor: id, examples: [example] }));
    const { engines } = await audit(
      { ...run, contributions },
      { answers: run.evaluation, engines: { tangent: tangent(AT_END) }, leaveOut: true },
    );
    expect(engines.tangent!.leaveOut!.value).to.be.above(0.9);
  });

  it("leaves out what is not asked for", async () => {
    const { engines, shapleyPayouts } = await audit(run, { answers: run.evaluation, engines: { baseline: gradDot } });
    expect(shapleyPayouts).to.equal(undefined);
    expect(Object.keys(engines.baseline!)).to.deep.equal(["payouts", "efficiency"]);
  });

  it("does not begin with all subsets of more than ten contributions", async () => {
    const many = Array.from({ length: 11 }, (_, id) => ({ id, contributor: id, examples: [] }));
    const error = await rejection(
      audit({ ...run, contributions: many }, { answers: run.evaluation, engines: {}, shapley: true }),
    );
    expect(error).to.be.instanceOf(AuditError);
  });

  it("takes subsets in the order of Shapley's table, and halves by the seed", () => {
    expect(allSubsets(2)).to.deep.equal([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    const halves = randomHalves(7, 20, 3);
    expect(halves.every((half) => half.reduce((sum, weight) => sum + weight, 0) === 3)).to.equal(true);
    expect(halves).to.deep.equal(randomHalves(7, 20, 3));
    expect(halves).to.not.deep.equal(randomHalves(7, 20, 4));
  });
});
