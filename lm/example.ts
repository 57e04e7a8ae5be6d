// What training and scoring work on: a token sequence of which the tail is predicted.
import type { ModelConfig } from "./config.ts";
import { InputError } from "./errors.ts";

export interface Example {
  /** 2 to maxSeq + 1 token ids. */
  tokens: Int32Array;
  /** First position whose token is predicted with loss: at least 1, since something must come before it. */
  lossFrom: number;
  /** Multiplies the example's loss; 1 if absent. */
  weight?: number;
}

/** Throws an InputError that says what is wrong with the example named `name`. */
export function checkExample(config: ModelConfig, example: Example, name: string): void {
  const { tokens, lossFrom, weight = 1 } = example;
  const fail = (reason: string) => new InputError(`${name}: ${reason}`);
  if (tokens.length < 2) throw fail(`an example needs at least 2 tokens, not ${tokens.length}`);
  if (tokens.length > config.maxSeq + 1) {
    throw fail(`${tokens.length} tokens, but the model takes at most ${config.maxSeq + 1}`);
  }
  if (!Number.isSafeInteger(lossFrom) || lossFrom < 1 || lossFrom >= tokens.length) {
    throw fail(`lossFrom must be an integer from 1 to ${tokens.length - 1}, not ${lossFrom}`);
  }
  if (!Number.isFinite(weight)) throw fail(`the weight must be a finite number, not ${weight}`);
  checkTokens(config, tokens, name);
}

/** Throws an InputError on the first id that the vocabulary does not have. */
export function checkTokens(config: ModelConfig, tokens: Int32Array, name: string): void {
  const position = tokens.findIndex((id) => id < 0 || id >= config.vocabSize);
  if (position >= 0) {
    throw new InputError(
      `${name}: token ${tokens[position]} at ${position} is outside the vocabulary of ${config.vocabSize}`,
    );
  }
}

/** Number of tokens that carry loss. */
export function lossTokens(example: Example): number {
  return example.tokens.length - example.lossFrom;
}
