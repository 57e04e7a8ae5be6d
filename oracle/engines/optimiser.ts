// What Adam trained cannot be settled: it divides the scale of the loss away, so its tangents add up to nothing.
import type { AttributionRun } from "../engine.ts";

/** Carried by features that explain what Adam trained; no posting takes them. */
export const ADAM_TANGENT = "tangent-adam";

/** The engine cannot attribute what this optimiser trained. */
export class OptimiserError extends Error {
  override name = "OptimiserError";
}

/** Throws {@link OptimiserError} where Adam trained the run. */
export function demandSgd({ training }: Pick<AttributionRun, "training">, engine: string): void {
  if (training.optimiser !== "adam") return;
  throw new OptimiserError(
    `${engine} cannot attribute what Adam trained: only what SGD with momentum trained is settled; tangents at w = 1 explain the rest`,
  );
}
