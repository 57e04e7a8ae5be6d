// A base model as a folder in Hugging Face's layout: config.json, tokenizer.json, model.safetensors.
import { checkConfig, configFromJson, configToJson, type ModelConfig } from "./config.ts";
import { InputError } from "./errors.ts";
import { type Hash, hashParts, jsonBytes, parsePart, readPart, writeParts } from "./files.ts";
import { layoutSize, weightLayout } from "./layout.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { fromTensors, toTensors } from "./tensors.ts";
import { Tokenizer } from "./tokenizer.ts";

export interface Base {
  config: ModelConfig;
  tokenizer: Tokenizer;
  /** All weights, flat, in the order of `weightLayout`. */
  weights: Float32Array;
  /** sha256 of config.json, tokenizer.json and model.safetensors, each preceded by its length (u64, little-endian). */
  hash: Hash;
}

/** Reads a base model. Throws an InputError that names the file and what is wrong with it. */
export async function loadBase(dir: string): Promise<Base> {
  const [config, tokenizer, model] = await Promise.all([
    readPart(dir, "config.json"),
    readPart(dir, "tokenizer.json"),
    readPart(dir, "model.safetensors"),
  ]);
  const parsed = configFromJson(parsePart(dir, "config.json", config));
  const { tensors } = decodeSafetensors(model, "model.safetensors");
  const base = {
    config: parsed,
    tokenizer: Tokenizer.load(parsePart(dir, "tokenizer.json", tokenizer)),
    weights: fromTensors(weightLayout(parsed), tensors, "model.safetensors"),
    hash: hashParts([config, tokenizer, model]),
  };
  checkVocabulary(base);
  return base;
}

/** Writes a base model; equal models give equal files and hashes. */
export async function saveBase(base: Omit<Base, "hash">, dir: string): Promise<{ hash: Hash }> {
  const parts = baseParts(base);
  await writeParts(dir, parts);
  return { hash: hashParts(Object.values(parts)) };
}

/** A base model held in memory only, with the hash that it would have on disk. */
export function makeBase(base: Omit<Base, "hash">): Base {
  return { ...base, hash: hashParts(Object.values(baseParts(base))) };
}

function baseParts(base: Omit<Base, "hash">): Record<string, Uint8Array> {
  checkConfig(base.config);
  checkVocabulary(base);
  const slots = weightLayout(base.config);
  if (base.weights.length !== layoutSize(slots)) {
    throw new InputError(`base: ${base.weights.length} weights, but its config asks for ${layoutSize(slots)}`);
  }
  return {
    "config.json": jsonBytes(configToJson(base.config, base.tokenizer.eos)),
    "tokenizer.json": jsonBytes(base.tokenizer.toJSON()),
    "model.safetensors": encodeSafetensors(toTensors(slots, base.weights), { format: "pt" }),
  };
}

/** Throws an InputError unless the model has an embedding for every token. */
export function checkVocabulary(base: Pick<Base, "config" | "tokenizer">): void {
  if (base.tokenizer.vocabSize > base.config.vocabSize) {
    throw new InputError(
      `base: the tokenizer has ${base.tokenizer.vocabSize} tokens, but the model only ${base.config.vocabSize}`,
    );
  }
}
