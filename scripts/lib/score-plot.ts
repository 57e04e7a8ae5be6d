import { type Cloud, scatter } from "./scatter.ts";

/** One engine's scores per answer and contribution, and what is said of them. */
export interface PlottedEngine {
  engine: string;
  scores: readonly (readonly number[])[];
  note: string;
}

/** An SVG of what engines predicted against what retraining measured; `x` names that. */
export function scorePlot(
  x: string,
  measured: readonly (readonly number[])[],
  engines: readonly PlottedEngine[],
): string {
  const clouds = engines.map(({ engine, scores, note }): Cloud => {
    // what is no gain in nats is drawn to the same scale as what was measured
    const sizes = [measured, scores].map((rows) =>
      Math.sqrt(rows.flat().reduce((sum, value) => sum + value * value, 0)),
    );
    const scale = engine.startsWith("tangent") || engine === "trajectory" ? 1 : sizes[0]! / (sizes[1]! || 1);
    const points = measured.flatMap((row, i) => row.map((value, c) => [value, scores[i]![c]! * scale] as const));
    return { title: engine, note: scale === 1 ? note : `${note}, scaled`, points };
  });
  return scatter({ x, y: "score" }, clouds);
}
