// The model once more, in plain f64 TypeScript and written from the papers, not from lm/. It has no backward pass of
// its own to be wrong: derivatives are central finite differences of this forward pass.
import type { Adapter, Example, ModelConfig } from "../../lm/index.ts";
import { adapterLayout, weightLayout } from "../../lm/index.ts";

type Rows = Float64Array[];

/** Named tensors of a flat array, widened to f64. */
function named(slots: { name: string; offset: number; size: number }[], values: ArrayLike<number>) {
  return new Map(
    slots.map(({ name, offset, size }) => [name, Float64Array.from({ length: size }, (_, i) => values[offset + i]!)]),
  );
}

function linear(x: Rows, w: Float64Array, out: number): Rows {
  return x.map((row) =>
    Float64Array.from({ length: out }, (_, o) =>
      row.reduce((sum, value, i) => sum + value * w[o * row.length + i]!, 0),
    ),
  );
}

function norm(x: Rows, gain: Float64Array, eps: number): Rows {
  return x.map((row) => {
    const mean = row.reduce((sum, value) => sum + value * value, 0) / row.length;
    return row.map((value, i) => (value / Math.sqrt(mean + eps)) * gain[i]!);
  });
}

function rotate(x: Rows, heads: number, theta: number): Rows {
  return x.map((row, position) => {
    const size = row.length / heads;
    return row.map((value, i) => {
      const inHead = i % size;
      const pair = inHead % (size / 2);
      const angle = position * theta ** ((-2 * pair) / size);
      const partner = inHead < size / 2 ? -row[i + size / 2]! : row[i - size / 2]!;
      return value * Math.cos(angle) + partner * Math.sin(angle);
    });
  });
}

function attention(q: Rows, k: Rows, v: Rows, heads: number): Rows {
  const size = q[0]!.length / heads;
  return q.map((query, t) => {
    const out = new Float64Array(query.length);
    for (let h = 0; h < heads; h++) {
      const scores = Array.from({ length: t + 1 }, (_, s) => {
        let dot = 0;
        for (let i = h * size; i < (h + 1) * size; i++) dot += query[i]! * k[s]![i]!;
        return Math.exp(dot / Math.sqrt(size));
      });
      const total = scores.reduce((sum, value) => sum + value, 0);
      for (let s = 0; s <= t; s++) {
        for (let i = h * size; i < (h + 1) * size; i++) out[i]! += (scores[s]! / total) * v[s]![i]!;
      }
    }
    return out;
  });
}

function plus(a: Rows, b: Rows): Rows {
  return a.map((row, t) => row.map((value, i) => value + b[t]![i]!));
}

/** Logits of what follows every position. */
export function referenceLogits(
  config: ModelConfig,
  weights: ArrayLike<number>,
  adapter: { config: Adapter["config"]; params: ArrayLike<number> } | null,
  tokens: Int32Array,
): Rows {
  const w = named(weightLayout(config), weights);
  const lora = adapter ? named(adapterLayout(config, adapter.config), adapter.params) : new Map();
  const { dim, heads, hiddenDim, normEps, ropeTheta } = config;
  const embedding = w.get("model.embed_tokens.weight")!;
  let x: Rows = Array.from(tokens, (id) => embedding.slice(id * dim, (id + 1) * dim));
  for (let l = 0; l < config.layers; l++) {
    const at = (name: string) => w.get(`model.layers.${l}.${name}.weight`)!;
    const project = (rows: Rows, name: string): Rows => {
      const plain = linear(rows, at(`self_attn.${name}`), dim);
      const prefix = `base_model.model.model.layers.${l}.self_attn.${name}`;
      const a = lora.get(`${prefix}.lora_A.weight`);
      if (!a || !adapter) return plain;
      const { rank, alpha } = adapter.config;
      const up = linear(linear(rows, a, rank), lora.get(`${prefix}.lora_B.weight`)!, dim);
      return plus(
        plain,
        up.map((row) => row.map((value) => (value * alpha) / rank)),
      );
    };
    const h = norm(x, at("input_layernorm"), normEps);
    const q = rotate(project(h, "q_proj"), heads, ropeTheta);
    const k = rotate(project(h, "k_proj"), heads, ropeTheta);
    x = plus(x, linear(attention(q, k, project(h, "v_proj"), heads), at("self_attn.o_proj"), dim));
    const h2 = norm(x, at("post_attention_layernorm"), normEps);
    const gate = linear(h2, at("mlp.gate_proj"), hiddenDim);
    const up = linear(h2, at("mlp.up_proj"), hiddenDim);
    const hidden = gate.map((row, t) => row.map((value, i) => (value / (1 + Math.exp(-value))) * up[t]![i]!));
    x = plus(x, linear(hidden, at("mlp.down_proj"), dim));
  }
  const last = norm(x, w.get("model.norm.weight")!, normEps);
  return linear(last, config.tieEmbeddings ? embedding : w.get("lm_head.weight")!, config.vocabSize);
}

/** weight · Σ −log p over the example's loss tokens. */
export function referenceLoss(
  config: ModelConfig,
  weights: ArrayLike<number>,
  adapter: { config: Adapter["config"]; params: ArrayLike<number> } | null,
  example: Example,
): number {
  const { tokens, lossFrom, weight = 1 } = example;
  const logits = referenceLogits(config, weights, adapter, tokens.slice(0, -1));
  let loss = 0;
  for (let t = lossFrom; t < tokens.length; t++) {
    const row = logits[t - 1]!;
    loss += Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - row[tokens[t]!]!;
  }
  return weight * loss;
}

/** d f / d values[index] by the fourth-order central difference. */
export function derivative(f: (values: Float64Array) => number, values: Float64Array, index: number): number {
  const step = 1e-3;
  const at = (shift: number) => {
    const moved = values.slice();
    moved[index]! += shift;
    return f(moved);
  };
  return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
}
