// Attribution against retraining: what each way of it is worth. Figures of the language model are the audit's.
import { headFigures } from "./lib/head-attribution.ts";
import { mlpFigures } from "./lib/mlp-attribution.ts";
import type { Figures } from "./main.ts";

export const about =
  "attribution: logistic regression (lr) and a small network (mlp) held against retraining without a contribution, without " +
  "a row, and on all 256 subsets; what random labels, splitting and int8 do. Takes a minute.";

export async function run(): Promise<Figures> {
  return { ...(await headFigures()), ...(await mlpFigures()) };
}
