import { expect } from "chai";
import { adapterLayout } from "../../lm/index.ts";
import type { AttributionEngine, AttributionRun } from "../../oracle/engine.ts";
import { datainf } from "../../oracle/engines/datainf.ts";
import { ekfac } from "../../oracle/engines/ekfac.ts";
import { randomSigns, trak } from "../../oracle/engines/trak.ts";
import { contributionGradients, eachExampleGradient } from "../../oracle/example-gradients.ts";
import { indexOf } from "../../oracle/features.ts";
import { cholesky, solveFactored } from "../../oracle/linear.ts";
import { trainedRun } from "./run.ts";

describe("the baseline engines", function () {
  this.timeout(300_000);
  let run: AttributionRun;
  let gradients: Float32Array[];
  let sums: Float64Array[];
  before(async () => {
    run = await trainedRun({ steps: 8, learningRate: 0.1 });
    gradients = [];
    await eachExampleGradient(run, (gradient) => gradients.push(gradient));
    sums = await contributionGradients(run);
  });
  after(() => run.engine.close());

  /** The features of a run before quantisation are these, up to a rounding of half a step. */
  async function expectFeatures(engine: AttributionEngine, expected: Float64Array[], from: number, to: number) {
    const set = await engine.features(run);
    const order = set.contributions.map(({ contribution }) =>
      run.contributions.findIndex(({ id }) => id === contribution),
    );
    for (const [c, feature] of set.features.entries()) {
      let at = 0;
      for (const { size, exponent } of set.tensors) {
        for (const end = at + size; at < end; at++) {
          if (at < from || at >= to) continue;
          const unit = 2 ** exponent;
          const real = expected[order[c]!]![at]!;
          expect(Math.abs(feature[at]! * unit - real)).to.be.at.most(unit * 0.501);
        }
      }
    }
    expect(set.features.some((feature) => feature.some((value) => Math.abs(value) > 60))).to.equal(true);
    expect(set.engine).to.equal(engine.name);
    expect(set.nodes).to.deep.equal([run.adapter.params]);
  }

  it("datainf averages the inverses of single examples' curvature", async () => {
    const [{ offset, size }] = [adapterLayout(run.engine.base.config, run.adapter.config)[1]!];
    const parts = gradients.map((gradient) => Float64Array.from(gradient.subarray(offset, offset + size)));
    const square = parts.reduce((sum, part) => sum + part.reduce((total, value) => total + value * value, 0), 0);
    const damping = (0.1 * square) / (parts.length * size);
    const factors = parts.map((part) => {
      const curvature = new Float64Array(size * size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) curvature[i * size + j] = part[i]! * part[j]! + (i === j ? damping : 0);
      }
      return cholesky(curvature, size);
    });
    const expected = sums.map((sum) => {
      const result = new Float64Array(sum.length);
      for (const factor of factors) {
        const x = solveFactored(factor, size, sum.subarray(offset, offset + size));
        for (let i = 0; i < size; i++) result[offset + i]! += x[i]! / factors.length;
      }
      return result;
    });
    await expectFeatures(datainf, expected, offset, offset + size);
  });

  it("trak is ridge regression in projected gradients", async () => {
    const dims = 7;
    const size = run.adapter.params.length;
    const signs = randomSigns(size * dims, 9);
    const project = (gradient: ArrayLike<number>) =>
      Float64Array.from({ length: dims }, (_, k) => {
        let sum = 0;
        for (let i = 0; i < size; i++) sum += (gradient[i]! * signs[i * dims + k]!) / Math.sqrt(dims);
        return sum;
      });
    const kernel = new Float64Array(dims * dims);
    for (const phi of gradients.map(project)) {
      for (let i = 0; i < dims; i++) for (let j = 0; j < dims; j++) kernel[i * dims + j]! += phi[i]! * phi[j]!;
    }
    let trace = 0;
    for (let i = 0; i < dims; i++) trace += kernel[i * dims + i]!;
    for (let i = 0; i < dims; i++) kernel[i * dims + i]! += (0.01 * trace) / dims;
    const factor = cholesky(kernel, dims);
    const expected = sums.map((sum) => {
      const x = solveFactored(factor, dims, project(sum));
      return Float64Array.from({ length: size }, (_, i) => {
        let value = 0;
        for (let k = 0; k < dims; k++) value += (signs[i * dims + k]! * x[k]!) / Math.sqrt(dims);
        return value;
      });
    });
    await expectFeatures(trak({ dims, seed: 9 }), expected, 0, size);
  });

  it("trak draws about as many plus as minus signs, by the seed", () => {
    const signs = randomSigns(10_001, 4);
    expect(Math.abs(signs.reduce((sum, sign) => sum + sign, 0))).to.be.below(400);
    expect(signs).to.deep.equal(randomSigns(10_001, 4));
    expect(signs).to.not.deep.equal(randomSigns(10_001, 5));
  });

  it("ekfac divides by the second moments in a basis of its own", async () => {
    // of adapters of rank 1 each matrix is a vector: the Kronecker basis is then the Fisher matrix's own
    const engine = run.engine;
    const config = { rank: 1, alpha: 2, targets: ["v_proj" as const] };
    const layout = adapterLayout(engine.base.config, config);
    const size = layout.reduce((sum, slot) => sum + slot.size, 0);
    const params = Float32Array.from({ length: size }, (_, i) => ((i * 7) % 11) / 11 - 0.5);
    const thin = { ...run, adapter: { config, params } };
    const set = await ekfac.features(thin);
    const all: Float32Array[] = [];
    await eachExampleGradient(thin, (gradient) => all.push(gradient));
    const thinSums = await contributionGradients(thin);
    const { offset, size: n } = layout[1]!;
    const fisher = new Float64Array(n * n);
    for (const gradient of all) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) fisher[i * n + j]! += (gradient[offset + i]! * gradient[offset + j]!) / all.length;
      }
    }
    let trace = 0;
    for (let i = 0; i < n; i++) trace += fisher[i * n + i]!;
    for (let i = 0; i < n; i++) fisher[i * n + i]! += (0.1 * trace) / n;
    const factor = cholesky(fisher, n);
    const unit = 2 ** set.tensors[1]!.exponent;
    for (const [c, { contribution }] of set.contributions.entries()) {
      const place = run.contributions.findIndex(({ id }) => id === contribution);
      const x = solveFactored(factor, n, thinSums[place]!.subarray(offset, offset + n));
      for (let i = 0; i < n; i++) {
        expect(Math.abs(set.features[c]![offset + i]! * unit - x[i]!)).to.be.at.most(unit * 0.501);
      }
    }
  });

  for (const engine of [datainf, trak({ dims: 16 }), ekfac]) {
    it(`${engine.name} gives a contribution without a row nothing, and the same index again`, async () => {
      const set = await engine.features(run);
      const empty = set.contributions.findIndex(({ contribution }) => contribution === 3);
      expect(set.features[empty]!.every((value) => value === 0)).to.equal(true);
      expect(indexOf(await engine.features(run)).list.root).to.equal(indexOf(set).list.root);
    });
  }
});
