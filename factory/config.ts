// What a run of the factory is told besides its data; all of it goes into the manifest.
import { LORA_TARGETS, type LoraTarget, OPTIMISERS, type Optimiser } from "../lm/index.ts";
import { FactoryError } from "./errors.ts";

export interface FactoryConfig {
  /** LoRA rank r. */
  rank: number;
  /** LoRA alpha: the adapter's output is scaled by alpha / rank. */
  alpha: number;
  targets: LoraTarget[];
  /** `sgd` has momentum. Adam divides the scale of the loss away, so what it trained is explained and never settled. */
  optimiser: Optimiser;
  /** Peak rate of the optimiser on the mean loss per token. */
  learningRate: number;
  /** Of SGD. */
  momentum: number;
  /** Share of the steps that warm up, in [0, 1); linear decay to 0 follows. */
  warmup: number;
  /** Passes over the sample. */
  epochs: number;
  /** Examples per step. */
  batchSize: number;
  /** Of the initial adapter and of the order of the examples; a uint32. */
  seed: number;
  /** Training takes at least so many tokens where there are as many. */
  sampleTokens: number;
  /** Evaluation takes at least so many tokens of the held-out rows where there are as many. */
  evaluationTokens: number;
  /** Name of the engine that attributes the version. */
  engine: string;
}

/** For the shipped base. It learns much in few steps, and is too rough for tangents: trajectories attribute it. */
export const DEFAULT_CONFIG: Readonly<FactoryConfig> = {
  rank: 8,
  alpha: 16,
  targets: ["q_proj", "v_proj"],
  optimiser: "sgd",
  learningRate: 0.5,
  momentum: 0.9,
  warmup: 0.1,
  epochs: 12,
  batchSize: 16,
  seed: 1,
  sampleTokens: 60_000,
  evaluationTokens: 40_000,
  engine: "trajectory",
};

/** The defaults with `overrides` in their place; throws a FactoryError that names the first value that makes no sense. */
export function resolveConfig(overrides: Partial<FactoryConfig> = {}): FactoryConfig {
  const config = { ...DEFAULT_CONFIG, ...overrides };
  const unknown = Object.keys(overrides).find((key) => !Object.hasOwn(DEFAULT_CONFIG, key));
  if (unknown !== undefined) throw new FactoryError("bad-config", `config: no such key ${unknown}`);
  const demand = (key: keyof FactoryConfig, valid: boolean, rule: string) => {
    if (!valid)
      throw new FactoryError("bad-config", `config: ${key} must be ${rule}, not ${JSON.stringify(config[key])}`);
  };
  for (const key of ["rank", "epochs", "batchSize", "sampleTokens", "evaluationTokens"] as const) {
    demand(key, Number.isSafeInteger(config[key]) && config[key] > 0, "a positive integer");
  }
  for (const key of ["alpha", "learningRate"] as const) {
    demand(key, Number.isFinite(config[key]) && config[key] > 0, "a positive number");
  }
  for (const key of ["momentum", "warmup"] as const) {
    demand(key, config[key] >= 0 && config[key] < 1, "a number in [0, 1)");
  }
  demand("optimiser", OPTIMISERS.includes(config.optimiser), `one of ${OPTIMISERS.join(", ")}`);
  demand("engine", /^[a-z][a-z0-9-]*$/.test(config.engine), "the name of an engine");
  demand("seed", config.seed === config.seed >>> 0, "an integer from 0 to 2^32 - 1");
  const { targets } = config;
  const known =
    Array.isArray(targets) && targets.length > 0 && targets.every((target) => LORA_TARGETS.includes(target));
  demand(
    "targets",
    known && new Set(targets).size === targets.length,
    `of ${LORA_TARGETS.join(", ")}, each at most once`,
  );
  return { ...config, targets: LORA_TARGETS.filter((target) => targets.includes(target)) };
}
