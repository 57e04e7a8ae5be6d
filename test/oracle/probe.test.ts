import { expect } from "chai";
import { trainAdapter, trainTangents } from "../../lm/index.ts";
import type { AttributionRun } from "../../oracle/engine.ts";
import { probe } from "../../oracle/engines/probe.ts";
import { dotAt } from "../../oracle/linear.ts";
import { ReplayError, trainingExamples } from "../../oracle/replay.ts";
import { answerGradients } from "../../oracle/version-features.ts";
import { rejection } from "./fixtures.ts";
import { trainedRun } from "./run.ts";

describe("the probe engine", function () {
  this.timeout(120_000);
  let run: AttributionRun;
  let influence: Float64Array[];
  before(async () => {
    run = await trainedRun({ steps: 20, learningRate: 0.03 });
    influence = await probe(run, run.evaluation);
  });
  after(() => run.engine.close());

  it("is the tangents' transpose: its sums are the scores of tangents at w = 1", async () => {
    const { examples, owners } = trainingExamples(run);
    const { tangents } = await trainTangents(run.engine, run.adapter.config, examples, owners, {
      ...run.training,
      weights: new Float64Array(4).fill(1),
    });
    const gradients = await answerGradients(run, [run.adapter.params], run.evaluation);
    for (const [q, gradient] of gradients.entries()) {
      for (const [c, tangent] of tangents.entries()) {
        const score = dotAt(tangent, 0, gradient, 0, gradient.length);
        const sum = influence[q]!.reduce((total, value, e) => total + (owners[e] === c ? value : 0), 0);
        expect(sum).to.be.closeTo(score, 1e-4 * Math.abs(score) + 1e-9);
      }
    }
  });

  it("is the derivative in the weight of a single example", async () => {
    const { examples } = trainingExamples(run);
    for (const e of [0, 4, 8]) {
      const outputs: Float64Array[] = [];
      for (const weight of [1.02, 0.98]) {
        const weighted = examples.with(e, { ...examples[e]!, weight });
        const { adapter } = await trainAdapter(run.engine, run.adapter.config, weighted, run.training);
        outputs.push(await run.engine.logProbs(adapter, [...run.evaluation]));
      }
      for (const [q, row] of influence.entries()) {
        const difference = (outputs[0]![q]! - outputs[1]![q]!) / 0.04;
        expect(row[e]).to.be.closeTo(difference, 0.01 * Math.abs(difference) + 1e-3);
      }
    }
  });

  it("has nothing to say of an empty answer", async () => {
    const [row] = await probe(run, [{ tokens: Int32Array.of(1, 2), lossFrom: 2 }]);
    expect(row!.every((value) => value === 0)).to.equal(true);
  });

  it("refuses a run whose training leads elsewhere", async () => {
    const other = { ...run, training: { ...run.training, batchSize: 2 } };
    expect(await rejection(probe(other, run.evaluation))).to.be.instanceOf(ReplayError);
  });
});
