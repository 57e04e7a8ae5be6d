import type { Example } from "../../lm/index.ts";
import type { AttributionRun } from "../engine.ts";
import { dotAt } from "../linear.ts";
import { replay, trainingExamples } from "../replay.ts";
import { answerGradients } from "../version-features.ts";
import { demandSgd } from "./optimiser.ts";

/** Answers that are pulled back side by side. */
const BLOCK = 16;

interface Step {
  rate: number;
  normaliser: number;
  indices: readonly number[];
  params: Float32Array;
}

/**
 * What each training example has to do with an answer, by reverse passes through training: the tangents' transpose
 * (reverse-mode unrolling; Maclaurin et al. 2015, Hara et al. 2019). With a = λ_v − rate · λ_θ, a step pulls the answer's
 * gradient λ_θ back to λ_θ + Σ_e H_e a / normaliser and λ_v to μ a, and example e takes a · g_e / normaliser on the way. So
 * the result is the exact derivative of log p(answer | prompt) in the weight of every single example at w = 1, and the
 * sum over a contribution's examples is its score by the tangent engine at the node w = 1. Costs one training that keeps
 * the parameters before every step, and about one more per answer; nothing is quantised, so it explains, and does not
 * settle.
 * @returns per answer, one number per example of {@link trainingExamples}, nats per unit of weight
 */
export async function probe(run: AttributionRun, answers: readonly Example[]): Promise<Float64Array[]> {
  demandSgd(run, "probe");
  const steps: Step[] = [];
  await replay(run, ({ rate, normaliser, indices, params }) => {
    steps.push({ rate, normaliser, indices, params: params.slice() });
  });
  const { examples } = trainingExamples(run);
  const found: Float64Array[] = [];
  for (let start = 0; start < answers.length; start += BLOCK) {
    const block = answers.slice(start, start + BLOCK);
    found.push(...(await pullBack(run, steps, examples, await answerGradients(run, [run.adapter.params], block))));
    run.onProgress?.(found.length, answers.length);
  }
  return found;
}

async function pullBack(
  { engine, adapter, training }: AttributionRun,
  steps: readonly Step[],
  examples: readonly Example[],
  gradients: readonly Float32Array[],
): Promise<Float64Array[]> {
  const momentum = Math.fround(training.momentum);
  const influence = gradients.map(() => new Float64Array(examples.length));
  const onParams = gradients.map((gradient) => Float64Array.from(gradient));
  const onSpeed = gradients.map((gradient) => new Float64Array(gradient.length));
  for (const { rate, normaliser, indices, params } of [...steps].reverse()) {
    const pulls = onParams.map((values, q) => Float32Array.from(values, (value, i) => onSpeed[q]![i]! - rate * value));
    const batch = indices.map((index) => examples[index]!);
    const parts = await engine.hessianProducts({ config: adapter.config, params }, pulls, batch);
    for (const [q, pull] of pulls.entries()) {
      for (const [e, { gradient, products }] of parts.entries()) {
        influence[q]![indices[e]!]! += dotAt(pull, 0, gradient, 0, pull.length) / normaliser;
        const product = products[q]!;
        for (let i = 0; i < product.length; i++) onParams[q]![i]! += product[i]! / normaliser;
      }
      for (let i = 0; i < pull.length; i++) onSpeed[q]![i] = momentum * pull[i]!;
    }
  }
  return influence;
}
