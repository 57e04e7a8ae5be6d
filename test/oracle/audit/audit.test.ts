import { expect } from "chai";
import { type Audit, audit } from "../../../oracle/audit/audit.ts";
import { AuditError } from "../../../oracle/audit/shapley.ts";
import type { AttributionRun } from "../../../oracle/engine.ts";
import { gradDot } from "../../../oracle/engines/grad-dot.ts";
import { tangent } from "../../../oracle/engines/tangent.ts";
import { AT_END } from "../../../oracle/quadrature.ts";
import { trainedRun } from "../run.ts";

describe("an audit", function () {
  this.timeout(300_000);
  let run: AttributionRun;
  let result: Audit;
  before(async () => {
    run = await trainedRun({ steps: 24, learningRate: 0.01 });
    const engines = new Map([
      ["tangent", tangent()],
      ["tangent at the end", tangent(AT_END)],
      ["grad-dot", gradDot],
    ]);
    result = await audit(run, { engines, halves: 3, subsets: true, seed: 1, jobs: 1 });
  });
  after(() => run.engine.close());

  const engine = (name: string) => result.engines.find((one) => one.engine === name)!;

  it("judges the contributions that were trained on", () => {
    expect(result.contributions).to.deep.equal([5, 2, 4]);
    expect(result.answers).to.equal(2);
    // eight subsets, and each contribution at 0.9 and 0.8; the halves are among the subsets
    expect(result.retrained).to.equal(8 + 6);
  });

  it("has Shapley values that add up to what fine-tuning gained", () => {
    const total = result.shapley!.values.flat().reduce((sum, value) => sum + value, 0);
    expect(total).to.be.closeTo(result.logProb.tuned - result.logProb.base, 1e-9);
  });

  it("finds tangents along the path close to Shapley's values, and to the whole gain", () => {
    const { shapley, efficiency, payoutDistance } = engine("tangent");
    expect(shapley).to.be.above(0.99);
    expect(efficiency.total).to.be.below(0.05);
    expect(payoutDistance).to.be.below(0.1);
  });

  it("finds tangents at the end close to what leaving out does", () => {
    expect(engine("tangent at the end").loco.value).to.be.above(0.8);
  });

  it("tells the baseline's scores are no gains", () => {
    expect(engine("grad-dot").efficiency.total).to.be.above(0.5);
  });

  it("finds a small step smooth", () => {
    expect(result.smoothness.least).to.be.within(0.99, 1.0000001);
    expect(result.smoothness.mean).to.be.at.least(result.smoothness.least);
  });

  it("needs two contributions, answers, and few enough for all subsets", async () => {
    const options = { engines: new Map(), halves: 0, subsets: true, seed: 1, jobs: 1 };
    const refused = async (altered: AttributionRun) =>
      audit(altered, options).then(
        () => "",
        (error: unknown) => (error instanceof AuditError ? error.message : String(error)),
      );
    const [first] = run.contributions;
    expect(await refused({ ...run, contributions: [first!] })).to.match(/two contributions/);
    expect(await refused({ ...run, evaluation: [] })).to.match(/needs answers/);
    const many = Array.from({ length: 11 }, (_, id) => ({ ...first!, id }));
    expect(await refused({ ...run, contributions: many })).to.match(/up to 10 contributions, not 11/);
  });
});
