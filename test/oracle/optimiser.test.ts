import { expect } from "chai";
import type { AttributionRun } from "../../oracle/engine.ts";
import { ADAM_TANGENT, OptimiserError } from "../../oracle/engines/optimiser.ts";
import { probe } from "../../oracle/engines/probe.ts";
import { tangent } from "../../oracle/engines/tangent.ts";
import { trajectory } from "../../oracle/engines/trajectory.ts";
import { AT_END } from "../../oracle/quadrature.ts";
import { rejection } from "./fixtures.ts";
import { trainedRun } from "./run.ts";

describe("what Adam trained", function () {
  this.timeout(60_000);
  let run: AttributionRun;
  before(async () => {
    run = await trainedRun({ steps: 6, learningRate: 0.003, optimiser: "adam" });
  });
  after(() => run.engine.close());

  it("is explained by tangents at w = 1, under a name that says so", async () => {
    const features = await tangent(AT_END).features(run);
    expect(features.engine).to.equal(ADAM_TANGENT);
    expect(features.features.some((feature) => feature.some((value) => value !== 0))).to.equal(true);
  });

  it("is refused by every engine that could settle it, and by the probe", async () => {
    for (const engine of [tangent(), trajectory()]) {
      const error = await rejection(engine.features(run));
      expect(error).to.be.instanceOf(OptimiserError);
      expect(error.message).to.match(new RegExp(`^${engine.name} cannot attribute what Adam trained`));
    }
    expect(await rejection(probe(run, run.evaluation))).to.be.instanceOf(OptimiserError);
  });
});
