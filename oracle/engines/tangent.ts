import { trainTangents } from "../../lm/index.ts";
import type { AttributionEngine } from "../engine.ts";
import { gaussLegendre, type PathNode } from "../quadrature.ts";
import { replay, stepsOf, trainingExamples } from "../replay.ts";
import { versionFeatures } from "../version-features.ts";
import { ADAM_TANGENT, demandSgd } from "./optimiser.ts";

/** Nodes of the path, unless asked otherwise. */
export const PATH_NODES: readonly PathNode[] = gaussLegendre(4);

/**
 * Aumann–Shapley values of the fine-tuning itself (Aumann and Shapley 1974; unrolled differentiation, Domke 2012). With
 * θ(w) the adapter that training ends in under the contribution weights w, log p_tuned − log p_base is the integral over
 * s in (0, 1) of ∇log p(θ(s · 1)) · Σ_c dθ/dw_c: contribution c is owed its term. Feature: quadrature weight × tangent
 * dθ/dw_c at each node, forward over reverse through every step of SGD with momentum; gradient: that of log p(answer |
 * prompt) at each node's adapter. Costs, per node, one training and about one more per contribution that has examples.
 * The one node w = 1 (AT_END) predicts what leaving a contribution out would do. There alone what
 * Adam trained is explained too, by features that carry another name, so that nobody settles by them.
 */
export function tangent(nodes: readonly PathNode[] = PATH_NODES): AttributionEngine {
  const name = "tangent";
  return {
    name,
    async features(run) {
      const { engine, adapter, training, contributions } = run;
      const explains = training.optimiser === "adam" && nodes.every(({ at }) => at === 1);
      if (!explains) demandSgd(run, name);
      await replay(run);
      const { examples, owners } = trainingExamples(run);
      const size = adapter.params.length;
      const features = contributions.map(() => new Float32Array(size * nodes.length));
      const points: Float32Array[] = [];
      const steps = stepsOf(training, examples.length);
      for (const [node, { at, weight }] of nodes.entries()) {
        const trained = await trainTangents(engine, adapter.config, examples, owners, {
          ...training,
          weights: new Float64Array(contributions.length).fill(at),
          onStep({ step }) {
            const done = (contributions.length * (node * steps + step)) / (nodes.length * steps);
            run.onProgress?.(Math.floor(done), contributions.length + run.evaluation.length);
          },
        });
        points.push(trained.adapter.params);
        for (const [c, moved] of trained.tangents.entries()) {
          features[c]!.set(
            moved.map((value) => value * weight),
            size * node,
          );
        }
      }
      return versionFeatures(run, { engine: explains ? ADAM_TANGENT : name, nodes: points, features });
    },
  };
}
