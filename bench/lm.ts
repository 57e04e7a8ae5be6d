// The language model's jobs on this machine.
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
import { seconds } from "./lib/seconds.ts";
import type { Figures } from "./main.ts";

export const about = "lm: tokens/s of gradients, scoring and generation.";

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
  return { ...(await jobs(base, adapter, 1)), ...(await jobs(base, adapter, 2)) };
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
