// Attribution of the language model over MedQuAD, held against retraining.
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Engine, type Example, loadBase, lossTokens, Random } from "../../lm/index.ts";
import { retrainingOf, scoresOf } from "../../oracle/audit/audit.ts";
import { linearDatamodeling, mean, pearson, spearman } from "../../oracle/audit/correlation.ts";
import { efficiencyError } from "../../oracle/audit/gauges.ts";
import { payoutShares, shareDistance } from "../../oracle/audit/payouts.ts";
import { retrain } from "../../oracle/audit/retrain.ts";
import { shapleyValues } from "../../oracle/audit/shapley.ts";
import { pathEfficiency } from "../../oracle/audit/smoothness.ts";
import type { AttributionEngine, AttributionRun } from "../../oracle/engine.ts";
import { ENGINES } from "../../oracle/engines/index.ts";
import { tangent } from "../../oracle/engines/tangent.ts";
import { AT_END, gaussLegendre } from "../../oracle/quadrature.ts";
import { writeWhole } from "../../scripts/lib/files.ts";
import { scorePlot } from "../../scripts/lib/score-plot.ts";
import type { Figures } from "../main.ts";
import { type Bed, eightGroups, makeBed, servedAnswers, twentyGroups, WORDS } from "./lm-bed.ts";

const ROOT = join(import.meta.dirname, "../..");
const BASE = join(ROOT, "models/base");
const CACHE = join(ROOT, "build/audit");
const REPORTS = join(ROOT, "build/bench");
const PLOT = join(REPORTS, "attribution.svg");
const REPORT = join(REPORTS, "attribution.json");
/** Of the tangents' path; the gain rises steeply at its start. */
const NODES = gaussLegendre(4);
/** Random halves of the twenty that are retrained. */
const HALVES = 40;
const SEED = 1;
/** Single tangents where every contribution weighs half: what random halves ask for. */
const AT_HALF = [{ at: 0.5, weight: 1 }];

const BASELINES = ENGINES.filter(({ name }) => name !== "tangent");

type Log = (line: string) => void;
type Scores = readonly (readonly number[])[];

/**
 * All figures of the language model: eight contributions with all 256 subsets, then twenty with each left out once and
 * random halves. Retrainings are kept in build/audit, a plot and a report in build/bench.
 */
export async function lmFigures(data: string, log: Log): Promise<Figures> {
  const engine = await Engine.create(await loadBase(BASE));
  try {
    return { ...(await eight(engine, data, log)), ...(await twenty(engine, data, log)) };
  } finally {
    await engine.close();
  }
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
/** `grad-dot` is `graddot`; the tangents are what settles, so their figures stand without a name. */
const keyOf = (name: string) => (name === "tangent" ? "lm" : name.replace("-", ""));

async function eight(engine: Engine, data: string, log: Log): Promise<Figures> {
  const bed = await makeBed(engine, await eightGroups(engine.base, data));
  const { run, names } = bed;
  const references = run.evaluation.length;
  const answers = [...run.evaluation, ...(await servedAnswers(run))];
  const n = names.length;
  const subsets = Array.from({ length: 2 ** n }, (_, subset) => names.map((_, c) => (subset >> c) & 1));
  const outputs = await retrained({ ...run, evaluation: answers }, subsets, log);
  const shapley = answers.map((_, i) => {
    const utilities = outputs.map((output) => output[i]!);
    return [...shapleyValues(utilities, n)];
  });
  const gains = answers.map((_, i) => outputs.at(-1)![i]! - outputs[0]![i]!);
  const engines = await scoresOfAll(bed, answers, [tangent(NODES), ...BASELINES], log);

  const judged = (from: number, to?: number) => {
    const scores = new Map([...engines].map(([name, rows]) => [name, rows.slice(from, to)] as const));
    return judge(names, { gains: gains.slice(from, to), shapley: shapley.slice(from, to), scores });
  };
  const [ofReferences, ofServed] = [judged(0, references), judged(references)];
  const path = async (from: number, to?: number) => pathEfficiency(run, answers.slice(from, to), NODES);
  const figures: Figures = {
    lm_ppl_ratio: perplexityRatio(run.evaluation, gains),
    ...ofReferences,
    ...Object.fromEntries(Object.entries(ofServed).map(([key, value]) => [`${key}_served`, value])),
    // before int8, whose rounding makes all scores somewhat smaller
    lm_path_efficiency_err: (await path(0, references)).perAnswer,
    lm_path_efficiency_err_served: (await path(references)).perAnswer,
  };
  const report = { names, references, figures, scores: { shapley, ...Object.fromEntries(engines) } };
  const plotted = [...engines].map(([engine, rows]) => {
    const note = `r = ${figures[`${keyOf(engine)}_shapley_r`]!.toFixed(3)}`;
    return { engine, scores: rows.slice(0, references), note };
  });
  await mkdir(REPORTS, { recursive: true });
  await writeWhole(PLOT, scorePlot("Shapley value, nats", shapley.slice(0, references), plotted));
  await writeWhole(REPORT, `${JSON.stringify(report, null, 2)}\n`);
  return figures;
}

/** Retraining's verdict on some answers, and every engine's scores of them held against it. */
function judge(
  names: readonly string[],
  of: { gains: readonly number[]; shapley: number[][]; scores: ReadonlyMap<string, number[][]> },
): Figures {
  const { gains, shapley } = of;
  const words = names.indexOf(WORDS);
  const pays = payoutShares(shapley);
  const figures: Figures = {
    lm_gain_nats: sum(gains),
    shapley_junk_share: pays[words]!,
    shapley_junk_nats: sum(shapley.map((row) => row[words]!)),
  };
  for (const [name, scores] of of.scores) {
    const key = keyOf(name);
    const paid = payoutShares(scores);
    const efficiency = efficiencyError(scores, gains);
    figures[`${key}_shapley_r`] = pearson(scores.flat(), shapley.flat());
    figures[`${key}_payout_l1`] = shareDistance(paid, pays);
    figures[`${key}_efficiency_err`] = efficiency.perAnswer;
    figures[`${key}_efficiency_total`] = efficiency.total;
    figures[`${key}_junk_share`] = paid[words]!;
  }
  figures.lm_graddot_l1 = figures.graddot_payout_l1!;
  figures.lm_trajectory_l1 = figures.trajectory_payout_l1!;
  return figures;
}

/** Single tangents against leaving one of twenty out, and against random halves; the same for the baselines. */
async function twenty(engine: Engine, data: string, log: Log): Promise<Figures> {
  const bed = await makeBed(engine, await twentyGroups(engine.base, data));
  const { run, names } = bed;
  const n = names.length;
  const all = names.map(() => 1);
  const random = new Random(SEED);
  const halves = Array.from({ length: HALVES }, () => {
    const inside = new Set(random.permutation(n).subarray(0, n / 2));
    return all.map((_, c) => (inside.has(c) ? 1 : 0));
  });
  const without = all.map((_, left) => all.with(left, 0));
  const [whole, ...others] = await retrained(run, [all, ...without, ...halves], log);
  const losses = run.evaluation.map((_, i) => others.slice(0, n).map((output) => whole![i]! - output[i]!));
  const outputs = run.evaluation.map((_, i) => others.slice(n).map((output) => output[i]!));
  const subsets = halves.map((half) => half.map((weight) => weight === 1));

  const loco = (scores: Scores) => mean(scores.map((row, i) => spearman(row, losses[i]!)));
  const drop50 = (scores: Scores) => linearDatamodeling(scores, subsets, outputs, { seed: SEED }).value;
  const scores = await scoresOfAll(bed, run.evaluation, BASELINES, log);
  const [atEnd, atHalf] = [tangent(AT_END), tangent(AT_HALF)];
  const single = async (engine: AttributionEngine) => {
    const found = await scoresOfAll(bed, run.evaluation, [engine], log);
    return found.get(engine.name)!;
  };
  const figures: Figures = { lm_loco: loco(await single(atEnd)), lm_drop50: drop50(await single(atHalf)) };
  for (const [name, told] of scores) {
    figures[`${keyOf(name)}_loco`] = loco(told);
    figures[`${keyOf(name)}_drop50`] = drop50(told);
  }
  return figures;
}

/** Perplexity of the answers under the tuned model over that under the base, from what they gained. */
function perplexityRatio(answers: readonly Example[], gains: readonly number[]): number {
  const tokens = sum(answers.map(lossTokens));
  return Math.exp(-sum(answers.map((_, i) => gains[i]!)) / tokens);
}

async function retrained(run: AttributionRun, weightings: readonly (readonly number[])[], log: Log) {
  const started = performance.now();
  return retrain(retrainingOf(run), weightings, {
    jobs: availableParallelism(),
    cache: CACHE,
    onProgress(done, total) {
      const minutes = ((performance.now() - started) / 60_000).toFixed(1);
      if (done % 16 === 0 || done === total) log(`${done} of ${total} retrainings, ${minutes} min`);
    },
  });
}

/** Per engine, the scores of the answers in the order of the run's contributions. */
async function scoresOfAll(
  { run }: Bed,
  answers: readonly Example[],
  engines: readonly AttributionEngine[],
  log: Log,
): Promise<Map<string, number[][]>> {
  const ids = run.contributions.map(({ id }) => id);
  const found = new Map<string, number[][]>();
  for (const engine of engines) {
    const started = performance.now();
    const features = await engine.features(run);
    found.set(engine.name, await scoresOf({ ...run, evaluation: answers }, features, ids));
    log(`${engine.name}: features and scores in ${((performance.now() - started) / 60_000).toFixed(1)} min`);
  }
  return found;
}
