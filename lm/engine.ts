// The engine: a base model on worker threads. Results are equal to the bit whatever the number of threads, since every
// example is one worker's whole job and the main thread adds up in the order of the examples.
import type { Base } from "./base.ts";
import { InputError } from "./errors.ts";
import { checkExample, checkTokens, type Example, lossTokens } from "./example.ts";
import type { Generation, StreamedToken } from "./jobs.ts";
import { type Adapter, adapterSize, checkAdapter } from "./lora.ts";
import { Pool, shared } from "./pool.ts";

export interface Gradient {
  /** weight · Σ −log p over the loss tokens, nats. */
  loss: number;
  /** Number of loss tokens. */
  tokens: number;
  /** d loss / d params, in the order of `adapterLayout`. */
  gradient: Float32Array;
}

/** Gradient of one example, and what its Hessian in the adapter's parameters makes of some directions. */
export interface Curvature extends Gradient {
  /** H · direction for each direction, where H is the Hessian of the loss. */
  products: Float32Array[];
}

export interface GenerateOptions {
  maxTokens: number;
  /** 0 (the default) always takes the likeliest token. */
  temperature?: number;
  /** Share of the probability that sampling keeps, (0, 1]; default 1. */
  topP?: number;
  /** Seed of the sampling; default 0. */
  seed?: number;
  /** Strings before which the answer ends. */
  stop?: string[];
  onToken?: (token: StreamedToken) => void;
  /** Ends generation at the next token; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

export class Engine {
  readonly base: Base;
  private readonly pool: Pool;

  private constructor(base: Base, pool: Pool) {
    this.base = base;
    this.pool = pool;
  }

  static async create(base: Base, opts: { threads?: number } = {}): Promise<Engine> {
    const setup = {
      config: base.config,
      weights: shared(base.weights),
      trainable: false,
      tokenizer: base.tokenizer.toJSON(),
    };
    return new Engine(base, await Pool.create(setup, opts.threads));
  }

  /** Loss and gradient of each example by itself. One of weight 0 costs nothing. */
  async gradients(adapter: Adapter, examples: Example[]): Promise<Gradient[]> {
    this.check(adapter, examples);
    const size = adapter.params.length;
    return Promise.all(
      examples.map(async (example) => {
        if (example.weight === 0) return { loss: 0, tokens: lossTokens(example), gradient: new Float32Array(size) };
        const { logProb, gradient } = await this.pool.run({ kind: "adapterGradient", adapter, example });
        return { loss: -(example.weight ?? 1) * logProb, tokens: lossTokens(example), gradient: gradient! };
      }),
    );
  }

  /**
   * Loss and gradient of each example by itself with its Hessian's products with `directions` (each as long as the
   * adapter's parameters; those in shared memory are not copied). Exact derivatives of the gradient, not differences. The
   * bits of one product do not depend on the other directions.
   */
  async hessianProducts(adapter: Adapter, directions: Float32Array[], examples: Example[]): Promise<Curvature[]> {
    this.check(adapter, examples);
    const size = adapter.params.length;
    for (const [n, { length }] of directions.entries()) {
      if (length !== size) throw new InputError(`direction ${n}: ${length} elements, but the adapter has ${size}`);
    }
    return Promise.all(
      examples.map(async (example) => {
        const job = { kind: "hessianProducts", adapter, directions, example } as const;
        const { logProb, gradient, products } = await this.pool.run(job);
        return {
          loss: -(example.weight ?? 1) * logProb,
          tokens: lossTokens(example),
          gradient,
          products: directions.map((_, n) => products.subarray(n * size, (n + 1) * size)),
        };
      }),
    );
  }

  /** Loss and gradient of all examples together: summed in f64 in their order, then rounded. */
  async gradient(adapter: Adapter, examples: Example[]): Promise<Gradient> {
    return this.sum(adapter, await this.gradients(adapter, examples));
  }

  /** What `gradient` makes of the gradients of its examples. */
  sum(adapter: Adapter, parts: readonly Gradient[]): Gradient {
    const sum = new Float64Array(adapterSize(this.base.config, adapter.config));
    let loss = 0;
    let tokens = 0;
    for (const part of parts) {
      loss += part.loss;
      tokens += part.tokens;
      for (let i = 0; i < sum.length; i++) sum[i]! += part.gradient[i]!;
    }
    return { loss, tokens, gradient: Float32Array.from(sum) };
  }

  /** Σ log p (nats) of each example's loss tokens, weights aside; without an adapter those of the base. */
  async logProbs(adapter: Adapter | null, examples: Example[]): Promise<Float64Array> {
    this.check(adapter, examples);
    const scores = examples.map((example) => this.pool.run({ kind: "logProb", adapter, example }));
    return Float64Array.from(await Promise.all(scores), ({ logProb }) => logProb);
  }

  /** Continues a prompt of 1 to maxSeq tokens. The same inputs and seed give the same answer. */
  async generate(adapter: Adapter | null, prompt: Int32Array, opts: GenerateOptions): Promise<Generation> {
    const { temperature = 0, topP = 1, seed = 0, stop = [], maxTokens, onToken, signal } = opts;
    const { config } = this.base;
    if (adapter) checkAdapter(config, adapter);
    if (prompt.length < 1 || prompt.length > config.maxSeq) {
      throw new InputError(`prompt: ${prompt.length} tokens, but the model takes 1 to ${config.maxSeq}`);
    }
    checkTokens(config, prompt, "prompt");
    if (!Number.isSafeInteger(maxTokens) || maxTokens < 1) {
      throw new InputError(`maxTokens must be a positive integer, not ${maxTokens}`);
    }
    if (!(temperature >= 0 && Number.isFinite(temperature))) {
      throw new InputError(`the temperature must be a number from 0 on, not ${temperature}`);
    }
    if (!(topP > 0 && topP <= 1)) throw new InputError(`topP must lie above 0 and at most at 1, not ${topP}`);
    if (!Number.isSafeInteger(seed)) throw new InputError(`the seed must be an integer, not ${seed}`);

    signal?.throwIfAborted();
    const cancelled = new Int32Array(new SharedArrayBuffer(4));
    const cancel = () => Atomics.store(cancelled, 0, 1);
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const options = { maxTokens, temperature, topP, seed, stop };
      const generation = await this.pool.run({ kind: "generate", adapter, prompt, options, cancelled }, onToken);
      signal?.throwIfAborted();
      return generation;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Ends the worker threads. */
  close(): Promise<void> {
    return this.pool.close();
  }

  private check(adapter: Adapter | null, examples: Example[]): void {
    if (adapter) checkAdapter(this.base.config, adapter);
    for (const [i, example] of examples.entries()) checkExample(this.base.config, example, `example ${i}`);
  }
}
