// An epoch of the largest size settled: every sample against every contribution, exactly.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Random } from "../../lm/index.ts";
import { abs, floorDiv } from "../../oracle/integer.ts";
import { dot } from "../../protocol/quantise.ts";
import type { Figures } from "../main.ts";
import type { Share } from "../settle/worker.ts";

interface Epoch {
  samples: number;
  contributions: number;
  dims: number;
  /** Different gradients, which samples take in turn: more of them would only fill memory. */
  gradients: number;
}

const LARGEST: Epoch = { samples: 10_000, contributions: 1_000, dims: 49_152, gradients: 256 };
const SMALL: Epoch = { samples: 21, contributions: 5, dims: 1_100, gradients: 7 };
const THREADS = 2;
/** Wei that each sample weighs. */
const WEIGHT = 10n ** 18n;

/**
 * Seconds for scores and parts of all samples, summed per contribution, gradients and features being there; and the
 * processor seconds of all threads together, which other work on the machine does not lengthen.
 */
export async function settlementFigures(): Promise<Figures> {
  const { totals, features, gradients } = await settle(SMALL);
  const expected = plainly(SMALL, features, gradients);
  if (totals.join() !== expected.join()) throw new Error(`the settlement gives ${totals}, not ${expected}`);
  const { seconds, processor } = await settle(LARGEST);
  return { settle_s: seconds, settle_cpu_s: processor };
}

async function settle({ samples, contributions, dims, gradients: count }: Epoch) {
  const features = vectors(contributions * dims, 1);
  const gradients = vectors(count * dims, 2);
  const workers = Array.from({ length: THREADS }, (_, t) => {
    const [from, to] = [t, t + 1].map((k) => Math.floor((k * samples) / THREADS)) as [number, number];
    const workerData: Share = { features, gradients, dims, from, to, weight: WEIGHT };
    return new Worker(new URL("../settle/worker.ts", import.meta.url), { workerData });
  });
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const start = performance.now();
  const before = process.cpuUsage();
  for (const worker of workers) worker.postMessage("go");
  const shares = await Promise.all(workers.map(async (worker) => (await once(worker, "message"))[0] as bigint[]));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  await Promise.all(workers.map((worker) => worker.terminate()));
  const totals = shares[0]!.map((_, c) => shares.reduce((sum, share) => sum + share[c]!, 0n));
  return { seconds, processor: (user + system) / 1e6, totals, features, gradients };
}

/** The same, one product at a time. */
function plainly({ samples, contributions, dims, gradients: count }: Epoch, features: Int8Array, gradients: Int8Array) {
  const at = (all: Int8Array, i: number) => all.subarray(i * dims, (i + 1) * dims);
  const totals = new Array<bigint>(contributions).fill(0n);
  for (let j = 0; j < samples; j++) {
    const scores = totals.map((_, c) => BigInt(dot(at(features, c), at(gradients, j % count))));
    const gross = scores.reduce((sum, score) => sum + abs(score), 0n);
    for (const [c, score] of scores.entries()) totals[c]! += floorDiv(WEIGHT * score, gross);
  }
  return totals;
}

function vectors(size: number, seed: number): Int8Array<SharedArrayBuffer> {
  const all = new Int8Array(new SharedArrayBuffer(size));
  const random = new Random(seed);
  for (let i = 0; i < size; i++) all[i] = random.below(255) - 127;
  return all;
}
