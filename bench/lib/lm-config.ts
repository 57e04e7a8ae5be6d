// How the language model of the attribution figures is trained.
import { type FactoryConfig, resolveConfig } from "../../factory/index.ts";

/**
 * A large alpha with a small rate keeps the two matrices of LoRA from bending the path together, and small batches give
 * many small steps. Spelt out, so that other defaults leave the figures alone.
 */
export const LM_CONFIG: FactoryConfig = resolveConfig({
  rank: 32,
  alpha: 256,
  targets: ["q_proj", "v_proj"],
  optimiser: "sgd",
  epochs: 1,
  batchSize: 4,
  learningRate: 0.008,
  momentum: 0.9,
  warmup: 0.3,
  seed: 1,
  // all that the groups hold
  sampleTokens: 1_000_000,
  evaluationTokens: 1_000_000,
});

/** Training tokens of a contribution at least, before what the factory holds out; fewer where a file has fewer. */
export const TOKENS = 10_000;
/** The same for one of twenty contributions. */
export const TOKENS_OF_TWENTY = 3_500;
/** One row in so many is a reference answer. */
export const REFERENCE_EVERY = 5;
/** Tokens of a served answer at most. */
export const SERVED_TOKENS = 48;
