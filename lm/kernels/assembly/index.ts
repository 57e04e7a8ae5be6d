// Entry of the kernel module. Memory is laid out by the caller from heapBase() upwards; nothing is allocated here.
export {
  gemmCausal, gemmCausalScores, gemmCausalTransposed, gemmNN, gemmNT, gemmPacked, gemmTN, packPlain, packTransposed,
  setScratch, setWide,
} from "./gemm";
export {
  add, clear, copy, embed, embedBackward, rmsNorm, rmsNormBackward, rope, ropeTable, scale, swiglu, swigluBackward,
} from "./layers";
export { expf64, logf64, sinf64 } from "./math";
export { adam, sgdMomentum } from "./optimizer";
export { dotScan, widen } from "./scan";
export { crossEntropy, softmaxCausal, softmaxCausalBackward } from "./softmax";
export {
  crossEntropyTangent, rmsNormBackwardTangent, rmsNormTangent, softmaxCausalBackwardTangent, softmaxCausalTangent,
  swigluBackwardTangent, swigluTangent,
} from "./tangents";

/** First free byte of the memory, aligned to 16. */
export function heapBase(): usize {
  return (__heap_base + 15) & ~15;
}
