// Keccak-256 by an own WebAssembly module: messages of any length, and pairs of words in bulk through one buffer.
import { compiled } from "../../wasm/compile.ts";

interface KeccakExports {
  memory: WebAssembly.Memory;
  heapBase(): number;
  hashPairs(n: number, from: number, to: number): void;
  start(): void;
  absorb(blocks: number, from: number): void;
  finish(length: number, from: number, to: number): void;
}

const RATE = 136;
// a multiple of the rate and of 64, small enough to stay in the processor's nearest cache
const BUFFER = RATE * 64 * 3;
const PAGE = 65536;

const binary = await compiled("keccak", new URL("./assembly/", import.meta.url));
const { memory, ...call } = new WebAssembly.Instance(await WebAssembly.compile(binary)).exports as KeccakExports;
const at = call.heapBase();
memory.grow(Math.ceil((at + BUFFER + 2 * RATE) / PAGE));

/**
 * The buffer that {@link hashPairs} works on, room for {@link BUFFER_PAIRS} pairs; {@link keccak} overwrites it. The same
 * bytes once as such and once as int32, which copy faster one by one.
 */
export const buffer = new Uint8Array(memory.buffer, at, BUFFER + 2 * RATE);
export const bufferInts = new Int32Array(memory.buffer, at, (BUFFER + 2 * RATE) / 4);
export const BUFFER_PAIRS = BUFFER / 64;

/** Replaces the first `n` ≤ {@link BUFFER_PAIRS} pairs of 32-byte words in {@link buffer} by their `n` keccak256. */
export function hashPairs(n: number): void {
  call.hashPairs(n, at, at);
}

/** keccak256 of bytes, as bytes (32). */
export function keccak(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  call.start();
  let done = 0;
  for (; bytes.length - done > BUFFER; done += BUFFER) {
    buffer.set(bytes.subarray(done, done + BUFFER));
    call.absorb(BUFFER / RATE, at);
  }
  buffer.set(done === 0 ? bytes : bytes.subarray(done));
  call.finish(bytes.length - done, at, at);
  return buffer.slice(0, 32) as Uint8Array<ArrayBuffer>;
}
