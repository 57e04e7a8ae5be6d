// What the runs of the scenario say together.
import type { Bits, Run } from "./scenario.ts";

export type Row = Run & { where: string };

export interface Report {
  /** Whether all runs have the same bits; false where there is none. */
  equal: boolean;
  runs: readonly Row[];
  /** What could not be run, and why. */
  skipped: readonly string[];
}

const KEYS = ["adapter", "features", "scores"] as const satisfies (keyof Bits)[];

export function reportOn(runs: readonly Row[], skipped: readonly string[]): Report {
  const [first] = runs;
  return { equal: first !== undefined && runs.every((run) => different(run, first).length === 0), runs, skipped };
}

function different(run: Bits, first: Bits): (keyof Bits)[] {
  return KEYS.filter((key) => run[key] !== first[key]);
}

/** The bits of the first run, a line per run that says equal or where it differs, what was skipped, and a verdict. */
export function describe({ equal, runs, skipped }: Report): string {
  const [first] = runs;
  const lines = first ? [...KEYS.map((key) => `${key.padEnd(8)} ${first[key]}`), ""] : [];
  for (const run of runs) {
    const label = `${run.where}, ${run.threads} thread${run.threads > 1 ? "s" : ""}, ${run.wide ? 256 : 128} bits`;
    const odd = different(run, first!).map((key) => `${key} ${run[key]}`);
    lines.push(`${label.padEnd(46)} ${odd.length > 0 ? `DIFFERS: ${odd.join(", ")}` : "equal"}`);
  }
  lines.push(...skipped.map((what) => `skipped: ${what}`), "");
  lines.push(equal ? `Equal to the bit in all ${runs.length} runs.` : "NOT EQUAL.");
  return lines.join("\n");
}
