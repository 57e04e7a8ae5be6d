// Attribution of a convex head: what exact influence is worth, and what it resists.
import { pearson } from "../../oracle/audit/correlation.ts";
import { efficiencyError } from "../../oracle/audit/gauges.ts";
import { payoutShares } from "../../oracle/audit/payouts.ts";
import { HEAD_NODES, Head, type HeadContribution } from "../../oracle/engines/head.ts";
import { dotAt } from "../../oracle/linear.ts";
import { AT_END } from "../../oracle/quadrature.ts";
import { quantiseQuery } from "../../oracle/query.ts";
import { dot } from "../../protocol/quantise.ts";
import type { Figures } from "../main.ts";
import { makeTask } from "./classes.ts";
import type { Sample } from "./mlp.ts";

const CONFIG = { classes: 4, inputs: 8, ridge: 0.01 };
const SPREAD = 1.6;
const PARAMETERS = CONFIG.classes * (CONFIG.inputs + 1);
const IDENTITIES = 100;

export async function headFigures(): Promise<Figures> {
  const head = await Head.create(CONFIG);
  return { ...leaveOut(head), ...junk(head), ...split(head), ...quantised(head) };
}

const named = (groups: readonly (readonly Sample[])[]): HeadContribution[] =>
  groups.map((rows, id) => ({ id, contributor: id, rows }));

function scores(head: Head, contributions: readonly HeadContribution[], answers: readonly Sample[], single = false) {
  const { heads, tangents } = single ? head.path(contributions, AT_END) : head.path(contributions, HEAD_NODES);
  return head.gradients(heads, answers).map((gradient) => {
    return Float64Array.from(tangents, (tangent) => dotAt(tangent, 0, gradient, 0, gradient.length));
  });
}

/** Single tangents at w = 1 against retraining without one contribution of twenty, and without one row. */
function leaveOut(head: Head): Figures {
  const { contributions, answers } = makeTask(CONFIG, new Array(20).fill(40), {
    answers: 50,
    seed: 21,
    spread: SPREAD,
  });
  const rows = contributions.flat();
  const owners = contributions.flatMap((group, c) => group.map(() => c));
  const ones = new Float64Array(rows.length).fill(1);
  const whole = head.train(rows, ones, rows.length);
  const before = answers.map((answer) => head.logProb(whole, answer));
  /** How much each answer loses where these rows are left out. */
  const effect = (inside: (row: number) => boolean): number[] => {
    const weights = ones.map((one, i) => (inside(i) ? one : 0));
    const params = head.train(rows, weights, rows.length, whole);
    return answers.map((answer, i) => before[i]! - head.logProb(params, answer));
  };
  const agreement = (groups: readonly (readonly Sample[])[], effects: number[][]) => {
    const predicted = scores(head, named(groups), answers, true);
    return pearson(
      predicted.flatMap((row) => [...row]),
      predicted.flatMap((_, i) => effects.map((each) => each[i]!)),
    );
  };
  const groups = contributions.map((_, c) => effect((row) => owners[row] !== c));
  const single = rows.map((_, left) => effect((row) => row !== left));
  return {
    lr_loco: agreement(contributions, groups),
    lr_loo: agreement(
      rows.map((row) => [row]),
      single,
    ),
  };
}

/** Nine contributions; one of random labels holds a fifth of all rows. */
function junk(head: Head): Figures {
  const sizes = [100, ...new Array(8).fill(50)];
  const task = makeTask(CONFIG, sizes, { answers: 200, seed: 22, spread: SPREAD, junk: 0 });
  const found = scores(head, named(task.contributions), task.answers);
  const none = new Float64Array(PARAMETERS);
  const rows = task.contributions.flat();
  const whole = head.train(rows, new Float64Array(rows.length).fill(1), rows.length);
  const gains = task.answers.map((answer) => head.logProb(whole, answer) - head.logProb(none, answer));
  return { lr_junk_share: payoutShares(found)[0]!, lr_efficiency_err: efficiencyError(found, gains).perAnswer };
}

/** What a contributor with an eighth of the rows gains by coming as a hundred. */
function split(head: Head): Figures {
  const { contributions, answers } = makeTask(CONFIG, new Array(8).fill(200), {
    answers: 200,
    seed: 23,
    spread: SPREAD,
  });
  const [first, ...others] = contributions as [Sample[], ...Sample[][]];
  const pieces = Array.from({ length: IDENTITIES }, (_, k) => first.filter((__, i) => i % IDENTITIES === k));
  const whole = payoutShares(scores(head, named(contributions), answers))[0]!;
  const parts = payoutShares(scores(head, named([...pieces, ...others]), answers)).subarray(0, IDENTITIES);
  return { split100_gain: 100 * (parts.reduce((sum, share) => sum + share, 0) - whole) };
}

/** What is lost of scores by int8: 1 − r, of features and answers as the oracle commits them. */
function quantised(head: Head): Figures {
  const { contributions, answers } = makeTask(CONFIG, new Array(20).fill(30), {
    answers: 100,
    seed: 24,
    spread: SPREAD,
  });
  const real = scores(head, named(contributions), answers);
  const { features, tensors, nodes } = head.features(named(contributions), []);
  const heads = nodes.map((node) => Float64Array.from(node));
  const losses = head.gradients(heads, answers).map((gradient, i) => {
    const query = quantiseQuery(Float32Array.from(gradient), tensors);
    return (
      1 -
      pearson(
        features.map((feature) => dot(feature, query)),
        real[i]!,
      )
    );
  });
  return { int8_loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length };
}
