// Training once more, to the bit, for engines that look inside.
import { type AdapterTrainingOptions, type Example, trainAdapter } from "../lm/index.ts";
import type { AttributionRun } from "./engine.ts";

/** The run's training does not lead to its adapter. */
export class ReplayError extends Error {
  override name = "ReplayError";
}

/** The run's examples in the order of training, and the place of each one's contribution in the run. */
export function trainingExamples(run: Pick<AttributionRun, "contributions">): {
  examples: Example[];
  owners: Int32Array;
} {
  const examples = run.contributions.flatMap((contribution) => contribution.examples);
  const owners = run.contributions.flatMap((contribution, c) => contribution.examples.map(() => c));
  return { examples, owners: Int32Array.from(owners) };
}

/** Number of steps that options ask for on so many examples. */
export function stepsOf({ steps, epochs = 0, batchSize }: AdapterTrainingOptions, examples: number): number {
  return steps ?? epochs * Math.ceil(examples / batchSize);
}

/** Trains the run's adapter again before the eyes of `onBatch`. Throws {@link ReplayError} where another one comes out. */
export async function replay(run: AttributionRun, onBatch?: AdapterTrainingOptions["onBatch"]): Promise<void> {
  const { examples } = trainingExamples(run);
  const { adapter } = await trainAdapter(run.engine, run.adapter.config, examples, {
    ...run.training,
    ...(onBatch && { onBatch }),
  });
  // by their bits, so that -0 is not 0
  const bits = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
  if (!bits(adapter.params).equals(bits(run.adapter.params))) {
    throw new ReplayError("the training of this run leads to another adapter than the run's");
  }
}
