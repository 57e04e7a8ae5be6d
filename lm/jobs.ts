// What the main thread asks of a worker and what comes back.
import type { ModelConfig } from "./config.ts";
import type { Example } from "./example.ts";
import type { Adapter } from "./lora.ts";

/** The kernels' module and the weights (shared memory), given to every worker at its start. */
export interface WorkerSetup {
  module: WebAssembly.Module;
  config: ModelConfig;
  weights: Float32Array<SharedArrayBuffer>;
  /** Whether the base itself is trained: room for its gradient. */
  trainable: boolean;
  /** tokenizer.json, parsed. */
  tokenizer: unknown;
}

export interface SamplingOptions {
  maxTokens: number;
  temperature: number;
  topP: number;
  seed: number;
  stop: string[];
}

export type Job =
  | { kind: "adapterGradient"; adapter: Adapter; example: Example }
  | { kind: "hessianProducts"; adapter: Adapter; directions: Float32Array[]; example: Example }
  | { kind: "logProb"; adapter: Adapter | null; example: Example }
  | { kind: "baseGradient"; version: number; examples: Example[] }
  | {
      kind: "generate";
      adapter: Adapter | null;
      prompt: Int32Array;
      options: SamplingOptions;
      /** One i32 in shared memory; not 0 once the caller has given up. */
      cancelled: Int32Array<SharedArrayBuffer>;
    };

/** Σ log p of an example's (or a shard's) loss tokens, and the gradient of the weighted loss where asked for. */
export interface Scored {
  logProb: number;
  gradient: Float32Array<ArrayBuffer> | null;
}

/** The gradient of an example's weighted loss, and its derivative in each direction, one after the other. */
export interface Curved extends Scored {
  gradient: Float32Array<ArrayBuffer>;
  products: Float32Array<ArrayBuffer>;
}

/** A token as generation streams it; `text` is what has become certain to be part of the answer. */
export interface StreamedToken {
  id: number;
  text: string;
  logProb: number;
}

export interface Generation {
  /** The generated tokens, with the end-of-text token where that ended it. */
  tokens: Int32Array;
  /** Their text, without the stop string that ended it. */
  text: string;
  /** log p of each token (nats), at temperature 1. */
  logProbs: number[];
  /** "stop": the end-of-text token or a stop string; "length": maxTokens or the model's last position. */
  finish: "stop" | "length";
}

export type JobResult = Scored | Curved | Generation;

export type WorkerMessage = { result: JobResult } | { error: string } | { token: StreamedToken };
