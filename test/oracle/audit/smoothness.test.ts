import { expect } from "chai";
import { scoresOf } from "../../../oracle/audit/audit.ts";
import { efficiencyError } from "../../../oracle/audit/gauges.ts";
import { demandSmooth, pathEfficiency, smoothness, UnsmoothError } from "../../../oracle/audit/smoothness.ts";
import { tangent } from "../../../oracle/engines/tangent.ts";
import { gaussLegendre } from "../../../oracle/quadrature.ts";
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

  it("shows in the efficiency of a common tangent, which is that of all tangents together", async () => {
    const run = await trainedRun({ steps: 18, learningRate: 0.03 });
    try {
      const nodes = gaussLegendre(3);
      const common = await pathEfficiency(run, run.evaluation, nodes);
      const features = await tangent(nodes).features(run);
      const scores = await scoresOf(
        run,
        features,
        run.contributions.map(({ id }) => id),
      );
      const [tuned, base] = [run.adapter, null].map((adapter) => run.engine.logProbs(adapter, [...run.evaluation]));
      const before = await base!;
      const each = efficiencyError(
        scores,
        (await tuned!).map((value, i) => value - before[i]!),
      );
      expect(common.perAnswer).to.be.below(0.05);
      // the engine's features are int8, the common tangent is not
      expect(common.perAnswer).to.be.closeTo(each.perAnswer, 0.02);
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
