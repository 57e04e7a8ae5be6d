import { expect } from "chai";
import { trainTangents } from "../../../lm/index.ts";
import { demandSmooth, pathEfficiency, smoothness, UnsmoothError } from "../../../oracle/audit/smoothness.ts";
import { gaussLegendre } from "../../../oracle/quadrature.ts";
import { trainingExamples } from "../../../oracle/replay.ts";
import { rejection } from "../fixtures.ts";
import { trainedRun } from "../run.ts";

describe("the smoothness of a run", function () {
  this.timeout(120_000);

  it("is near 1 where steps are small, and the same again", async () => {
    const run = await trainedRun({ steps: 18, learningRate: 0.03 });
    try {
      const cosine = await demandSmooth(run);
      expect(cosine).to.be.within(0.97, 1);
      expect(await smoothness(run)).to.equal(cosine);
      expect(await smoothness(run, { seed: 2 })).to.not.equal(cosine);
    } finally {
      await run.engine.close();
    }
  });

  it("shows in the efficiency of a common tangent, which is the sum of all contributions' tangents", async () => {
    const run = await trainedRun({ steps: 18, learningRate: 0.03 });
    try {
      const nodes = gaussLegendre(3);
      expect((await pathEfficiency(run, run.evaluation, nodes)).perAnswer).to.be.below(0.05);
      const { examples, owners } = trainingExamples(run);
      const tangents = async (of: Int32Array, contributions: number) => {
        const weights = new Float64Array(contributions).fill(nodes[1]!.at);
        const trained = await trainTangents(run.engine, run.adapter.config, examples, of, { ...run.training, weights });
        return trained.tangents;
      };
      const each = await tangents(owners, run.contributions.length);
      const [common] = await tangents(new Int32Array(examples.length), 1);
      const unit = Math.max(...common!.map(Math.abs));
      for (const [i, value] of common!.entries()) {
        const sum = each.reduce((total, tangent) => total + tangent[i]!, 0);
        expect(sum).to.be.closeTo(value, 1e-4 * unit);
      }
    } finally {
      await run.engine.close();
    }
  });

  it("is demanded: a run of large steps is refused by name", async () => {
    const run = await trainedRun({ steps: 60, learningRate: 1.5 });
    try {
      const error = await rejection(demandSmooth(run));
      expect(error).to.be.instanceOf(UnsmoothError);
      expect((error as UnsmoothError).cosine).to.be.below(0.95);
      expect(error.message).to.include("smaller steps");
    } finally {
      await run.engine.close();
    }
  });
});
