import { expect } from "chai";
import { initAdapter, trainAdapter } from "../../lm/index.ts";
import type { AttributionRun } from "../../oracle/engine.ts";
import { contributionMoves, trajectory } from "../../oracle/engines/trajectory.ts";
import { indexOf } from "../../oracle/features.ts";
import { ReplayError } from "../../oracle/replay.ts";
import { answerGradients } from "../../oracle/version-features.ts";
import { rejection } from "./fixtures.ts";
import { realScores, trainedRun } from "./run.ts";

describe("the trajectory engine", function () {
  this.timeout(120_000);
  let run: AttributionRun;
  before(async () => {
    run = await trainedRun();
  });
  after(() => run.engine.close());

  it("splits all that training moved among the contributions", async () => {
    const { moves, ends } = await contributionMoves(run, 5);
    const start = initAdapter(run.engine.base.config, run.adapter.config, run.training.seed).params;
    expect(ends[0]).to.deep.equal(start);
    expect(ends.at(-1)).to.deep.equal(run.adapter.params);
    const size = start.length;
    for (let k = 0; k < 5; k++) {
      for (let i = 0; i < size; i++) {
        const moved = moves.reduce((sum, move) => sum + move[size * k + i]!, 0);
        expect(moved).to.be.closeTo(ends[k + 1]![i]! - ends[k]![i]!, 1e-5);
      }
    }
    expect(moves[2]!.every((value) => value === 0)).to.equal(true);
  });

  it("follows each contribution's own momentum", async () => {
    const { moves } = await contributionMoves(run, 1);
    const owners = [0, 0, 1, 1, 1, 1, 3, 3, 3];
    const size = run.adapter.params.length;
    const speeds = [0, 1, 2, 3].map(() => new Float64Array(size));
    const sums = [0, 1, 2, 3].map(() => new Float64Array(size));
    const examples = run.contributions.flatMap((contribution) => contribution.examples);
    await trainAdapter(run.engine, run.adapter.config, examples, {
      ...run.training,
      onBatch({ rate, indices, gradients, normaliser }) {
        for (const [c, speed] of speeds.entries()) {
          for (let i = 0; i < size; i++) {
            speed[i]! *= Math.fround(run.training.momentum);
            for (const [e, gradient] of gradients.entries()) {
              if (owners[indices[e]!] === c) speed[i]! += gradient[i]! / normaliser;
            }
            sums[c]![i]! -= rate * speed[i]!;
          }
        }
      },
    });
    for (const [c, sum] of sums.entries()) {
      for (let i = 0; i < size; i++) expect(moves[c]![i]).to.be.closeTo(sum[i]!, 1e-12);
    }
  });

  it("scores that add up to what an answer gained by the training", async () => {
    const set = await trajectory(8).features(run);
    expect(set.nodes).to.have.length(8);
    const gradients = await answerGradients(run, set.nodes, run.evaluation);
    const tuned = await run.engine.logProbs(run.adapter, [...run.evaluation]);
    const base = await run.engine.logProbs(null, [...run.evaluation]);
    for (const [i, gradient] of gradients.entries()) {
      const sum = realScores(set, gradient).reduce((total, score) => total + score, 0);
      expect(sum / (tuned[i]! - base[i]!)).to.be.closeTo(1, 0.03);
    }
  });

  it("takes as many stretches as there are steps, where there are few", async () => {
    const short = await trainedRun({ steps: 3 });
    try {
      const { nodes, dims } = await trajectory(8).features(short);
      expect(nodes).to.have.length(3);
      expect(dims).to.equal(3 * short.adapter.params.length);
    } finally {
      await short.engine.close();
    }
  });

  it("gives the same index on one thread as on two", async () => {
    const two = await trainedRun({ threads: 2 });
    try {
      const roots = [run, two].map(async (each) => indexOf(await trajectory(4).features(each)).list.root);
      expect(await roots[0]).to.equal(await roots[1]);
    } finally {
      await two.engine.close();
    }
  });

  it("refuses a run whose training leads elsewhere", async () => {
    const other = { ...run, training: { ...run.training, seed: 3 } };
    expect(await rejection(trajectory().features(other))).to.be.instanceOf(ReplayError);
  });
});
