// One thread of a settlement: scores a share of the samples against all features and sums parts per contribution.
import { parentPort, workerData } from "node:worker_threads";
import { DotScan } from "../../lm/index.ts";
import { abs, floorDiv } from "../../oracle/integer.ts";

export interface Share {
  /** One after the other, shared by all threads. */
  features: Int8Array;
  /** Gradients that samples take in turn. */
  gradients: Int8Array;
  dims: number;
  /** Samples from … to. */
  from: number;
  to: number;
  /** Of every sample, wei. */
  weight: bigint;
}

/** Samples whose scores are held at once. */
const BLOCK = 64;

const { features, gradients, dims, from, to, weight } = workerData as Share;
const vectors = (all: Int8Array) =>
  Array.from({ length: all.length / dims }, (_, i) => all.subarray(i * dims, (i + 1) * dims));
const queries = vectors(gradients);
const scan = await DotScan.of(vectors(features));
parentPort!.postMessage("ready");
parentPort!.once("message", () => {
  const totals = new Array<bigint>(features.length / dims).fill(0n);
  for (let start = from; start < to; start += BLOCK) {
    const block = Array.from({ length: Math.min(BLOCK, to - start) }, (_, i) => queries[(start + i) % queries.length]!);
    for (const scores of scan.dots(block)) {
      const exact = Array.from(scores, BigInt);
      const gross = exact.reduce((sum, score) => sum + abs(score), 0n);
      for (const [c, score] of exact.entries()) totals[c]! += floorDiv(weight * score, gross);
    }
  }
  parentPort!.postMessage(totals);
});
