// What every engine on the language model ends in: features at its nodes, made comparable with answers.
import { type Adapter, adapterLayout, type Engine, type Example } from "../lm/index.ts";
import type { AttributionRun, VersionFeatures } from "./engine.ts";
import { buildFeatureSet, FeatureError } from "./features.ts";

/** Answers whose gradients are computed at once. */
const BLOCK = 64;

/**
 * Quantises features and fixes the standing shares by the run's evaluation answers.
 * @param of `features` per contribution of the run, in its order, each one adapter's length per node
 */
export async function versionFeatures(
  run: AttributionRun,
  of: { engine: string; nodes: readonly Float32Array[]; features: readonly Float32Array[] },
): Promise<VersionFeatures> {
  const tensors = adapterLayout(run.engine.base.config, run.adapter.config);
  const layout = of.nodes.flatMap((_, node) =>
    // the names of a single node are the adapter's own
    tensors.map(({ name, size }) => ({ name: of.nodes.length === 1 ? name : `node${node}.${name}`, size })),
  );
  const contributions = run.contributions.map(({ id, contributor }, i) => {
    return { contributor, contribution: id, feature: of.features[i]! };
  });
  const evaluation = await answerGradients(run, of.nodes, run.evaluation);
  const total = run.contributions.length + run.evaluation.length;
  run.onProgress?.(total, total);
  return { ...buildFeatureSet({ engine: of.engine, layout, contributions, evaluation }), nodes: of.nodes };
}

/**
 * Per answer, d log p(answer | prompt) / d parameters at each node, one node after the other, before quantisation. Zero
 * for an empty answer: it has nothing to differentiate, and nobody earns by it. Throws {@link FeatureError} where a
 * node is no adapter of the run's configuration.
 */
export async function answerGradients(
  run: { engine: Engine; adapter: Adapter },
  nodes: readonly Float32Array[],
  answers: readonly Example[],
): Promise<Float32Array[]> {
  const size = run.adapter.params.length;
  const { config } = run.adapter;
  const result: Float32Array[] = answers.map(() => new Float32Array(size * nodes.length));
  const open = answers.flatMap(({ tokens, lossFrom }, i) => (lossFrom >= 1 && lossFrom < tokens.length ? [i] : []));
  for (const [node, params] of nodes.entries()) {
    if (params.length !== size) throw new FeatureError(`node ${node} has ${params.length} parameters, not ${size}`);
    for (let start = 0; start < open.length; start += BLOCK) {
      const block = open.slice(start, start + BLOCK);
      const examples = block.map((i) => answers[i]!);
      const gradients = await run.engine.gradients({ config, params }, examples);
      for (const [j, { gradient }] of gradients.entries()) result[block[j]!]!.set(negated(gradient), size * node);
    }
  }
  return result;
}

/** The engine differentiates the loss, which is minus log p. */
export function negated(gradient: Float32Array): Float32Array {
  return gradient.map((value) => -value);
}
