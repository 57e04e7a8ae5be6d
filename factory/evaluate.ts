// Held-out perplexity of the base alone and of the base with an adapter.
import { type Adapter, type Engine, type Example, lossTokens } from "../lm/index.ts";
import { Kernels, kernelModule } from "../lm/kernels/index.ts";
import { FactoryError } from "./errors.ts";
import type { Part } from "./sample.ts";

/** How well a set of rows is predicted. */
export interface Score {
  rows: number;
  /** Tokens that bear loss. */
  tokens: number;
  /** Σ log p of these tokens, nats, in f64. */
  logProb: { base: number; tuned: number };
  /** Perplexity exp(−logProb / tokens) × 1,000, rounded up; null where nothing is held out. */
  milliPerplexity: { base: number; tuned: number } | null;
}

export interface Evaluation {
  format: "tributary-evaluation-1";
  /** Held-out rows, by contribution. */
  contributions: ({ id: number } & Score)[];
  /** All held-out rows. */
  all: Score;
  /** Reference answers; absent where there are none. */
  references?: Score;
}

export interface Evaluated {
  id: number;
  heldOut: Part;
}

/** Examples that are scored between two calls of `onProgress`. */
const BLOCK = 32;

/**
 * Scores every held-out example and every reference with and without the adapter. Throws a FactoryError where log p is
 * not finite.
 */
export async function evaluate(
  engine: Engine,
  adapter: Adapter,
  contributions: readonly Evaluated[],
  references: readonly Example[],
  onProgress?: (done: number, total: number) => void,
): Promise<Evaluation> {
  const examples = [...contributions.flatMap(({ heldOut }) => heldOut.examples), ...references];
  const logProbs = { base: [] as number[], tuned: [] as number[] };
  for (let start = 0; start < examples.length; start += BLOCK) {
    const block = examples.slice(start, start + BLOCK);
    logProbs.base.push(...(await engine.logProbs(null, block)));
    logProbs.tuned.push(...(await engine.logProbs(adapter, block)));
    onProgress?.(logProbs.base.length, examples.length);
  }
  const { expf64 } = new Kernels(await kernelModule()).call;
  const score = (rows: number, from: number, to: number): Score => {
    const tokens = examples.slice(from, to).reduce((sum, example) => sum + lossTokens(example), 0);
    const sum = (values: number[]) => values.slice(from, to).reduce((total, value) => total + value, 0);
    const logProb = { base: sum(logProbs.base), tuned: sum(logProbs.tuned) };
    // rounded up, so that rounding never meets a declared target
    const perplexity = (value: number) => {
      // also false for NaN; expf64 holds below 700
      if (!(-value / tokens < 700))
        throw new FactoryError("diverged", `log p of ${tokens} held-out tokens is ${value}`);
      return Math.ceil(1000 * expf64(-value / tokens));
    };
    const milliPerplexity = tokens > 0 ? { base: perplexity(logProb.base), tuned: perplexity(logProb.tuned) } : null;
    return { rows, tokens, logProb, milliPerplexity };
  };
  let at = 0;
  const scored = contributions.map(({ id, heldOut }) => {
    const from = at;
    at += heldOut.examples.length;
    return { id, ...score(heldOut.rows.length, from, at) };
  });
  const rows = contributions.reduce((sum, { heldOut }) => sum + heldOut.rows.length, 0);
  const evaluation: Evaluation = { format: "tributary-evaluation-1", contributions: scored, all: score(rows, 0, at) };
  if (references.length > 0) evaluation.references = score(references.length, at, examples.length);
  return evaluation;
}
