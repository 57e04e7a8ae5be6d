// The kernels as typed functions over one WebAssembly memory, with a bump allocator for the buffers they work on.
import { kernelBinary } from "./compile.ts";
import { quickestModule, WIDE } from "./wide.ts";

/** Byte address in the kernels' memory. */
export type Pointer = number;

/** What lm/kernels/assembly exports; the documentation of each function is there. `add` is 0 or 1. */
export interface KernelExports {
  memory: WebAssembly.Memory;
  heapBase(): Pointer;
  setScratch(address: Pointer): void;
  gemmNN: Gemm;
  gemmNT: Gemm;
  gemmTN: Gemm;
  gemmPacked(
    m: number,
    n: number,
    k: number,
    a: Pointer,
    lda: number,
    b: Pointer,
    c: Pointer,
    ldc: number,
    add: number,
  ): void;
  gemmCausalScores: CausalGemm;
  gemmCausal: CausalGemm;
  gemmCausalTransposed: CausalGemm;
  packTransposed(n: number, k: number, b: Pointer, ldb: number, to: Pointer): void;
  packPlain(n: number, k: number, b: Pointer, ldb: number, to: Pointer): void;
  setWide(on: number): void;
  embed(rows: number, width: number, tokens: Pointer, table: Pointer, out: Pointer): void;
  embedBackward(rows: number, width: number, tokens: Pointer, dOut: Pointer, dTable: Pointer): void;
  copy(n: number, to: Pointer, from: Pointer): void;
  clear(n: number, x: Pointer): void;
  add(n: number, to: Pointer, from: Pointer): void;
  scale(n: number, x: Pointer, factor: number): void;
  rmsNorm(rows: number, width: number, x: Pointer, gain: Pointer, eps: number, out: Pointer, r: Pointer): void;
  rmsNormBackward(
    rows: number,
    width: number,
    x: Pointer,
    gain: Pointer,
    r: Pointer,
    dOut: Pointer,
    dX: Pointer,
    dGain: Pointer,
  ): void;
  swiglu(n: number, gate: Pointer, up: Pointer, out: Pointer): void;
  swigluBackward(n: number, gate: Pointer, up: Pointer, dOut: Pointer, dGate: Pointer, dUp: Pointer): void;
  ropeTable(positions: number, headDim: number, theta: number, cos: Pointer, sin: Pointer): void;
  rope(
    rows: number,
    heads: number,
    headDim: number,
    first: number,
    x: Pointer,
    cos: Pointer,
    sin: Pointer,
    sign: 1 | -1,
  ): void;
  softmaxCausal(rows: number, cols: number, first: number, p: Pointer, ld: number, factor: number): void;
  softmaxCausalBackward(
    rows: number,
    cols: number,
    first: number,
    p: Pointer,
    dP: Pointer,
    ld: number,
    factor: number,
  ): void;
  crossEntropy(rows: number, vocab: number, logits: Pointer, targets: Pointer, weight: number, logProbs: Pointer): void;
  rmsNormTangent(
    count: number,
    rows: number,
    width: number,
    x: Pointer,
    gain: Pointer,
    r: Pointer,
    xDot: Pointer,
    strideX: number,
    outDot: Pointer,
    strideOut: number,
  ): void;
  rmsNormBackwardTangent(
    count: number,
    rows: number,
    width: number,
    x: Pointer,
    gain: Pointer,
    r: Pointer,
    dOut: Pointer,
    xDot: Pointer,
    strideX: number,
    dOutDot: Pointer,
    strideOut: number,
    dXDot: Pointer,
  ): void;
  swigluTangent(
    n: number,
    count: number,
    gate: Pointer,
    up: Pointer,
    gateDot: Pointer,
    upDot: Pointer,
    out: Pointer,
  ): void;
  swigluBackwardTangent(
    n: number,
    count: number,
    gate: Pointer,
    up: Pointer,
    dOut: Pointer,
    gateDot: Pointer,
    upDot: Pointer,
    dOutDot: Pointer,
    dGateDot: Pointer,
    dUpDot: Pointer,
  ): void;
  softmaxCausalTangent(rows: number, p: Pointer, sDot: Pointer, ld: number, factor: number): void;
  softmaxCausalBackwardTangent(
    rows: number,
    p: Pointer,
    dP: Pointer,
    pDot: Pointer,
    dPDot: Pointer,
    ld: number,
    factor: number,
  ): void;
  crossEntropyTangent(
    rows: number,
    vocab: number,
    count: number,
    dLogits: Pointer,
    targets: Pointer,
    weight: number,
    logProbs: Pointer,
    lDot: Pointer,
  ): void;
  sgdMomentum(n: number, w: Pointer, g: Pointer, v: Pointer, rate: number, momentum: number): void;
  adam(
    n: number,
    w: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    rate: number,
    beta1: number,
    beta2: number,
    eps: number,
    correct1: number,
    correct2: number,
  ): void;
  widen(n: number, from: Pointer, to: Pointer): void;
  dotScan(asked: number, count: number, dims: number, queries: Pointer, features: Pointer, out: Pointer): void;
  expf64(x: number): number;
  logf64(x: number): number;
  sinf64(x: number, quarter: number): number;
}

type Gemm = (
  m: number,
  n: number,
  k: number,
  a: Pointer,
  lda: number,
  b: Pointer,
  ldb: number,
  c: Pointer,
  ldc: number,
  add: number,
) => void;

/** `width` is K of the scores, N of the others. */
type CausalGemm = (
  rows: number,
  width: number,
  a: Pointer,
  lda: number,
  b: Pointer,
  c: Pointer,
  ldc: number,
  add: number,
) => void;

const PAGE = 65536;

/** One instance of the kernels with its own memory. Buffers live as long as the instance. */
export class Kernels {
  readonly call: KernelExports;
  private end: Pointer;

  constructor(module: WebAssembly.Module) {
    this.call = new WebAssembly.Instance(module, {}).exports as unknown as KernelExports;
    this.end = this.call.heapBase();
    this.call.setWide(Number(WebAssembly.Module.customSections(module, WIDE).length > 0));
  }

  /** Address of a new zeroed buffer of `bytes` bytes, aligned to 64. */
  allocate(bytes: number): Pointer {
    const start = (this.end + 63) & ~63;
    this.end = start + bytes;
    const missing = this.end - this.call.memory.buffer.byteLength;
    if (missing > 0) this.call.memory.grow(Math.ceil(missing / PAGE));
    return start;
  }

  /** View of `length` f32 at `at`; valid until the next allocation. */
  floats(at: Pointer, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.call.memory.buffer as ArrayBuffer, at, length);
  }

  /** View of `length` f64 at `at`; valid until the next allocation. */
  doubles(at: Pointer, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.call.memory.buffer as ArrayBuffer, at, length);
  }

  /** View of `length` i32 at `at`; valid until the next allocation. */
  ints(at: Pointer, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.call.memory.buffer as ArrayBuffer, at, length);
  }
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** The compiled module, shared by all instances of this process. */
export function kernelModule(): Promise<WebAssembly.Module> {
  compiled ??= kernelBinary().then(quickestModule);
  return compiled;
}
