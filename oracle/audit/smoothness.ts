// Whether a run answers to its weights evenly enough to be attributed along a path.
import { type Example, Random, trainAdapter, trainTangents } from "../../lm/index.ts";
import type { AttributionRun } from "../engine.ts";
import { PATH_NODES } from "../engines/tangent.ts";
import { dotAt } from "../linear.ts";
import type { PathNode } from "../quadrature.ts";
import { trainingExamples } from "../replay.ts";
import { answerGradients } from "../version-features.ts";
import { efficiencyError, metasmoothness } from "./gauges.ts";

/** Least cosine of finite differences at which a run counts as smooth. */
export const SMOOTH = 0.95;

/** What makes a path smoother. */
const ADVICE = "take smaller steps and more of them, larger batches or a longer warm-up";

/** Attribution by a path means little for this run. */
export class UnsmoothError extends Error {
  override name = "UnsmoothError";
  readonly cosine: number;

  constructor(cosine: number, least: number) {
    super(
      `the run answers to its weights unevenly: finite differences agree by ${cosine.toFixed(3)}, less than ${least}; ${ADVICE}`,
    );
    this.cosine = cosine;
  }
}

/**
 * Metasmoothness of a run in a random direction of its weights: every contribution's weight up or down by `step` at once.
 * Costs two trainings.
 */
export async function smoothness(run: AttributionRun, how: { step?: number; seed?: number } = {}): Promise<number> {
  const { step = 0.1, seed = 1 } = how;
  const random = new Random(seed);
  const signs = run.contributions.map(() => (random.below(2) === 0 ? -1 : 1));
  const { examples, owners } = trainingExamples(run);
  const trained = async (by: number) => {
    const weighted = examples.map((example, e) => {
      return { ...example, weight: (example.weight ?? 1) * (1 + by * signs[owners[e]!]!) };
    });
    return (await trainAdapter(run.engine, run.adapter.config, weighted, run.training)).adapter.params;
  };
  return metasmoothness(run.adapter.params, await trained(step / 2), await trained(step));
}

/** Throws {@link UnsmoothError} where {@link smoothness} is below `least`, else returns it. */
export async function demandSmooth(
  run: AttributionRun,
  how: { least?: number; step?: number; seed?: number } = {},
): Promise<number> {
  const { least = SMOOTH } = how;
  const cosine = await smoothness(run, how);
  if (cosine < least) throw new UnsmoothError(cosine, least);
  return cosine;
}

/**
 * The efficiency error that tangents of a run will have at these nodes, before they are paid for: all contributions'
 * tangents together are the one of a common weight, so it costs one training with one tangent per node, whatever the
 * number of contributions. Well above 5 %: too few nodes, or a path too rough for tangents.
 */
export async function pathEfficiency(
  run: AttributionRun,
  answers: readonly Example[],
  nodes: readonly PathNode[] = PATH_NODES,
): Promise<{ total: number; perAnswer: number }> {
  const { engine, adapter, training } = run;
  const { examples } = trainingExamples(run);
  const together = new Int32Array(examples.length);
  const scores = answers.map(() => new Float64Array(1));
  for (const { at, weight } of nodes) {
    const weights = Float64Array.of(at);
    const trained = await trainTangents(engine, adapter.config, examples, together, { ...training, weights });
    const tangent = trained.tangents[0]!;
    const gradients = await answerGradients(run, [trained.adapter.params], answers);
    for (const [i, gradient] of gradients.entries()) {
      scores[i]![0]! += weight * dotAt(gradient, 0, tangent, 0, tangent.length);
    }
  }
  const tuned = await engine.logProbs(adapter, [...answers]);
  const base = await engine.logProbs(null, [...answers]);
  return efficiencyError(
    scores,
    tuned.map((value, i) => value - base[i]!),
  );
}
