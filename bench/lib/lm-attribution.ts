// Attribution of the language model over MedQuAD, held against retraining.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Engine, type Example, loadBase, lossTokens, Random } from "../../lm/index.ts";
import { retrainingOf, scoresOf } from "../../oracle/audit/audit.ts";
import { linearDatamodeling, mean, pearson, spearman } from "../../oracle/audit/correlation.ts";
import { efficiencyError } from "../../oracle/audit/gauges.ts";
import { payoutShares, shareDistance } from "../../oracle/audit/payouts.ts";
import { retrain } from "../../oracle/audit/retrain.ts";
import { shapleyValues } from "../../oracle/audit/shapley.ts";
import type { AttributionEngine, AttributionRun } from "../../oracle/engine.ts";
import { ENGINES } from "../../oracle/engines/index.ts";
import { tangent } from "../../oracle/engines/tangent.ts";
import { AT_END } from "../../oracle/quadrature.ts";
import { writeWhole } from "../../scripts/lib/files.ts";
import { scorePlot } from "../../scripts/lib/score-plot.ts";
import type { Figures } from "../main.ts";
import { type Bed, eightGroups, makeBed, servedAnswers, twentyGroups, WORDS } from "./lm-bed.ts";

const ROOT = join(import.meta.dirname, "../..");
const BASE = join(ROOT, "models/base");
const CACHE = join(ROOT, "build/audit");
const PLOT = join(ROOT, "build/bench/attribution.svg");
const REPORT = join(ROOT, "build/bench/attribution.json");
/** Random halves of the twenty that are retrained. */
const HALVES = 40;
const SEED = 1;
/** Single tangents where every contribution weighs half: what random halves ask for. */
const AT_HALF = [{ at: 0.5, weight: 1 }];

type Log = (line: string) => void;
type Scores = readonly ArrayLike<number>[];

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

const flat = (rows: Scores) => rows.flatMap((row) => Array.from(row));
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
/** `grad-dot` is `graddot`; the tangents are what settles, so their figures stand without a name. */
const keyOf = (name: string) => (name === "tangent" ? "lm" : name.replace("-", ""));

async function eight(engine: Engine, data: string, log: Log): Promise<Figures> {
  const bed = await makeBed(engine, await eightGroups(engine.base, data));
  const { run, names } = bed;
  const answers = [...run.evaluation, ...(await servedAnswers(run))];
  const sets: [suffix: string, inside: (i: number) => boolean][] = [
    ["", (i) => i < run.evaluation.length],
    ["_served", (i) => i >= run.evaluation.length],
  ];
  const n = names.length;
  const subsets = Array.from({ length: 2 ** n }, (_, subset) => names.map((_, c) => (subset >> c) & 1));
  const outputs = await retrained({ ...run, evaluation: answers }, subsets, log);
  const exact = answers.map((_, i) => {
    const utilities = outputs.map((output) => output[i]!);
    return shapleyValues(utilities, n);
  });
  const gains = answers.map((_, i) => outputs.at(-1)![i]! - outputs[0]![i]!);
  const scores = await scoresOfAll(bed, answers, ENGINES, log);
  const words = names.indexOf(WORDS);

  const figures: Figures = { lm_ppl_ratio: perplexityRatio(run.evaluation, gains) };
  const shares: Record<string, Record<string, number[]>> = {};
  for (const [suffix, inside] of sets) {
    const of = <T>(rows: readonly T[]) => rows.filter((_, i) => inside(i));
    const truth = of(exact);
    const pays = payoutShares(truth);
    figures[`shapley_junk_share${suffix}`] = pays[words]!;
    figures[`shapley_junk_nats${suffix}`] = sum(truth.map((row) => row[words]!));
    figures[`lm_gain_nats${suffix}`] = sum(of(gains));
    shares[suffix] = { shapley: [...pays] };
    for (const [name, all] of scores) {
      const told = of(all);
      const key = keyOf(name);
      const paid = payoutShares(told);
      const efficiency = efficiencyError(told, of(gains));
      shares[suffix][name] = [...paid];
      Object.assign(figures, {
        [`${key}_shapley_r${suffix}`]: pearson(flat(told), flat(truth)),
        [`${key}_payout_l1${suffix}`]: shareDistance(paid, pays),
        [`${key}_efficiency_err${suffix}`]: efficiency.perAnswer,
        [`${key}_efficiency_total${suffix}`]: efficiency.total,
        [`${key}_junk_share${suffix}`]: paid[words]!,
      });
    }
    figures[`lm_graddot_l1${suffix}`] = figures[`graddot_payout_l1${suffix}`]!;
    figures[`lm_trajectory_l1${suffix}`] = figures[`trajectory_payout_l1${suffix}`]!;
  }
  const references = <T>(rows: readonly T[]) => rows.slice(0, run.evaluation.length);
  const clouds = [...scores].map(([name, all]) => {
    return { engine: name, scores: references(all), note: `r = ${figures[`${keyOf(name)}_shapley_r`]!.toFixed(3)}` };
  });
  await writeWhole(
    PLOT,
    scorePlot(
      "Shapley value, nats",
      references(exact).map((row) => [...row]),
      clouds,
    ),
  );
  await writeWhole(REPORT, `${JSON.stringify({ names, shares, figures }, null, 2)}\n`);
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
  const baselines = ENGINES.filter(({ name }) => name !== "tangent");
  const scores = await scoresOfAll(bed, run.evaluation, baselines, log);
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
