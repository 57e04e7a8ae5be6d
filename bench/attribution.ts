// Attribution against retraining: what each way of it is worth. Figures of the language model are the audit's.
import { headFigures } from "./lib/head-attribution.ts";
import { mlpFigures } from "./lib/mlp-attribution.ts";
import { settlementFigures } from "./lib/settlement.ts";
import type { Figures } from "./main.ts";

export const about =
  "attribution: logistic regression (lr) and a small network (mlp) held against retraining without a contribution, without " +
  "a row, and on all 256 subsets; what random labels, splitting and int8 do; seconds to settle 10,000 samples of 1,000 " +
  "contributions in 49,152 dimensions on two threads. Takes a few minutes.";

export async function run(): Promise<Figures> {
  return { ...(await headFigures()), ...(await mlpFigures()), ...(await settlementFigures()) };
}
