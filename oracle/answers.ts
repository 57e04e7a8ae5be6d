import type { Example } from "../lm/index.ts";
import { type ReceiptBody, responseHash, type ServedAnswer } from "../protocol/receipt.ts";

/** The tokens of an answer are not there, or are not those that its receipt commits. */
export class AnswerError extends Error {
  override name = "AnswerError";
}

/** A served answer as an example whose loss is on the answer. Throws {@link AnswerError} where the hash is another. */
export function answerExample(receipt: ReceiptBody, answer: ServedAnswer): Example {
  const prompt = Array.from(answer.promptTokens);
  const completion = Array.from(answer.answerTokens);
  if (responseHash(prompt, completion) !== receipt.responseHash) {
    throw new AnswerError(`the tokens kept for receipt ${receipt.number} are not those it commits`);
  }
  return { tokens: Int32Array.from([...prompt, ...completion]), lossFrom: prompt.length };
}

/** Examples of `receipts`, in their order. Throws {@link AnswerError} where one is missing. */
export function answerExamples(receipts: readonly ReceiptBody[], answers: readonly ServedAnswer[]): Example[] {
  const byNumber = new Map(answers.map((answer) => [answer.receipt, answer]));
  return receipts.map((receipt) => {
    const answer = byNumber.get(receipt.number);
    if (answer === undefined) throw new AnswerError(`no tokens are kept for receipt ${receipt.number}`);
    return answerExample(receipt, answer);
  });
}
