// The kernels in one thread, beside what else there is on this machine.
import { spawnSync } from "node:child_process";
import { Random } from "../lm/index.ts";
import { Kernels, kernelModule } from "../lm/kernels/index.ts";
import { WIDE } from "../lm/kernels/wide.ts";
import { seconds } from "./lib/seconds.ts";
import type { Figures } from "./main.ts";

export const about = `kernels: GFLOP/s of f32 products of 512³ and of 2048 × 128 × 128, and GB/s of the int8 scan, in one thread;
each over what numpy with OpenBLAS (skipped where Python has no numpy) and a plain read of memory reach in the same run.
OpenBLAS takes the widest instructions that it finds; the keys that end in avx2 compare with its kernels of 256 bits.
wide is 1 where V8 joins lanes into 256 bits.`;

/** Rows, columns and inner dimension. */
const SQUARE = [512, 512, 512] as const;
const TALL = [2048, 128, 128] as const;
type Shape = typeof SQUARE | typeof TALL;
const operations = ([m, n, k]: Shape) => 2 * m * n * k;

/** A thousand contributions' features would be as long; this many are well past every cache. */
const FEATURES = 1000;
const DIMS = 98_304;
/** Features that one measurement passes over. */
const PIECE = 20;

export async function run(): Promise<Figures> {
  const module = await kernelModule();
  const square = await product(module, SQUARE);
  const tall = await product(module, TALL);
  const blas = openBlas(square, tall);
  const { scan, together, read } = scans(module);
  return {
    wide: WebAssembly.Module.customSections(module, WIDE).length,
    gemm512_gflops: square,
    gemm2048_gflops: tall,
    ...blas,
    scan_gbs: scan,
    scan_vs_read: scan / read,
    // what passes for four queries at once, in products
    scan4_gmacs: together,
  };
}

// GFLOP/s against a packed factor, as the model multiplies
async function product(module: WebAssembly.Module, shape: Shape): Promise<number> {
  const [m, n, k] = shape;
  const kernels = new Kernels(module);
  const [a, b, c, packed] = [m * k, n * k, m * n, n * k].map((size) => kernels.allocate(size * 4)) as [
    number,
    number,
    number,
    number,
  ];
  for (const [at, size] of [
    [a, m * k],
    [b, n * k],
  ] as const) {
    const random = new Random(1);
    kernels.floats(at, size).set(Float32Array.from({ length: size }, () => random.uniform()));
  }
  const best = await seconds(100, () => {
    kernels.call.packTransposed(n, k, b, k, packed);
    kernels.call.gemmPacked(m, n, k, a, k, packed, c, n, 0);
  });
  return operations(shape) / best / 1e9;
}

/** Prints the seconds of both products, or fails where numpy multiplies with something else than OpenBLAS. */
const NUMPY = `
import json, time
import numpy as np
def best(m, n, k):
    a, b = np.random.rand(m, k).astype(np.float32), np.random.rand(n, k).astype(np.float32)
    times = []
    for _ in range(100):
        start = time.perf_counter()
        a @ b.T
        times.append(time.perf_counter() - start)
    return min(times)
times = [best(*shape) for shape in ${JSON.stringify([SQUARE, TALL])}]
assert "openblas" in open("/proc/self/maps").read()
print(json.dumps(times))`;

/** Both products over those of numpy with OpenBLAS in one thread, or nothing where no Python here has it. */
function openBlas(square: number, tall: number): Figures {
  // what a shell says of OpenBLAS's kernels and blocks would handicap it
  const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("OPENBLAS_")));
  const measured = (env: Record<string, string>) => {
    for (const python of ["python3", "/usr/bin/python3"]) {
      const { status, stdout } = spawnSync(python, ["-c", NUMPY], {
        env: { ...plain, OPENBLAS_NUM_THREADS: "1", ...env },
        encoding: "utf8",
      });
      if (status !== 0) continue;
      const times = JSON.parse(stdout) as [number, number];
      return [operations(SQUARE) / times[0] / 1e9, operations(TALL) / times[1] / 1e9] as const;
    }
    return null;
  };
  const [best, avx2] = [measured({}), measured({ OPENBLAS_CORETYPE: "Haswell" })];
  if (!best || !avx2) {
    console.error("skipped: the comparison with OpenBLAS (apt-get install python3-numpy libopenblas0)");
    return {};
  }
  return {
    gemm512_vs_openblas: square / best[0],
    gemm2048_vs_openblas: tall / best[1],
    gemm512_vs_openblas_avx2: square / avx2[0],
    gemm2048_vs_openblas_avx2: tall / avx2[1],
  };
}

// GB/s of the scan and of memchr, which reads as fast as this machine can, over the same memory in pieces: the sum of the
// pieces' best times, since no whole pass would go undisturbed on a busy machine
function scans(module: WebAssembly.Module) {
  const kernels = new Kernels(module);
  const { call } = kernels;
  const features = kernels.allocate(FEATURES * DIMS);
  const query = kernels.allocate(4 * DIMS * 2);
  const out = kernels.allocate(4 * PIECE * 8);
  const memory = Buffer.from(call.memory.buffer as ArrayBuffer, features, FEATURES * DIMS);
  memory.fill(1);
  call.widen(4 * DIMS, features, query);
  const best = (job: (at: number) => void) => {
    const times = new Float64Array(FEATURES / PIECE).fill(Number.POSITIVE_INFINITY);
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < times.length; i++) {
        const started = performance.now();
        job(i * PIECE * DIMS);
        times[i] = Math.min(times[i]!, performance.now() - started);
      }
    }
    return (FEATURES * DIMS) / times.reduce((sum, time) => sum + time, 0) / 1e6;
  };
  return {
    read: best((at) => memory.subarray(at, at + PIECE * DIMS).indexOf(0)),
    scan: best((at) => call.dotScan(1, PIECE, DIMS, query, features + at, out)),
    together: 4 * best((at) => call.dotScan(4, PIECE, DIMS, query, features + at, out)),
  };
}
