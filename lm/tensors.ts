// Between a flat array with its layout and the tensors of a file.
import { InputError } from "./errors.ts";
import { layoutSize, type TensorSlot } from "./layout.ts";
import type { Tensor } from "./safetensors.ts";

/** The tensors of a flat array. */
export function toTensors(slots: TensorSlot[], values: Float32Array): Map<string, Tensor> {
  return new Map(
    slots.map(({ name, shape, offset, size }) => [name, { shape, data: values.subarray(offset, offset + size) }]),
  );
}

/** The flat array of a file's tensors; throws an InputError, prefixed with `file`, unless these are exactly the slots. */
export function fromTensors(slots: TensorSlot[], tensors: Map<string, Tensor>, file: string): Float32Array {
  const values = new Float32Array(layoutSize(slots));
  for (const { name, shape, offset } of slots) {
    const tensor = tensors.get(name);
    if (!tensor) throw new InputError(`${file}: no tensor ${name}`);
    if (tensor.shape.join() !== shape.join()) {
      throw new InputError(`${file}: tensor ${name} has the shape [${tensor.shape}], but the model needs [${shape}]`);
    }
    values.set(tensor.data, offset);
  }
  const known = new Set(slots.map(({ name }) => name));
  for (const name of tensors.keys()) if (!known.has(name)) throw new InputError(`${file}: unknown tensor ${name}`);
  return values;
}
