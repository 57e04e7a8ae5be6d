// Rows as training examples: token sequences with the positions that bear loss.
import { type Base, type Example, formatAnswer, formatPrompt } from "../lm/index.ts";
import type { Row } from "../protocol/rows.ts";

/**
 * The examples of one row, each at most maxSeq + 1 tokens (the last one is only predicted).
 *
 * Question and answer: the prompt, then the answer and eos, with loss on these alone. A longer row is split into
 * windows: the prompt, repeated, and the next piece of the answer, so that each answer token bears loss exactly once.
 *
 * Text: eos as the mark of a new document, the text, eos; windows that overlap by one token, so that each token of the
 * text bears loss exactly once.
 */
export function rowExamples(base: Base, row: Row): Example[] {
  return "text" in row ? textExamples(base, row.text) : answerExamples(base, row.question, row.answer);
}

/**
 * The prompt's tokens, at most half the context: of a longer question only the longest beginning that fits is kept, so
 * that there is always room for an answer.
 */
export function promptTokens(base: Base, question: string): Int32Array {
  const room = Math.floor(base.config.maxSeq / 2);
  const whole = base.tokenizer.encode(formatPrompt(question));
  if (whole.length <= room) return whole;
  // by code points, so that no surrogate pair is cut
  const characters = Array.from(question);
  let fits = 0;
  let fails = characters.length;
  while (fails - fits > 1) {
    const middle = (fits + fails) >>> 1;
    const tokens = base.tokenizer.encode(formatPrompt(characters.slice(0, middle).join("")));
    if (tokens.length <= room) fits = middle;
    else fails = middle;
  }
  return base.tokenizer.encode(formatPrompt(characters.slice(0, fits).join("")));
}

function answerExamples(base: Base, question: string, answer: string): Example[] {
  const prompt = promptTokens(base, question);
  const target = [...base.tokenizer.encode(formatAnswer(answer)), base.tokenizer.eos];
  const room = base.config.maxSeq + 1 - prompt.length;
  const examples: Example[] = [];
  for (let start = 0; start < target.length; start += room) {
    const tokens = Int32Array.from([...prompt, ...target.slice(start, start + room)]);
    examples.push({ tokens, lossFrom: prompt.length });
  }
  return examples;
}

function textExamples(base: Base, text: string): Example[] {
  const { eos } = base.tokenizer;
  const document = Int32Array.from([eos, ...base.tokenizer.encode(text), eos]);
  const { maxSeq } = base.config;
  const examples: Example[] = [];
  for (let start = 0; start < document.length - 1; start += maxSeq) {
    examples.push({ tokens: document.slice(start, start + maxSeq + 1), lossFrom: 1 });
  }
  return examples;
}

/** Tokens of the examples, prompts included: what they cost to train on. */
export function tokenCount(examples: Example[]): number {
  return examples.reduce((sum, { tokens }) => sum + tokens.length, 0);
}
