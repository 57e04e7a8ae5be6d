// Attribution against retraining: what each way of it is worth.
import { existsSync } from "node:fs";
import { headFigures } from "./lib/head-attribution.ts";
import { lmFigures } from "./lib/lm-attribution.ts";
import { mlpFigures } from "./lib/mlp-attribution.ts";
import { settlementFigures } from "./lib/settlement.ts";
import type { BenchOptions, Figures } from "./main.ts";

export const about =
  "attribution: the language model over MedQuAD (lm, and each engine by its name), logistic regression (lr) and a small " +
  "network (mlp) held against retraining without a contribution, without a row, on random halves and on all 256 subsets; " +
  "what random labels and words, splitting and int8 do; seconds to settle 10,000 samples of 1,000 contributions in 49,152 " +
  "dimensions on two threads. The language model takes about an hour the first time, the rest a few minutes.";

export async function run({ data, log }: BenchOptions): Promise<Figures> {
  const figures = { ...(await headFigures()), ...(await mlpFigures()), ...(await settlementFigures()) };
  if (existsSync(data)) return { ...figures, ...(await lmFigures(data, log)) };
  log(`${data} is not there: the figures of the language model (lm_…) are skipped; --data names MedQuAD's folder`);
  return figures;
}
