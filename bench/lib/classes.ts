// Made-up rows of a classification task, in contributions that each know some classes better than others.
import { Random } from "../../lm/index.ts";
import type { Sample } from "./mlp.ts";

export interface Task {
  /** Per contribution. */
  contributions: Sample[][];
  /** From the same classes, all alike. */
  answers: Sample[];
}

/**
 * Rows of `classes` overlapping Gaussian classes; contribution c has a class of its own for half of its rows.
 * @param sizes rows per contribution
 * @param junk place of a contribution whose labels are drawn at random, if any
 */
export function makeTask(
  shape: { inputs: number; classes: number },
  sizes: readonly number[],
  options: { answers: number; seed: number; spread?: number; junk?: number },
): Task {
  const { seed, spread = 1, junk } = options;
  const random = new Random(seed);
  const normal = () => {
    // the sum of twelve uniform numbers: mean 6, variance 1
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random.uniform();
    return sum;
  };
  const centres = Array.from({ length: shape.classes }, () => Array.from({ length: shape.inputs }, normal));
  const draw = (label: number): Sample => ({
    input: Float64Array.from(centres[label]!, (centre) => centre + spread * normal()),
    label,
  });
  const contributions = sizes.map((size, c) =>
    Array.from({ length: size }, () => {
      const own = random.below(2) === 0 ? c % shape.classes : random.below(shape.classes);
      const sample = draw(own);
      return c === junk ? { ...sample, label: random.below(shape.classes) } : sample;
    }),
  );
  return { contributions, answers: Array.from({ length: options.answers }, () => draw(random.below(shape.classes))) };
}
