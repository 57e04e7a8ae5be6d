// How a question and its answer become tokens.
import type { ModelConfig } from "./config.ts";
import { InputError } from "./errors.ts";
import type { Example } from "./example.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What the model is asked: everything up to the answer. */
export function formatPrompt(question: string): string {
  return `Question: ${question}\nAnswer:`;
}

/** What the model answers; the end-of-text token follows it. */
export function formatAnswer(answer: string): string {
  return ` ${answer}`;
}

/**
 * A question and its answer as a training example: loss on the answer and on the token that ends it. Cut at the end to
 * the maxSeq + 1 tokens that the model can take; throws an InputError where the question alone fills them.
 */
export function qaExample(tokenizer: Tokenizer, config: ModelConfig, question: string, answer: string): Example {
  const prompt = tokenizer.encode(formatPrompt(question));
  const reply = tokenizer.encode(formatAnswer(answer));
  if (prompt.length > config.maxSeq) {
    throw new InputError(`the question has ${prompt.length} tokens, the model takes ${config.maxSeq}`);
  }
  const tokens = new Int32Array(prompt.length + reply.length + 1).fill(tokenizer.eos);
  tokens.set(prompt);
  tokens.set(reply, prompt.length);
  return { tokens: tokens.slice(0, config.maxSeq + 1), lossFrom: prompt.length };
}
