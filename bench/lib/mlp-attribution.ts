// Attribution on the small network, held against retraining.
import { pearson, spearman } from "../../oracle/audit/correlation.ts";
import { efficiencyError } from "../../oracle/audit/gauges.ts";
import { payoutShares, shareDistance } from "../../oracle/audit/payouts.ts";
import { shapleyValues } from "../../oracle/audit/shapley.ts";
import { dotAt } from "../../oracle/linear.ts";
import { AT_END, gaussLegendre, type PathNode } from "../../oracle/quadrature.ts";
import type { Figures } from "../main.ts";
import { makeTask, type Task } from "./classes.ts";
import { Mlp, type MlpTraining, type Sample } from "./mlp.ts";

const SHAPE = { inputs: 6, hidden: 12, classes: 4 };
const TRAINING: MlpTraining = { steps: 240, batchSize: 40, learningRate: 0.015, momentum: 0.9, warmup: 40, seed: 3 };
const STRETCHES = 8;

interface Bed {
  mlp: Mlp;
  task: Task;
  samples: Sample[];
  owners: number[];
}

async function bed(task: Task): Promise<Bed> {
  const samples = task.contributions.flat();
  const owners = task.contributions.flatMap((rows, c) => rows.map(() => c));
  return { mlp: await Mlp.create(SHAPE), task, samples, owners };
}

/** Eight contributions, one of random labels, and all 256 subsets; then twenty, each left out once. */
export async function mlpFigures(): Promise<Figures> {
  const eight = await bed(makeTask(SHAPE, new Array(8).fill(40), { answers: 60, seed: 11, junk: 7 }));
  const outputs = Array.from({ length: 256 }, (_, subset) => retrained(eight, (c) => (subset >> c) & 1));
  const exact = eight.task.answers.map((_, i) =>
    shapleyValues(
      outputs.map((output) => output[i]!),
      8,
    ),
  );
  const gains = eight.task.answers.map((_, i) => outputs[255]![i]! - outputs[0]![i]!);
  const pays = payoutShares(exact);
  const figures = (name: string, scores: Float64Array[]): Figures => ({
    [`${name}_shapley_r`]: pearson(flat(scores), flat(exact)),
    [`${name}_payout_l1`]: shareDistance(payoutShares(scores), pays),
    [`${name}_efficiency_err`]: efficiencyError(scores, gains).perAnswer,
  });
  return {
    ...figures("mlp", tangentScores(eight, gaussLegendre(5))),
    ...figures("mlp_trajectory", trajectoryScores(eight)),
    ...figures("mlp_graddot", gradientScores(eight)),
    mlp_loss_ratio: sum(outputs[255]!) / sum(outputs[0]!),
    mlp_junk_share: payoutShares(tangentScores(eight, gaussLegendre(5)))[7]!,
    ...(await leftOut()),
  };
}

async function leftOut(): Promise<Figures> {
  const twenty = await bed(makeTask(SHAPE, new Array(20).fill(20), { answers: 60, seed: 12 }));
  const whole = retrained(twenty, () => 1);
  const without = Array.from({ length: 20 }, (_, left) => retrained(twenty, (c) => (c === left ? 0 : 1)));
  const effects = twenty.task.answers.map((_, i) => without.map((output) => whole[i]! - output[i]!));
  const scores = tangentScores(twenty, AT_END);
  const ranked = scores.reduce((sum, row, i) => sum + spearman(row, effects[i]!), 0) / scores.length;
  return { mlp_loco: ranked, mlp_loco_r: pearson(flat(scores), effects.flat()) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const flat = (rows: readonly Float64Array[]) => rows.flatMap((row) => [...row]);

/** log p of the answers after training with these weights. */
function retrained({ mlp, samples, owners, task }: Bed, weightOf: (c: number) => number): number[] {
  const { params } = mlp.train(samples, owners.map(weightOf), TRAINING);
  return task.answers.map((answer) => mlp.logProb(params, answer));
}

function scored({ mlp, task }: Bed, nodes: readonly Float64Array[], features: readonly Float64Array[]): Float64Array[] {
  return mlp.gradients(nodes, task.answers).map((gradient) => {
    return Float64Array.from(features, (feature) => dotAt(feature, 0, gradient, 0, gradient.length));
  });
}

function tangentScores(on: Bed, path: readonly PathNode[]): Float64Array[] {
  const { mlp, samples, owners, task } = on;
  const count = task.contributions.length;
  const features = task.contributions.map(() => new Float64Array(mlp.size * path.length));
  const nodes = path.map(({ at, weight }, k) => {
    const weights = new Float64Array(samples.length).fill(at);
    const { params, tangents } = mlp.train(samples, weights, TRAINING, { owners: { of: owners, count } });
    for (const [c, tangent] of tangents.entries()) {
      features[c]!.set(
        tangent.map((value) => value * weight),
        mlp.size * k,
      );
    }
    return params;
  });
  return scored(on, nodes, features);
}

/** Each contribution's own momentum, its updates summed over stretches of equal numbers of steps. */
function trajectoryScores(on: Bed): Float64Array[] {
  const { mlp, samples, owners, task } = on;
  const speeds = task.contributions.map(() => new Float64Array(mlp.size));
  const features = task.contributions.map(() => new Float64Array(mlp.size * STRETCHES));
  const ends: Float64Array[] = [];
  const { params: last } = mlp.train(samples, new Float64Array(samples.length).fill(1), TRAINING, {
    onStep({ step, rate, batch, params }) {
      const stretch = Math.floor((step * STRETCHES) / TRAINING.steps);
      if (ends.length === stretch) ends.push(params.slice());
      for (const speed of speeds) for (let i = 0; i < speed.length; i++) speed[i]! *= TRAINING.momentum;
      for (const e of batch) mlp.addGradient(speeds[owners[e]!]!, params, samples[e]!, 1 / TRAINING.batchSize);
      for (const [c, speed] of speeds.entries()) {
        for (let i = 0; i < speed.length; i++) features[c]![mlp.size * stretch + i]! -= rate * speed[i]!;
      }
    },
  });
  const nodes = ends.map((start, k) => start.map((value, i) => (value + (ends[k + 1] ?? last)[i]!) / 2));
  return scored(on, nodes, features);
}

function gradientScores(on: Bed): Float64Array[] {
  const { mlp, samples, task } = on;
  const { params } = mlp.train(samples, new Float64Array(samples.length).fill(1), TRAINING);
  const features = task.contributions.map((rows) => {
    const feature = new Float64Array(mlp.size);
    for (const sample of rows) mlp.addGradient(feature, params, sample, -1);
    return feature;
  });
  return scored(on, [params], features);
}
