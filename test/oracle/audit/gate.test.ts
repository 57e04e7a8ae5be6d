import { join } from "node:path";
import { expect } from "chai";
import { gaugedFeatures, InefficientError } from "../../../oracle/audit/gate.ts";
import { AuditError } from "../../../oracle/audit/shapley.ts";
import { UnsmoothError } from "../../../oracle/audit/smoothness.ts";
import type { AttributionEngine, AttributionRun } from "../../../oracle/engine.ts";
import { gradDot } from "../../../oracle/engines/grad-dot.ts";
import { tangent } from "../../../oracle/engines/tangent.ts";
import { trajectory } from "../../../oracle/engines/trajectory.ts";
import { readFeatures, writeFeatures } from "../../../oracle/feature-file.ts";
import { indexOf } from "../../../oracle/features.ts";
import { readGauge } from "../../../oracle/gauge-file.ts";
import { gaussLegendre } from "../../../oracle/quadrature.ts";
import { rejection, withFolder } from "../fixtures.ts";
import { trainedRun } from "../run.ts";

const path = tangent(gaussLegendre(3));

/** An engine that must not be reached. */
const never: AttributionEngine = {
  name: "tangent",
  features: () => Promise.reject(new Error("features were computed")),
};

describe("the gate before a proposal", function () {
  this.timeout(120_000);
  let smooth: AttributionRun;
  let rough: AttributionRun;
  before(async () => {
    smooth = await trainedRun({ steps: 18, learningRate: 0.03 });
    rough = await trainedRun({ steps: 60, learningRate: 1.5 });
  });
  after(() => Promise.all([smooth.engine.close(), rough.engine.close()]));

  it("lets a smooth run pass, with what was measured, which stays with its features", async () => {
    const { features, gauge } = await gaugedFeatures(smooth, path);
    expect(gauge).to.include({ engine: "tangent", indexRoot: indexOf(features).list.root, unsmooth: null });
    expect(gauge.smoothness).to.be.within(0.97, 1);
    expect(gauge.efficiency.total).to.be.below(0.05);
    await withFolder(async (folder) => {
      await writeFeatures(features, join(folder, "features"), gauge);
      expect(await readFeatures(join(folder, "features"))).to.deep.equal(features);
      expect(await readGauge(join(folder, "features"))).to.deep.equal(gauge);
    });
  });

  it("refuses a run of large steps by name, before its tangents are paid for", async () => {
    expect(await rejection(gaugedFeatures(rough, never))).to.be.instanceOf(UnsmoothError);
  });

  it("goes on with an unsmooth run for those who explore, and marks it", async () => {
    const { features, gauge } = await gaugedFeatures(rough, path, { explore: true });
    expect(features.contributions).to.have.length(4);
    expect(gauge.smoothness).to.be.below(0.95);
    expect(gauge.unsmooth).to.include("finite differences agree by");
  });

  it("refuses an engine whose scores do not add up to the gain, by name and figure", async () => {
    const error = await rejection(gaugedFeatures(smooth, gradDot));
    expect(error).to.be.instanceOf(InefficientError);
    expect(error.message).to.match(/the scores of grad-dot miss what fine-tuning gained by [\d.]+ %, more than 5 %/);
    const { gauge } = await gaugedFeatures(smooth, gradDot, { explore: true });
    expect(gauge.unsmooth).to.equal(error.message);
    expect(gauge.smoothness).to.equal(null);
  });

  it("lets trajectories take a rough run too, and tells their error", async () => {
    const { gauge } = await gaugedFeatures(rough, trajectory());
    expect(gauge).to.include({ engine: "trajectory", smoothness: null, unsmooth: null });
    expect(gauge.efficiency.perAnswer).to.be.above(0);
  });

  it("refuses a run without answers, on which nothing is gained", async () => {
    expect(await rejection(gaugedFeatures({ ...smooth, evaluation: [] }, trajectory()))).to.be.instanceOf(AuditError);
  });
});
