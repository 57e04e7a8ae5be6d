// LoRA (Hu et al., 2021): y = x Wᵀ + (alpha / rank) · (x Aᵀ) Bᵀ with A [rank, in] and B [out, rank].
import type { ModelConfig } from "./config.ts";
import { InputError } from "./errors.ts";
import { layoutSize, packSlots, type TensorSlot } from "./layout.ts";
import { Random } from "./random.ts";

export type LoraTarget = "q_proj" | "v_proj";

/** In this order the targets of a layer stand in the flat array, whatever the order in the config. */
export const LORA_TARGETS: readonly LoraTarget[] = ["q_proj", "v_proj"];

export interface LoraConfig {
  rank: number;
  alpha: number;
  targets: LoraTarget[];
}

export interface Adapter {
  config: LoraConfig;
  /** Flat f32: layers from the first to the last, in each q_proj then v_proj, of each A [rank, dim] then B [dim, rank]. */
  params: Float32Array;
}

/** Throws an InputError unless rank, alpha and targets make sense for the model. */
export function checkLora(config: ModelConfig, lora: LoraConfig): void {
  if (!Number.isSafeInteger(lora.rank) || lora.rank < 1 || lora.rank > config.dim) {
    throw new InputError(`LoRA: the rank must be an integer from 1 to ${config.dim}, not ${lora.rank}`);
  }
  if (!(lora.alpha > 0 && Number.isFinite(lora.alpha))) {
    throw new InputError(`LoRA: alpha must be a positive number, not ${lora.alpha}`);
  }
  if (lora.targets.length === 0 || new Set(lora.targets).size !== lora.targets.length) {
    throw new InputError("LoRA: name each target once, and at least one");
  }
  for (const target of lora.targets) {
    if (!LORA_TARGETS.includes(target))
      throw new InputError(`LoRA: no target ${target}, only ${LORA_TARGETS.join(", ")}`);
  }
}

/** Name, shape and place of each tensor of an adapter; the names are PEFT's. */
export function adapterLayout(config: ModelConfig, lora: LoraConfig): TensorSlot[] {
  checkLora(config, lora);
  const tensors: [string, number[]][] = [];
  for (let l = 0; l < config.layers; l++) {
    for (const target of LORA_TARGETS.filter((name) => lora.targets.includes(name))) {
      const prefix = `base_model.model.model.layers.${l}.self_attn.${target}`;
      tensors.push([`${prefix}.lora_A.weight`, [lora.rank, config.dim]]);
      tensors.push([`${prefix}.lora_B.weight`, [config.dim, lora.rank]]);
    }
  }
  return packSlots(tensors);
}

/** Number of parameters of an adapter. */
export function adapterSize(config: ModelConfig, lora: LoraConfig): number {
  return layoutSize(adapterLayout(config, lora));
}

/** A fresh adapter: A uniform in ±1 / sqrt(dim), drawn in layout order, and B zero, so that it changes nothing yet. */
export function initAdapter(config: ModelConfig, lora: LoraConfig, seed: number): Adapter {
  const slots = adapterLayout(config, lora);
  const params = new Float32Array(layoutSize(slots));
  const random = new Random(seed);
  const bound = 1 / Math.sqrt(config.dim);
  for (const { name, offset, size } of slots) {
    if (!name.includes("lora_A")) continue;
    for (let i = offset; i < offset + size; i++) params[i] = (2 * random.uniform() - 1) * bound;
  }
  return { config: { ...lora, targets: [...lora.targets] }, params };
}

/** Throws an InputError unless the adapter's parameters have the size that its config asks for. */
export function checkAdapter(config: ModelConfig, adapter: Adapter): void {
  const size = adapterSize(config, adapter.config);
  if (adapter.params.length !== size) {
    throw new InputError(`adapter: ${adapter.params.length} parameters, but its config asks for ${size}`);
  }
}
