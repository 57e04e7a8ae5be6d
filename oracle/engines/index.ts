// The engines on the language model, by the names that manifests and feature sets carry.
import type { AttributionEngine } from "../engine.ts";
import { datainf } from "./datainf.ts";
import { ekfac } from "./ekfac.ts";
import { gradDot } from "./grad-dot.ts";
import { tangent } from "./tangent.ts";
import { trajectory } from "./trajectory.ts";
import { trak } from "./trak.ts";

/** There is no engine of that name. */
export class EngineError extends Error {
  override name = "EngineError";
}

/** With their default settings; the best ones first, then the baselines. */
export const ENGINES: readonly AttributionEngine[] = [tangent(), trajectory(), gradDot, datainf, trak(), ekfac];

/** The engine of that name. Throws {@link EngineError} where there is none. */
export function engineNamed(name: string): AttributionEngine {
  const found = ENGINES.find((engine) => engine.name === name);
  if (found === undefined) {
    throw new EngineError(`no engine "${name}": there are ${ENGINES.map((engine) => engine.name).join(", ")}`);
  }
  return found;
}
