// Adapters as folders in PEFT's layout: adapter_config.json and adapter_model.safetensors. The base that an adapter
// belongs to stands in `revision`, PEFT's field for the exact version of the base model.
import type { Base } from "./base.ts";
import { InputError } from "./errors.ts";
import { type Hash, hashParts, jsonBytes, parsePart, readPart, writeParts } from "./files.ts";
import {
  type Adapter,
  adapterLayout,
  checkAdapter,
  checkLora,
  LORA_TARGETS,
  type LoraConfig,
  type LoraTarget,
} from "./lora.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { fromTensors, toTensors } from "./tensors.ts";

const CONFIG = "adapter_config.json";
const MODEL = "adapter_model.safetensors";

/**
 * Writes an adapter; `hash` is the sha256 of both files, each preceded by its length (u64, little-endian). Throws an
 * InputError, and writes nothing, on parameters that are not finite or do not fit.
 */
export async function saveAdapter(adapter: Adapter, base: Base, dir: string): Promise<{ hash: Hash }> {
  checkAdapter(base.config, adapter);
  const bad = adapter.params.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`adapter: parameter ${bad} is ${adapter.params[bad]}`);
  const { rank, alpha, targets } = adapter.config;
  const config = {
    base_model_name_or_path: "base",
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: "LORA",
    r: rank,
    revision: base.hash,
    target_modules: LORA_TARGETS.filter((target) => targets.includes(target)),
    task_type: "CAUSAL_LM",
    use_rslora: false,
  };
  const slots = adapterLayout(base.config, adapter.config);
  const parts = {
    [CONFIG]: jsonBytes(config),
    [MODEL]: encodeSafetensors(toTensors(slots, adapter.params), { format: "pt" }),
  };
  await writeParts(dir, parts);
  return { hash: hashParts(Object.values(parts)) };
}

/** Reads an adapter for this base. Throws an InputError on another base, a missing tensor or a wrong shape. */
export async function loadAdapter(dir: string, base: Base): Promise<Adapter & { hash: Hash }> {
  const [configBytes, modelBytes] = await Promise.all([readPart(dir, CONFIG), readPart(dir, MODEL)]);
  const config = readConfig(parsePart(dir, CONFIG, configBytes), base);
  checkLora(base.config, config);
  const { tensors } = decodeSafetensors(modelBytes, MODEL);
  const params = fromTensors(adapterLayout(base.config, config), tensors, MODEL);
  return { config, params, hash: hashParts([configBytes, modelBytes]) };
}

function readConfig(json: unknown, base: Base): LoraConfig {
  const fields = (json ?? {}) as Record<string, unknown>;
  const fail = (reason: string) => new InputError(`${CONFIG}: ${reason}`);
  if (fields.peft_type !== "LORA") throw fail(`peft_type must be "LORA", not ${JSON.stringify(fields.peft_type)}`);
  if (fields.revision !== base.hash) {
    throw fail(`the adapter belongs to the base ${fields.revision}, but this one is ${base.hash}`);
  }
  if (fields.use_rslora || (fields.bias ?? "none") !== "none" || fields.modules_to_save) {
    throw fail("use_rslora, bias and modules_to_save are not supported");
  }
  const { r, lora_alpha, target_modules } = fields;
  if (typeof r !== "number" || typeof lora_alpha !== "number" || !Array.isArray(target_modules)) {
    throw fail("r, lora_alpha or target_modules are missing");
  }
  return { rank: r, alpha: lora_alpha, targets: target_modules as LoraTarget[] };
}
