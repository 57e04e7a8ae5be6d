// The safetensors format (Hugging Face): u64 header length, JSON header {name: {dtype, shape, data_offsets}}, then the
// data, little-endian. Only f32 is written and read.
import { InputError } from "./errors.ts";

export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** Bytes of a safetensors file with the tensors in the order of the map; equal input gives equal bytes. */
export function encodeSafetensors(tensors: Map<string, Tensor>, metadata: Record<string, string> = {}): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (product(shape) !== data.length) {
      throw new InputError(`tensor ${name}: ${data.length} values do not have the shape [${shape}]`);
    }
    header[name] = { dtype: "F32", shape, data_offsets: [end, (end += data.byteLength)] };
  }
  const json = JSON.stringify(header);
  // padded with spaces, so that the data begins at a multiple of 8
  const head = Buffer.from(json + " ".repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const bytes = Buffer.alloc(8 + head.length + end);
  bytes.writeBigUInt64LE(BigInt(head.length));
  head.copy(bytes, 8);
  let at = 8 + head.length;
  for (const { data } of tensors.values()) {
    for (const value of data) at = bytes.writeFloatLE(value, at);
  }
  return bytes;
}

/**
 * Tensors and metadata of a safetensors file. Throws an InputError, prefixed with `name`, on a truncated or malformed
 * file, another type than F32, gaps, overlaps, and values that are not finite.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name: string,
): { tensors: Map<string, Tensor>; metadata: Record<string, string> } {
  const fail = (reason: string) => new InputError(`${name}: ${reason}`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 8) throw fail(`truncated: ${buffer.length} bytes hold no header length`);
  const length = buffer.readBigUInt64LE();
  if (length > BigInt(buffer.length - 8)) {
    throw fail(`truncated or not safetensors: a header of ${length} bytes in a file of ${buffer.length}`);
  }
  const start = 8 + Number(length);
  const data = buffer.subarray(start);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(buffer.toString("utf8", 8, start));
  } catch (error) {
    throw fail(`the header is not JSON (${(error as Error).message})`);
  }
  if (typeof header !== "object" || header === null) throw fail("the header is not an object");

  const tensors = new Map<string, Tensor>();
  let metadata: Record<string, string> = {};
  let end = 0;
  const entries: [string, { dtype: string; shape: number[]; data_offsets: [number, number] }][] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") metadata = value as Record<string, string>;
    else entries.push([key, checkEntry(value, `tensor ${key}`, fail)]);
  }
  entries.sort((a, b) => a[1].data_offsets[0] - b[1].data_offsets[0]);
  for (const [key, { shape, data_offsets }] of entries) {
    const [from, to] = data_offsets;
    if (from !== end) throw fail(`tensor ${key} begins at byte ${from}, not at ${end}`);
    if (to > data.length) throw fail(`truncated: tensor ${key} ends at byte ${to} of ${data.length}`);
    if (to - from !== product(shape) * 4)
      throw fail(`tensor ${key}: ${to - from} bytes do not have the shape [${shape}]`);
    const values = new Float32Array((to - from) / 4);
    for (let i = 0; i < values.length; i++) {
      values[i] = data.readFloatLE(from + 4 * i);
      if (!Number.isFinite(values[i])) throw fail(`tensor ${key}: the value at ${i} is ${values[i]}`);
    }
    tensors.set(key, { shape, data: values });
    end = to;
  }
  if (end !== data.length) throw fail(`${data.length - end} bytes after the last tensor`);
  return { tensors, metadata };
}

function checkEntry(value: unknown, name: string, fail: (reason: string) => InputError) {
  const entry = value as { dtype?: unknown; shape?: unknown; data_offsets?: unknown } | null;
  const naturals = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((item) => Number.isSafeInteger(item) && item >= 0);
  if (entry?.dtype !== "F32") throw fail(`${name}: only F32 can be read, not ${entry?.dtype}`);
  const { shape, data_offsets } = entry;
  if (!naturals(shape) || !naturals(data_offsets) || data_offsets.length !== 2) {
    throw fail(`${name}: shape or data_offsets are malformed`);
  }
  return { dtype: "F32", shape, data_offsets: data_offsets as [number, number] };
}

function product(shape: number[]): number {
  return shape.reduce((total, length) => total * length, 1);
}
