// One step of LoRA training, with and without tangents.
import {
  type AdapterTrainingOptions,
  type Base,
  Engine,
  type Example,
  initAdapter,
  initWeights,
  type LoraConfig,
  type ModelConfig,
  makeBase,
  Random,
  Tokenizer,
  trainAdapter,
  trainTangents,
} from "../lm/index.ts";
import { Kernels, kernelModule } from "../lm/kernels/index.ts";
import { Model } from "../lm/model.ts";
import { addGradient } from "../lm/score.ts";
import { findJax, jaxTraining } from "./lib/jaxjs.ts";
import type { Figures } from "./main.ts";

export const about = `train: one LoRA step (0.87 M parameters, rank 8, 16 × 128 tokens, two threads) in ms; gradients per
example over summed ones; one contribution's tangent over a training, by processor time and by the clock. vs_jaxjs is the same
step in @jax-js/jax over ours by the clock, from the same weights to the same loss; vs_jaxjs_processor is that by processor time, which
a busy machine does not lengthen: jax-js has one thread under Node, and our two count together.`;

const CONFIG: ModelConfig = {
  vocabSize: 512,
  dim: 128,
  layers: 4,
  heads: 4,
  hiddenDim: 352,
  maxSeq: 128,
  ropeTheta: 10000,
  normEps: 1e-5,
  tieEmbeddings: true,
};
const LORA: LoraConfig = { rank: 8, alpha: 16, targets: ["q_proj", "v_proj"] };
const BATCH = 16;
const CONTRIBUTIONS = 8;
const ROUNDS = 3;

export async function run(): Promise<Figures> {
  const base = makeBase({ config: CONFIG, tokenizer: new Tokenizer([]), weights: initWeights(CONFIG, 1) });
  const random = new Random(1);
  const examples: Example[] = Array.from({ length: BATCH }, () => ({
    tokens: Int32Array.from({ length: CONFIG.maxSeq + 1 }, () => random.below(257)),
    lossFrom: 1,
  }));
  const perExample = await gradients(base, examples);

  const engine = await Engine.create(base, { threads: 2 });
  const owners = Int32Array.from(examples, (_, i) => i % CONTRIBUTIONS);
  const weights = new Float64Array(CONTRIBUTIONS).fill(1);
  const plain = new Best();
  const tangents = new Best();
  let firstLoss = 0;
  // by turns, so that both see the machine as it is
  for (let round = 0; round < ROUNDS; round++) {
    firstLoss = (await trainAdapter(engine, LORA, examples, plain.options(12))).losses[0]!;
    await trainTangents(engine, LORA, examples, owners, { ...tangents.options(4), weights });
  }
  await engine.close();
  return {
    step_ms: plain.clock,
    per_example_ratio: perExample,
    // by the clock only a machine with nothing else to do compares a long step with a short one fairly
    tangent_ratio: (tangents.processor / plain.processor - 1) / CONTRIBUTIONS,
    tangent_clock_ratio: (tangents.clock / plain.clock - 1) / CONTRIBUTIONS,
    ...(await jaxjs(base, examples, firstLoss, plain)),
  };
}

// the quickest of some steps after the first, which compiles
async function jaxjs(base: Base, examples: Example[], firstLoss: number, ours: Best): Promise<Figures> {
  const found = await findJax();
  if (!found) {
    console.error(`skipped: the comparison with @jax-js/jax. To run it, install it in a folder of its own:
  npm install --prefix DIR @jax-js/jax@0.1.25 && TRIBUTARY_JAXJS=DIR npm run bench -- train`);
    return {};
  }
  const adapter = initAdapter(CONFIG, LORA, 1);
  const step = await jaxTraining(found.jax, CONFIG, base.weights, adapter, examples, { rate: 0.1, momentum: 0.9 });
  const loss = await step();
  const gap = Math.abs(loss - firstLoss);
  if (!(gap <= 1e-3)) throw new Error(`jax-js's first loss is ${loss}, ours ${firstLoss}: not the same step`);
  let clock = Number.POSITIVE_INFINITY;
  let processor = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const started = performance.now();
    const used = process.cpuUsage();
    await step();
    const { user, system } = process.cpuUsage(used);
    clock = Math.min(clock, performance.now() - started);
    processor = Math.min(processor, (user + system) / 1000);
  }
  return {
    jaxjs_step_ms: clock,
    jaxjs_loss_gap: gap,
    vs_jaxjs: clock / ours.clock,
    vs_jaxjs_processor: processor / ours.processor,
  };
}

/** The quickest step of several runs in ms, by the clock and by the time of all processors. */
class Best {
  clock = Number.POSITIVE_INFINITY;
  processor = Number.POSITIVE_INFINITY;

  /** Of a run of some steps; the first one, before which no tangent moves, does not count. */
  options(steps: number): AdapterTrainingOptions {
    let started = 0;
    let used = process.cpuUsage();
    const onStep = ({ step }: { step: number }) => {
      const now = performance.now();
      const { user, system } = process.cpuUsage(used);
      if (step > 1) {
        this.clock = Math.min(this.clock, now - started);
        this.processor = Math.min(this.processor, (user + system) / 1000);
      }
      started = now;
      used = process.cpuUsage();
    };
    return { steps, batchSize: BATCH, learningRate: 0.1, momentum: 0.9, warmup: 1, seed: 1, onStep };
  }
}

// in one thread, without messages: a gradient taken out for each example, over one sum of all
async function gradients(base: Base, examples: Example[]): Promise<number> {
  const model = new Model(new Kernels(await kernelModule()), CONFIG, false);
  model.setWeights(base.weights);
  model.setAdapter(initAdapter(CONFIG, LORA, 1));
  // the sum of each example's best times, since no whole batch would go undisturbed on a busy machine
  const apart = new Float64Array(examples.length).fill(Number.POSITIVE_INFINITY);
  const summed = apart.slice();
  for (let round = 0; round < 10 * ROUNDS; round++) {
    const each = round % 2 === 0;
    const times = each ? apart : summed;
    for (const [i, example] of examples.entries()) {
      const started = performance.now();
      if (each || i === 0) model.clearGradients();
      addGradient(model, example);
      if (each || i === examples.length - 1) model.adapterGradient();
      times[i] = Math.min(times[i]!, performance.now() - started);
    }
  }
  const sum = (times: Float64Array) => times.reduce((total, time) => total + time, 0);
  return sum(apart) / sum(summed);
}
