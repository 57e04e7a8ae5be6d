// Generation of one answer, token by token, with the key/value cache that the model's buffers are.
import type { Generation, SamplingOptions, StreamedToken } from "./jobs.ts";
import type { Kernels } from "./kernels/index.ts";
import type { Model } from "./model.ts";
import { Random } from "./random.ts";
import { StopText } from "./stop-text.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Continues `prompt` until the end-of-text token, a stop string, `maxTokens` or the model's last position.
 * `onToken` sees every token; generation ends early, with what there is, once `cancelled` says so.
 */
export function generate(
  kernels: Kernels,
  model: Model,
  tokenizer: Tokenizer,
  prompt: Int32Array,
  options: SamplingOptions,
  onToken: (token: StreamedToken) => void,
  cancelled: () => boolean,
): Generation {
  const random = new Random(options.seed);
  const stop = new StopText(options.stop);
  const tokens: number[] = [];
  const logProbs: number[] = [];
  const decoder = new TextDecoder();
  const room = Math.min(options.maxTokens, model.config.maxSeq + 1 - prompt.length);
  let finish: Generation["finish"] = "length";

  model.forward(prompt, 0);
  let position = prompt.length;
  while (tokens.length < room && !cancelled()) {
    const id = choose(kernels, model.logits(position - 1, position), tokenizer.vocabSize, options, random);
    const logProb = model.logProbs(Int32Array.of(id), 1)[0]!;
    tokens.push(id);
    logProbs.push(logProb);
    const ended = id === tokenizer.eos;
    const last = ended || tokens.length === room;
    const text = stop.push(decoder.decode(tokenizer.decodeBytes([id]), { stream: !last }), last);
    onToken({ id, text, logProb });
    if (ended || stop.found) {
      finish = "stop";
      break;
    }
    if (!last) model.forward(Int32Array.of(id), position);
    position++;
  }
  return { tokens: Int32Array.from(tokens), text: stop.text, logProbs, finish };
}

/**
 * The next token out of the first `vocab` logits: the likeliest (the lowest id among equals) at temperature 0, else
 * drawn from softmax(logits / temperature), cut to the likeliest tokens that hold `topP` of it together (nucleus
 * sampling, Holtzman et al., 2020).
 */
function choose(
  kernels: Kernels,
  logits: Float32Array,
  vocab: number,
  options: SamplingOptions,
  random: Random,
): number {
  let best = 0;
  for (let id = 1; id < vocab; id++) if (logits[id]! > logits[best]!) best = id;
  if (options.temperature === 0) return best;

  const top = logits[best]!;
  const weights = Float64Array.from({ length: vocab }, (_, id) =>
    kernels.call.expf64(Math.max(-700, (logits[id]! - top) / options.temperature)),
  );
  const order = Array.from(weights.keys());
  let kept = order.length;
  if (options.topP < 1) {
    order.sort((a, b) => weights[b]! - weights[a]! || a - b);
    const limit = options.topP * weights.reduce((sum, weight) => sum + weight, 0);
    let held = 0;
    for (kept = 0; kept < order.length && held < limit; kept++) held += weights[order[kept]!]!;
  }
  let total = 0;
  for (let i = 0; i < kept; i++) total += weights[order[i]!]!;
  let draw = random.uniform() * total;
  for (let i = 0; i < kept; i++) {
    draw -= weights[order[i]!]!;
    if (draw < 0) return order[i]!;
  }
  return order[kept - 1]!;
}
