// Loss and gradient of examples, the work that both kinds of training and attribution are made of.
import { type Example, lossTokens } from "./example.ts";
import type { Model } from "./model.ts";

/** Σ log p (nats) of the example's loss tokens; leaves the model ready for `backward`. */
export function logProb(model: Model, example: Example): number {
  const { tokens, lossFrom, weight = 1 } = example;
  const last = tokens.length - 1;
  model.forward(tokens.subarray(0, last), 0);
  model.logits(lossFrom - 1, last);
  let sum = 0;
  for (const value of model.logProbs(tokens.subarray(lossFrom), weight)) sum += value;
  return sum;
}

/** The same, and adds the gradient of −weight · Σ log p to the model's gradients. */
export function addGradient(model: Model, example: Example): number {
  const sum = logProb(model, example);
  const last = example.tokens.length - 1;
  model.backward(last - lossTokens(example), last);
  return sum;
}
