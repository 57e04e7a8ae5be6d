import { expect } from "chai";
import { trainAdapter } from "../../lm/index.ts";
import { pearson } from "../../oracle/audit/correlation.ts";
import { efficiencyError } from "../../oracle/audit/gauges.ts";
import { payoutShares, shareDistance } from "../../oracle/audit/payouts.ts";
import { shapleyValues } from "../../oracle/audit/shapley.ts";
import type { AttributionEngine, AttributionRun, VersionFeatures } from "../../oracle/engine.ts";
import { gradDot } from "../../oracle/engines/grad-dot.ts";
import { tangent } from "../../oracle/engines/tangent.ts";
import { indexOf } from "../../oracle/features.ts";
import { AT_END, gaussLegendre } from "../../oracle/quadrature.ts";
import { ReplayError } from "../../oracle/replay.ts";
import { answerGradients } from "../../oracle/version-features.ts";
import { randomExamples, TINY } from "../lm/fixtures.ts";
import { rejection } from "./fixtures.ts";
import { realScores, trainedRun } from "./run.ts";

describe("the tangent engine", function () {
  this.timeout(300_000);
  let run: AttributionRun;
  let set: VersionFeatures;
  /** log p of every answer under every subset of the run's contributions, by retraining. */
  let outputs: Float64Array[];
  const answers = randomExamples(14, { ...TINY, maxSeq: 24 })
    .slice(6)
    .map(({ tokens, lossFrom }) => ({ tokens, lossFrom }));

  /** log p of the answers after training with these weights of the contributions. */
  async function retrained(weights: readonly number[]): Promise<Float64Array> {
    const examples = run.contributions.flatMap(({ examples: own }, c) =>
      own.map((example) => ({ ...example, weight: weights[c]! })),
    );
    const { adapter } = await trainAdapter(run.engine, run.adapter.config, examples, run.training);
    return run.engine.logProbs(adapter, answers);
  }

  const scoresOf = async (features: VersionFeatures) => {
    const order = run.contributions.map(({ id }) =>
      features.contributions.findIndex(({ contribution }) => contribution === id),
    );
    const gradients = await answerGradients(run, features.nodes, answers);
    return gradients.map((gradient) => {
      const scores = realScores(features, gradient);
      return order.map((place) => scores[place]!);
    });
  };

  before(async () => {
    run = await trainedRun({ steps: 30, learningRate: 0.03 });
    set = await tangent().features(run);
    outputs = [];
    for (let subset = 0; subset < 16; subset++) {
      outputs.push(await retrained([0, 1, 2, 3].map((c) => (subset >> c) & 1)));
    }
  });
  after(() => run.engine.close());

  const shapley = () =>
    answers.map((_, i) =>
      shapleyValues(
        outputs.map((output) => output[i]!),
        4,
      ),
    );

  it("agrees with exact Shapley values of retraining, and better than the gradient dot product", async () => {
    const exact = shapley();
    const far = async (engine: AttributionEngine) =>
      shareDistance(payoutShares(await scoresOf(await engine.features(run))), payoutShares(exact));
    const scores = await scoresOf(set);
    expect(
      pearson(
        scores.flat(),
        exact.flatMap((row) => [...row]),
      ),
    ).to.be.above(0.98);
    expect(await far(tangent())).to.be.below((await far(gradDot)) / 2);
  });

  it("has scores that add up to what the answers gained", async () => {
    const gains = answers.map((_, i) => outputs[15]![i]! - outputs[0]![i]!);
    expect(efficiencyError(await scoresOf(set), gains).perAnswer).to.be.below(0.05);
  });

  it("at w = 1 has the derivative that finite differences of retraining show", async () => {
    const scores = await scoresOf(await tangent(AT_END).features(run));
    for (const c of [0, 1, 3]) {
      const [up, down] = await Promise.all([1.01, 0.99].map((w) => retrained([1, 1, 1, 1].with(c, w))));
      const differences = answers.map((_, i) => (up![i]! - down![i]!) / 0.02);
      expect(
        pearson(
          scores.map((row) => row[c]!),
          differences,
        ),
      ).to.be.above(0.995);
    }
  });

  it("gives a contribution without examples the zero feature", () => {
    const empty = set.contributions.findIndex(({ contribution }) => contribution === 3);
    expect(set.features[empty]!.every((value) => value === 0)).to.equal(true);
    expect(set.standing[empty]).to.equal(0n);
  });

  it("gives the same index on one thread as on two", async () => {
    const two = await trainedRun({ steps: 30, learningRate: 0.03, threads: 2 });
    try {
      const nodes = gaussLegendre(2);
      const roots = [run, two].map(async (each) => indexOf(await tangent(nodes).features(each)).list.root);
      expect(await roots[0]).to.equal(await roots[1]);
    } finally {
      await two.engine.close();
    }
  });

  it("refuses a run whose training leads elsewhere", async () => {
    const other = { ...run, training: { ...run.training, momentum: 0.7 } };
    expect(await rejection(tangent().features(other))).to.be.instanceOf(ReplayError);
  });
});
