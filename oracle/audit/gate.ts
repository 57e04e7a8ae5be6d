// Whether a version may be brought to a vote: measured before its features are committed.
import type { AttributionEngine, AttributionRun, VersionFeatures } from "../engine.ts";
import { indexOf } from "../features.ts";
import type { Gauge } from "../gauge-file.ts";
import { scoresOf } from "./audit.ts";
import { efficiencyError } from "./gauges.ts";
import { SMOOTH, smoothness, UnsmoothError } from "./smoothness.ts";

/** Largest efficiency error of the reference answers together at which an engine's scores are those of the run. */
export const EFFICIENT = 0.05;

/** The engine's scores do not add up to what fine-tuning gained. */
export class InefficientError extends Error {
  override name = "InefficientError";
  readonly error: number;

  constructor(engine: string, error: number) {
    super(
      `the scores of ${engine} miss what fine-tuning gained by ${(100 * error).toFixed(1)} %, more than ${100 * EFFICIENT} %; ` +
        "take smaller steps and more of them, larger batches, a longer warm-up, or another engine",
    );
    this.error = error;
  }
}

/**
 * Features of a run, once the run is fit for its engine: finite differences of a run that tangents attribute agree
 * (`smoothness`), and the scores of its reference answers add up to what fine-tuning gained, up to EFFICIENT. Trajectories
 * take every run, and their error is told.
 * Throws an UnsmoothError or an {@link InefficientError} where not, and an OptimiserError where the engine cannot follow
 * the optimiser; an AuditError where fine-tuning gained nothing.
 * @param explore goes on with an unsmooth run, for looking at it: its gauge says why, and it cannot be proposed
 */
export async function gaugedFeatures(
  run: AttributionRun,
  method: AttributionEngine,
  { explore = false } = {},
): Promise<{ features: VersionFeatures; gauge: Gauge }> {
  let unsmooth: string | null = null;
  const refuse = (error: UnsmoothError | InefficientError) => {
    if (!explore) throw error;
    unsmooth ??= error.message;
  };
  const cosine = method.name === "tangent" ? await smoothness(run) : null;
  if (cosine !== null && cosine < SMOOTH) refuse(new UnsmoothError(cosine, SMOOTH));
  const features = await method.features(run);
  const ids = run.contributions.map(({ id }) => id);
  const answers = [...run.evaluation];
  const [tuned, base] = [await run.engine.logProbs(run.adapter, answers), await run.engine.logProbs(null, answers)];
  const gains = tuned.map((value, i) => value - base[i]!);
  const efficiency = efficiencyError(await scoresOf(run, features, ids), gains);
  // the moves of trajectories are the whole of training, whatever its path: only their middles are approximate
  if (method.name !== "trajectory" && efficiency.total > EFFICIENT) {
    refuse(new InefficientError(features.engine, efficiency.total));
  }
  const indexRoot = indexOf(features).list.root;
  return { features, gauge: { engine: features.engine, indexRoot, smoothness: cosine, efficiency, unsmooth } };
}
