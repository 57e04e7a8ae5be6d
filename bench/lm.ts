// The language model's kernels and jobs on this machine.
import {
  type Adapter,
  type Base,
  Engine,
  type Example,
  initAdapter,
  initWeights,
  type ModelConfig,
  makeBase,
  Random,
  Tokenizer,
} from "../lm/index.ts";
import { Kernels, kernelModule } from "../lm/kernels/index.ts";
import type { Figures } from "./main.ts";

export const about = "lm: GFLOP/s of the matrix products in one thread; tokens/s of gradients, scoring and generation.";

const CONFIG: ModelConfig = {
  vocabSize: 1024,
  dim: 128,
  layers: 4,
  heads: 4,
  hiddenDim: 352,
  maxSeq: 256,
  ropeTheta: 10000,
  normEps: 1e-5,
  tieEmbeddings: true,
};

export async function run(): Promise<Figures> {
  const base = makeBase({ config: CONFIG, tokenizer: new Tokenizer([]), weights: initWeights(CONFIG, 1) });
  const adapter = initAdapter(CONFIG, { rank: 8, alpha: 16, targets: ["q_proj", "v_proj"] }, 1);
  return { ...(await products()), ...(await jobs(base, adapter, 1)), ...(await jobs(base, adapter, 2)) };
}

// the shapes of the model's own products at 256 positions
async function products(): Promise<Figures> {
  const kernels = new Kernels(await kernelModule());
  kernels.call.setScratch(kernels.allocate(32 * 1024));
  const [a, b, c] = Array.from({ length: 3 }, () => kernels.allocate(1 << 20)) as [number, number, number];
  const [m, n, k] = [256, 352, 128];
  const speed = async (multiply: () => void) => (2 * m * n * k) / (await seconds(50, multiply)) / 1e9;
  return {
    gemmNN: await speed(() => kernels.call.gemmNN(m, n, k, a, k, b, n, c, n, 0)),
    gemmNT: await speed(() => kernels.call.gemmNT(m, n, k, a, k, b, k, c, n, 0)),
    gemmTN: await speed(() => kernels.call.gemmTN(m, n, k, a, m, b, n, c, n, 0)),
  };
}

async function jobs(base: Base, adapter: Adapter, threads: number): Promise<Figures> {
  const random = new Random(1);
  const sequence = () => Int32Array.from({ length: 257 }, () => random.below(257));
  const examples: Example[] = Array.from({ length: 8 }, () => ({ tokens: sequence(), lossFrom: 1 }));
  const engine = await Engine.create(base, { threads });
  const perSecond = async (job: () => Promise<unknown>, tokens: number) => tokens / (await seconds(5, job));
  const answer = () => engine.generate(adapter, Int32Array.of(1), { maxTokens: 200, temperature: 1 });
  const figures = {
    [`gradientTokensPerSecond${threads}`]: await perSecond(() => engine.gradient(adapter, examples), 8 * 256),
    [`scoredTokensPerSecond${threads}`]: await perSecond(() => engine.logProbs(adapter, examples), 8 * 256),
    [`generatedTokensPerSecond${threads}`]: await perSecond(
      () => Promise.all(Array.from({ length: threads }, answer)),
      threads * (await answer()).tokens.length,
    ),
  };
  await engine.close();
  return figures;
}

// best of several runs, after one to warm up
async function seconds(runs: number, job: () => unknown): Promise<number> {
  await job();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    await job();
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return best;
}
