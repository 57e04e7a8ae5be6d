// Dimensions of a Llama-style decoder, and their Hugging Face config.json.
import { InputError } from "./errors.ts";

export interface ModelConfig {
  /** Tokens in the vocabulary; a multiple of 4. */
  vocabSize: number;
  /** Width of the residual stream. */
  dim: number;
  layers: number;
  /** Attention heads, each dim / heads wide (a multiple of 8). */
  heads: number;
  /** Width of the SwiGLU layer; a multiple of 4. */
  hiddenDim: number;
  /** Positions that the model sees; an example has at most one token more, which is only predicted. */
  maxSeq: number;
  ropeTheta: number;
  normEps: number;
  /** Whether the output matrix is the embedding matrix. */
  tieEmbeddings: boolean;
}

/** Throws an InputError that names the first dimension the kernels cannot work with. */
export function checkConfig(config: ModelConfig): void {
  for (const key of ["vocabSize", "dim", "layers", "heads", "hiddenDim", "maxSeq"] as const) {
    const value = config[key];
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new InputError(`model config: ${key} must be a positive integer, not ${value}`);
    }
  }
  const headDim = config.dim / config.heads;
  if (!Number.isInteger(headDim) || headDim % 8 !== 0) {
    throw new InputError(`model config: dim / heads must be a multiple of 8, not ${config.dim} / ${config.heads}`);
  }
  for (const key of ["vocabSize", "hiddenDim"] as const) {
    if (config[key] % 4 !== 0) throw new InputError(`model config: ${key} must be a multiple of 4, not ${config[key]}`);
  }
  if (!(config.ropeTheta > 1 && Number.isFinite(config.ropeTheta))) {
    throw new InputError(`model config: ropeTheta must be a number above 1, not ${config.ropeTheta}`);
  }
  if (!(config.normEps > 0 && config.normEps < 1)) {
    throw new InputError(`model config: normEps must lie between 0 and 1, not ${config.normEps}`);
  }
}

/** The config as Hugging Face's LlamaConfig writes it. */
export function configToJson(config: ModelConfig, eos: number): Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"],
    attention_bias: false,
    bos_token_id: eos,
    eos_token_id: eos,
    head_dim: config.dim / config.heads,
    hidden_act: "silu",
    hidden_size: config.dim,
    intermediate_size: config.hiddenDim,
    max_position_embeddings: config.maxSeq,
    mlp_bias: false,
    model_type: "llama",
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.heads,
    rms_norm_eps: config.normEps,
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tieEmbeddings,
    torch_dtype: "float32",
    vocab_size: config.vocabSize,
  };
}

/** The config out of a LlamaConfig; throws an InputError where it asks for what this model does not have. */
export function configFromJson(json: unknown): ModelConfig {
  if (typeof json !== "object" || json === null) throw new InputError("config.json: not an object");
  const fields = json as Record<string, unknown>;
  const number = (key: string): number => {
    const value = fields[key];
    if (typeof value !== "number") throw new InputError(`config.json: ${key} must be a number`);
    return value;
  };
  const expected: Record<string, unknown> = {
    model_type: "llama",
    hidden_act: "silu",
    attention_bias: false,
    mlp_bias: false,
  };
  for (const [key, value] of Object.entries(expected)) {
    if (fields[key] !== undefined && fields[key] !== value) {
      throw new InputError(`config.json: ${key} must be ${JSON.stringify(value)}, not ${JSON.stringify(fields[key])}`);
    }
  }
  if (fields.rope_scaling) throw new InputError("config.json: rope_scaling is not supported");
  const config: ModelConfig = {
    vocabSize: number("vocab_size"),
    dim: number("hidden_size"),
    layers: number("num_hidden_layers"),
    heads: number("num_attention_heads"),
    hiddenDim: number("intermediate_size"),
    maxSeq: number("max_position_embeddings"),
    ropeTheta: number("rope_theta"),
    normEps: number("rms_norm_eps"),
    tieEmbeddings: fields.tie_word_embeddings === true,
  };
  const keyHeads = fields.num_key_value_heads ?? config.heads;
  if (keyHeads !== config.heads) {
    throw new InputError(`config.json: num_key_value_heads must equal num_attention_heads, not ${keyHeads}`);
  }
  checkConfig(config);
  return config;
}
