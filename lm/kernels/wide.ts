// V8 can join neighbouring 128-bit operations of WebAssembly into 256-bit ones (its "revectoriser", on x64 with AVX2),
// which is an experiment of V8's, behind a flag, and nearly doubles the speed. So the kernels are compiled that way only where
// a test at the start finds every bit equal to the plain kernels', and the products quicker.
import { setFlagsFromString } from "node:v8";
import { Kernels, type Pointer } from "./index.ts";

/** Name of the custom section that marks a module as compiled for 256 bits; it also keeps V8 from sharing the plain code. */
export const WIDE = "wide";

/**
 * Flags to compile with, each with what is V8's default; all code at once and optimised, so that the test sees what runs, and
 * without inlining, which in V8 14 ends the process where no slower code ran before to count calls.
 */
const FLAGS = [
  ["--experimental-wasm-revectorize", "--no-experimental-wasm-revectorize"],
  ["--no-liftoff", "--liftoff"],
  ["--no-wasm-lazy-compilation", "--wasm-lazy-compilation"],
  ["--no-wasm-inlining", "--wasm-inlining"],
] as const;

/** V8's flags for a module of 256 bits. */
export const WIDE_FLAGS: readonly string[] = FLAGS.map(([on]) => on);

/** The module that computes the same bits quickest on this machine; the plain one where TRIBUTARY_KERNELS is "plain". */
export function quickestModule(binary: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const plain = new WebAssembly.Module(binary);
  if (process.env.TRIBUTARY_KERNELS === "plain") return plain;
  // elsewhere the flag is unknown, and V8 complains on stderr
  const known = process.arch === "x64" && Number.parseInt(process.versions.v8, 10) >= 13;
  if (!known) return plain;
  const wide = compileWide(binary);
  return sound(plain, wide) ? wide : plain;
}

function compileWide(binary: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  for (const on of WIDE_FLAGS) setFlagsFromString(on);
  try {
    return new WebAssembly.Module(markWide(binary));
  } finally {
    for (const [, off] of FLAGS) setFlagsFromString(off);
  }
}

/** The same module with the custom section that says that it is compiled for 256 bits. */
export function markWide(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(WIDE);
  // id 0, size, length of the name, name
  return new Uint8Array([...binary, 0, name.length + 1, name.length, ...name]);
}

/** Whether `wide` has the bits of `plain` in every kernel, and multiplies quicker. */
export function sound(plain: WebAssembly.Module, wide: WebAssembly.Module): boolean {
  const [one, two] = [new Kernels(plain), new Kernels(wide)];
  const [expected, found] = [exercise(one), exercise(two)];
  return Buffer.compare(expected, found) === 0 && product(two) < product(one);
}

/** Runs every kernel on fixed numbers, full tiles and remainders; returns all that they wrote. */
function exercise(kernels: Kernels): Uint8Array {
  const { call } = kernels;
  const [rows, width, heads, headDim, vocab] = [11, 48, 3, 16, 28] as const;
  const values = rows * width;
  call.setScratch(kernels.allocate(64 * width));
  const first = kernels.allocate(0);
  let seed = 1;
  const filled = (count = values): Pointer => {
    const at = kernels.allocate(count * 4);
    const view = kernels.floats(at, count);
    for (let i = 0; i < count; i++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      view[i] = seed / 2 ** 31 - 1;
    }
    return at;
  };
  const ids = (count: number): Pointer => {
    const at = kernels.allocate(count * 4);
    kernels.ints(at, count).set(Int32Array.from({ length: count }, (_, i) => (i * 7) % vocab));
    return at;
  };
  for (const n of [rows, width, 17, 29]) {
    call.gemmNN(rows, n, width, filled(), width, filled(width * n), n, filled(rows * n), n, 0);
    call.gemmNT(rows, n, width, filled(), width, filled(width * n), width, filled(rows * n), n, 1);
    call.gemmTN(width, n, rows, filled(), width, filled(rows * n), n, filled(width * n), n, 1);
    const packed = kernels.allocate(Math.ceil(n / 8) * width * 32);
    call.packTransposed(n, width, filled(width * n), width, packed);
    call.gemmPacked(rows, n, width, filled(), width, packed, filled(rows * n), n, 1);
    call.packPlain(n, width, filled(width * n), n, packed);
    call.gemmPacked(rows, n, width, filled(), width, packed, filled(rows * n), n, 0);
    call.packPlain(n, rows, filled(rows * n), n, packed);
    call.gemmCausal(rows, n, filled(rows * rows), rows, packed, filled(rows * n), n, 1);
    call.gemmCausalTransposed(rows, n, filled(rows * rows), rows, packed, filled(rows * n), n, 0);
    call.packTransposed(n, width, filled(width * n), width, packed);
    call.gemmCausalScores(n, width, filled(width * n), width, packed, filled(n * n), n, 1);
  }
  call.embed(rows, width, ids(rows), filled(vocab * width), filled());
  call.embedBackward(rows, width, ids(rows), filled(), filled(vocab * width));
  call.add(values, filled(), filled());
  call.scale(values, filled(), 0.3);
  const [x, gain, r] = [filled(), filled(width), filled(rows)];
  call.rmsNorm(rows, width, x, gain, 1e-5, filled(), r);
  call.rmsNormBackward(rows, width, x, gain, r, filled(), filled(), filled(width));
  call.rmsNormTangent(2, rows, width, x, gain, r, filled(2 * values), values, filled(2 * values), values);
  const moved = filled(2 * values);
  const out = filled(2 * values);
  call.rmsNormBackwardTangent(2, rows, width, x, gain, r, filled(), moved, values, out, values, filled(2 * values));
  const [gate, up] = [filled(), filled()];
  call.swiglu(values, gate, up, filled());
  call.swigluBackward(values, gate, up, filled(), filled(), filled());
  call.swigluTangent(values, 2, gate, up, filled(2 * values), filled(2 * values), filled(2 * values));
  const both = Array.from({ length: 5 }, () => filled(2 * values)) as [number, number, number, number, number];
  call.swigluBackwardTangent(values, 2, gate, up, filled(), ...both);
  const [cos, sin] = [filled((rows * headDim) / 2), filled((rows * headDim) / 2)];
  call.ropeTable(rows, headDim, 10000, cos, sin);
  call.rope(rows, heads, headDim, 0, filled(), cos, sin, 1);
  const [p, dP] = [filled(), filled()];
  call.softmaxCausal(rows, rows, 0, p, width, 0.4);
  call.softmaxCausalBackward(rows, rows, 0, p, filled(), width, 0.4);
  const pDot = filled();
  call.softmaxCausalTangent(rows, p, pDot, width, 0.4);
  call.softmaxCausalBackwardTangent(rows, p, dP, pDot, filled(), width, 0.4);
  const [logits, targets, logProbs] = [filled(rows * vocab), ids(rows), kernels.allocate(rows * 8)];
  call.crossEntropy(rows, vocab, logits, targets, 0.7, logProbs);
  call.crossEntropyTangent(rows, vocab, 2, logits, targets, 0.7, logProbs, filled(2 * rows * vocab));
  call.sgdMomentum(values, filled(), filled(), filled(), 0.1, 0.9);
  const wide = kernels.allocate(4 * 64 * 2);
  call.widen(4 * 64, filled(64), wide);
  for (const asked of [1, 4]) call.dotScan(asked, 3, 64, wide, filled(48), kernels.allocate(12 * 8));
  const squares = kernels.allocate(values * 4);
  call.adam(values, filled(), filled(), filled(), squares, 0.1, 0.9, 0.99, 1e-8, 2, 3);
  return new Uint8Array(call.memory.buffer as ArrayBuffer, first, kernels.allocate(0) - first);
}

// least of some times for one product of the model's size
function product(kernels: Kernels): number {
  const size = 64;
  const [a, b, c] = Array.from({ length: 3 }, () => kernels.allocate(size * size * 4)) as [number, number, number];
  kernels.call.setScratch(kernels.allocate(64 * size));
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8; i++) {
    const started = performance.now();
    for (let j = 0; j < 8; j++) kernels.call.gemmNN(size, size, size, a, size, b, size, c, size, 0);
    best = Math.min(best, performance.now() - started);
  }
  return best;
}
