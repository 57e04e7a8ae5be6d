// Why one answer pays whom: the contributions that moved it most, and the rows of theirs that are most like it.
import type { Adapter, Engine, Example } from "../lm/index.ts";
import { dot } from "../protocol/quantise.ts";
import type { VersionFeatures } from "./engine.ts";
import { FeatureError } from "./features.ts";
import { dotAt } from "./linear.ts";
import { quantiseQuery } from "./query.ts";
import { answerGradients } from "./version-features.ts";

/** The rows that a contribution was trained on, by their positions in it, with the examples made of each. */
export interface ExplainedContribution {
  id: number;
  rows: readonly { row: number; examples: readonly Example[] }[];
}

export interface Explanation {
  /** Those with the largest parts, whatever their sign, the largest first. */
  contributions: {
    contribution: number;
    contributor: number;
    /** The integer score that settles. */
    score: number;
    /** score / Σ |scores| of the answer: the signed share of its fee, in [−1, 1]. */
    part: number;
    /** Rows that taught the answer most, the best first. */
    rows: { row: number; likeness: number }[];
  }[];
  /** Σ |scores|; 0 where the answer owes nothing to anybody. */
  gross: number;
}

/**
 * Explains one answer. Parts are those of its settlement. A row's likeness is the dot product of its examples' gradients of
 * log p with the answer's, at the final adapter: how much a step on the row alone would raise the answer. Costs a gradient
 * per example of the contributions named. Throws {@link FeatureError} where such a contribution's rows are not given.
 * @param top contributions to name, and rows of each
 */
export async function explainAnswer(
  run: { engine: Engine; adapter: Adapter },
  features: VersionFeatures,
  contributions: readonly ExplainedContribution[],
  answer: Example,
  top: { contributions?: number; rows?: number } = {},
): Promise<Explanation> {
  const [gradient] = await answerGradients(run, features.nodes, [answer]);
  const query = quantiseQuery(gradient!, features.tensors);
  const scores = features.features.map((feature) => dot(feature, query));
  const gross = scores.reduce((sum, score) => sum + Math.abs(score), 0);
  const [plain] = await answerGradients(run, [run.adapter.params], [answer]);
  const order = [...scores.keys()]
    .filter((c) => scores[c] !== 0)
    // of equal ones the first in the index
    .sort((a, b) => Math.abs(scores[b]!) - Math.abs(scores[a]!) || a - b)
    .slice(0, top.contributions ?? 3);
  const explained: Explanation["contributions"] = [];
  for (const c of order) {
    const { contribution, contributor } = features.contributions[c]!;
    const given = contributions.find(({ id }) => id === contribution);
    if (given === undefined) throw new FeatureError(`the rows of contribution ${contribution} are not there`);
    const rows = [];
    for (const { row, examples } of given.rows) {
      let likeness = 0;
      for (const each of await answerGradients(run, [run.adapter.params], examples)) {
        likeness += dotAt(each, 0, plain!, 0, each.length);
      }
      rows.push({ row, likeness });
    }
    rows.sort((a, b) => b.likeness - a.likeness || a.row - b.row);
    const score = scores[c]!;
    explained.push({ contribution, contributor, score, part: score / gross, rows: rows.slice(0, top.rows ?? 3) });
  }
  return { contributions: explained, gross };
}
