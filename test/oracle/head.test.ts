import { expect } from "chai";
import { Random } from "../../lm/index.ts";
import { efficiencyError } from "../../oracle/audit/gauges.ts";
import { HEAD_NODES, Head, type HeadContribution, HeadError, type HeadRow } from "../../oracle/engines/head.ts";
import { indexOf } from "../../oracle/features.ts";
import { AT_END } from "../../oracle/quadrature.ts";

const config = { classes: 3, inputs: 4, ridge: 0.02 };
const random = new Random(17);
const noise = () => random.uniform() + random.uniform() - 1;

/** A row of one of three classes that overlap. */
function draw(): HeadRow {
  const label = random.below(3);
  return { input: Array.from({ length: 4 }, (_, j) => (j === label ? 1 : 0) + 1.5 * noise()), label };
}
const contributions: HeadContribution[] = [12, 30, 20, 18].map((count, id) => {
  return { id, contributor: id, rows: Array.from({ length: count }, draw) };
});
const rows = contributions.flatMap((contribution) => contribution.rows);
const queries = Array.from({ length: 6 }, draw);
const owners = contributions.flatMap(({ rows: own }, c) => own.map(() => c));
const weighted = (w: readonly number[]) => owners.map((c) => w[c]!);
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
const dots = (a: Float64Array, b: Float64Array) => sum(a.map((value, i) => value * b[i]!));

describe("the convex head", function () {
  this.timeout(120_000);
  let head: Head;
  before(async () => {
    head = await Head.create(config);
  });

  it("is trained to where the gradient vanishes", () => {
    const params = head.train(rows, weighted([1, 1, 1, 1]), rows.length);
    const slope = params.map((param) => config.ridge * param);
    for (const row of rows) {
      for (const [i, value] of head.gradient(params, row).entries()) slope[i]! -= value / rows.length;
    }
    for (const value of slope) expect(value).to.be.closeTo(0, 1e-14);
  });

  it("has the gradient of log p that finite differences show", () => {
    const params = Float64Array.from({ length: 15 }, noise);
    const gradient = head.gradient(params, queries[0]!);
    for (let i = 0; i < 15; i++) {
      const moved = (by: number) => head.logProb(params.with(i, params[i]! + by), queries[0]!);
      expect(gradient[i]).to.be.closeTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-9);
    }
  });

  it("has tangents that are the derivatives of the trained head in the weights", () => {
    const { heads, tangents } = head.path(contributions, AT_END);
    for (const c of contributions.keys()) {
      const moved = (by: number) => head.train(rows, weighted([1, 1, 1, 1].with(c, 1 + by)), rows.length);
      const [up, down] = [moved(1e-4), moved(-1e-4)];
      for (let i = 0; i < 15; i++) expect(tangents[c]![i]).to.be.closeTo((up[i]! - down[i]!) / 2e-4, 1e-7);
    }
    expect(heads[0]).to.deep.equal(head.train(rows, weighted([1, 1, 1, 1]), rows.length));
  });

  it("has path integrals that add up to what an answer gained", () => {
    const { heads, tangents } = head.path(contributions, HEAD_NODES);
    const whole = head.train(rows, weighted([1, 1, 1, 1]), rows.length);
    const none = new Float64Array(15);
    const scores = head.gradients(heads, queries).map((gradient) => tangents.map((tangent) => dots(tangent, gradient)));
    const gains = queries.map((query) => head.logProb(whole, query) - head.logProb(none, query));
    expect(efficiencyError(scores, gains).perAnswer).to.be.below(0.02);
  });

  it("quantises like every other engine, the same again", () => {
    const set = head.features(contributions, queries);
    expect(set.engine).to.equal("head");
    expect(set.dims).to.equal(5 * 15);
    expect(set.nodes).to.have.length(5);
    expect(set.tensors.map(({ name }) => name).slice(0, 4)).to.deep.equal([
      "node0.class0",
      "node0.class1",
      "node0.class2",
      "node1.class0",
    ]);
    expect(indexOf(head.features(contributions, queries)).list.root).to.equal(indexOf(set).list.root);
  });

  it("trains through steps that overshoot and inputs that saturate", () => {
    const far = [
      { input: [400, 0, 0, 0], label: 0 },
      { input: [-900, 0, 0, 0], label: 1 },
      { input: [0, 0, 0, 0], label: 2 },
    ];
    const params = head.train(far, [1, 1, 1], 3);
    for (const row of far) expect(head.logProb(params, row)).to.be.above(-0.9);
  });

  it("refuses what is no head or no row of it", async () => {
    for (const wrong of [{ classes: 1 }, { inputs: 0 }, { ridge: 0 }, { ridge: Number.NaN }]) {
      let error: unknown;
      await Head.create({ ...config, ...wrong }).catch((reason) => (error = reason));
      expect(error).to.be.instanceOf(HeadError);
    }
    const bad = (row: HeadRow) => () => head.train([row], [1], 1);
    expect(() => head.train([], [], 1)).to.throw(HeadError, "no rows");
    expect(bad({ input: [1, 2], label: 0 })).to.throw(HeadError, "row 0 has 2 inputs, not 4");
    expect(bad({ input: [1, 2, 3, Number.NaN], label: 0 })).to.throw(HeadError, "input 3 is NaN");
    expect(bad({ input: [1, 2, 3, 4], label: 3 })).to.throw(HeadError, "label 3 of 3 classes");
  });
});
