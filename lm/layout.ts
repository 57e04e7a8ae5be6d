// Where each tensor stands in the flat f32 array of all weights: the order and the names of Hugging Face's Llama.
import type { ModelConfig } from "./config.ts";

/** A tensor inside a flat array; offset and size in elements. */
export interface TensorSlot {
  name: string;
  shape: number[];
  offset: number;
  size: number;
}

/** Names of the seven matrices and two gains of a layer, in their order in the flat array. */
export type LayerTensor =
  | "input_layernorm"
  | "self_attn.q_proj"
  | "self_attn.k_proj"
  | "self_attn.v_proj"
  | "self_attn.o_proj"
  | "post_attention_layernorm"
  | "mlp.gate_proj"
  | "mlp.up_proj"
  | "mlp.down_proj";

/** Name of a layer's tensor. */
export function layerTensor(layer: number, tensor: LayerTensor): string {
  return `model.layers.${layer}.${tensor}.weight`;
}

/** Slots in the order given, one after the other. */
export function packSlots(tensors: [name: string, shape: number[]][]): TensorSlot[] {
  let offset = 0;
  return tensors.map(([name, shape]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const slot = { name, shape, offset, size };
    offset += size;
    return slot;
  });
}

/** All weights: embedding, layers from the first to the last, last gain, and the output matrix unless it is tied. */
export function weightLayout(config: ModelConfig): TensorSlot[] {
  const { vocabSize, dim, hiddenDim } = config;
  const tensors: [string, number[]][] = [["model.embed_tokens.weight", [vocabSize, dim]]];
  for (let l = 0; l < config.layers; l++) {
    tensors.push(
      [layerTensor(l, "input_layernorm"), [dim]],
      [layerTensor(l, "self_attn.q_proj"), [dim, dim]],
      [layerTensor(l, "self_attn.k_proj"), [dim, dim]],
      [layerTensor(l, "self_attn.v_proj"), [dim, dim]],
      [layerTensor(l, "self_attn.o_proj"), [dim, dim]],
      [layerTensor(l, "post_attention_layernorm"), [dim]],
      [layerTensor(l, "mlp.gate_proj"), [hiddenDim, dim]],
      [layerTensor(l, "mlp.up_proj"), [hiddenDim, dim]],
      [layerTensor(l, "mlp.down_proj"), [dim, hiddenDim]],
    );
  }
  tensors.push(["model.norm.weight", [dim]]);
  if (!config.tieEmbeddings) tensors.push(["lm_head.weight", [vocabSize, dim]]);
  return packSlots(tensors);
}

/** Number of elements that a layout covers. */
export function layoutSize(slots: TensorSlot[]): number {
  const last = slots.at(-1);
  return last ? last.offset + last.size : 0;
}
