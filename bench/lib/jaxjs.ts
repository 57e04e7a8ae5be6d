// The LoRA step of bench/train.ts in @jax-js/jax, compiled by its jit for its WebAssembly backend. It is no part of the
// project: it is taken from the project's folder or from the one that TRIBUTARY_JAXJS names, if it is there.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Adapter,
  adapterLayout,
  type Example,
  layoutSize,
  lossTokens,
  type ModelConfig,
  type TensorSlot,
  weightLayout,
} from "../../lm/index.ts";

/** As much of jax-js as the step needs. Every use of an array spends one reference; `ref` makes another. */
interface JaxArray {
  ref: JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  reshape(shape: number[]): JaxArray;
  transpose(order?: number[]): JaxArray;
  slice(...index: ([] | [number, number])[]): JaxArray;
  data(): Promise<Float32Array>;
}

type Step = (params: JaxArray[], velocity: JaxArray[], constants: JaxArray[]) => [JaxArray, JaxArray[], JaxArray[]];

interface Jax {
  init(device: "wasm"): Promise<string[]>;
  defaultDevice(device: "wasm"): string;
  jit(step: Step): Step;
  valueAndGrad(
    loss: (params: JaxArray[], constants: JaxArray[]) => JaxArray,
  ): (params: JaxArray[], constants: JaxArray[]) => [JaxArray, JaxArray[]];
  numpy: {
    array(values: Float32Array): JaxArray;
    matmul(x: JaxArray, y: JaxArray): JaxArray;
    concatenate(parts: JaxArray[], axis: number): JaxArray;
    mean(x: JaxArray, axis: number, opts: { keepdims: boolean }): JaxArray;
    sum(x: JaxArray): JaxArray;
    sqrt(x: JaxArray): JaxArray;
    reciprocal(x: JaxArray): JaxArray;
  };
  nn: {
    silu(x: JaxArray): JaxArray;
    logSoftmax(x: JaxArray, axis: number): JaxArray;
    dotProductAttention(q: JaxArray, k: JaxArray, v: JaxArray, opts: { isCausal: boolean }): JaxArray;
  };
}

/** jax-js where it is installed, with its version, or null. */
export async function findJax(): Promise<{ jax: Jax; version: string } | null> {
  for (const folder of [process.env.TRIBUTARY_JAXJS, import.meta.dirname]) {
    if (!folder || !existsSync(folder)) continue;
    try {
      const entry = createRequire(join(folder, "any.js")).resolve("@jax-js/jax");
      const file = join(dirname(entry), "..", "package.json");
      const { version } = createRequire(file)(file) as { version: string };
      const module = join(dirname(entry), "index.js");
      return { jax: (await import(pathToFileURL(module).href)) as Jax, version };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return null;
}

/**
 * One step of SGD with momentum after the other over all `examples` as one batch, all of maxSeq positions; each call takes
 * one and returns its mean loss per token.
 */
export async function jaxTraining(
  jax: Jax,
  config: ModelConfig,
  weights: Float32Array,
  adapter: Adapter,
  examples: Example[],
  opts: { rate: number; momentum: number },
): Promise<() => Promise<number>> {
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const { numpy: np } = jax;
  const { vocabSize, dim, maxSeq } = config;
  const tensors = (values: Float32Array, slots: TensorSlot[]) =>
    slots.map(({ offset, size, shape }) => np.array(values.slice(offset, offset + size)).reshape(shape));

  // embeddings do not move, so the step begins after them; targets as rows with a single one
  const inputs = new Float32Array(examples.length * maxSeq * dim);
  const targets = new Float32Array(examples.length * maxSeq * vocabSize);
  for (const [e, { tokens }] of examples.entries()) {
    for (let t = 0; t < maxSeq; t++) {
      const row = e * maxSeq + t;
      inputs.set(weights.subarray(tokens[t]! * dim, (tokens[t]! + 1) * dim), row * dim);
      targets[row * vocabSize + tokens[t + 1]!] = 1;
    }
  }
  const slots = weightLayout(config);
  const [cos, sin] = ropeTables(config);
  const half = dim / config.heads / 2;
  const constants = [
    np.array(inputs).reshape([examples.length * maxSeq, dim]),
    np.array(targets).reshape([examples.length * maxSeq, vocabSize]),
    np.array(cos!).reshape([1, maxSeq, 1, half]),
    np.array(sin!).reshape([1, maxSeq, 1, half]),
    ...tensors(weights, slots),
  ];
  const layout = adapterLayout(config, adapter.config);
  let params = tensors(adapter.params, layout);
  let velocity = tensors(new Float32Array(layoutSize(layout)), layout);

  const total = examples.reduce((sum, example) => sum + lossTokens(example), 0);
  const gradients = jax.valueAndGrad(lossOf(jax, config, adapter, examples.length, total));
  const step = jax.jit((theta, speed, fixed) => {
    const [loss, slopes] = gradients(
      theta.map((x) => x.ref),
      fixed,
    );
    const faster = speed.map((v, i) => v.mul(opts.momentum).add(slopes[i]!));
    const moved = theta.map((x, i) => x.sub(faster[i]!.ref.mul(opts.rate)));
    return [loss, moved, faster];
  });
  return async () => {
    const [loss, moved, faster] = step(
      params,
      velocity,
      constants.map((x) => x.ref),
    );
    params = moved;
    velocity = faster;
    const value = (await loss.data())[0]!;
    for (const tensor of [...moved, ...faster]) await tensor.ref.data();
    return value;
  };
}

function ropeTables({ dim, heads, maxSeq, ropeTheta }: ModelConfig): Float32Array[] {
  const headDim = dim / heads;
  const half = headDim / 2;
  return [Math.cos, Math.sin].map((turn) =>
    Float32Array.from({ length: maxSeq * half }, (_, i) => {
      return turn(Math.floor(i / half) * ropeTheta ** (-(2 * (i % half)) / headDim));
    }),
  );
}

// mean loss per token of a batch, as lm/model.ts computes it
function lossOf(jax: Jax, config: ModelConfig, adapter: Adapter, batch: number, total: number) {
  const { numpy: np, nn } = jax;
  const { heads, maxSeq, dim, layers } = config;
  const { rank, alpha, targets: adapted } = adapter.config;
  const headDim = dim / heads;
  const times = (x: JaxArray, w: JaxArray) => np.matmul(x, w.transpose());
  const norm = (x: JaxArray, gain: JaxArray) => {
    const square = np.mean(x.ref.mul(x.ref), -1, { keepdims: true });
    return x.mul(np.reciprocal(np.sqrt(square.add(config.normEps)))).mul(gain);
  };

  return (params: JaxArray[], constants: JaxArray[]): JaxArray => {
    const [input, targets, cos, sin, embedding, ...rest] = constants as [
      JaxArray,
      JaxArray,
      JaxArray,
      JaxArray,
      JaxArray,
      ...JaxArray[],
    ];
    const lora = [...params];
    const project = (name: "q_proj" | "v_proj", h: JaxArray, w: JaxArray) => {
      if (!adapted.includes(name)) return times(h, w);
      const [a, b] = lora.splice(0, 2) as [JaxArray, JaxArray];
      return times(h.ref, w).add(times(times(h, a), b).mul(alpha / rank));
    };
    const split = (x: JaxArray) => x.reshape([batch, maxSeq, heads, headDim]);
    const rope = (x: JaxArray) => {
      const low = x.ref.slice([], [], [], [0, headDim / 2]);
      const high = x.slice([], [], [], [headDim / 2, headDim]);
      const first = low.ref.mul(cos.ref).sub(high.ref.mul(sin.ref));
      return np.concatenate([first, high.mul(cos.ref).add(low.mul(sin.ref))], -1);
    };
    let x = input;
    for (let l = 0; l < layers; l++) {
      const [norm1, wq, wk, wv, wo, norm2, gate, up, down] = rest.splice(0, 9) as JaxArray[];
      const h = norm(x.ref, norm1!);
      const q = rope(split(project("q_proj", h.ref, wq!)));
      const k = rope(split(times(h.ref, wk!)));
      const v = split(project("v_proj", h, wv!));
      const attended = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([batch * maxSeq, dim]);
      x = x.add(times(attended, wo!));
      const h2 = norm(x.ref, norm2!);
      x = x.add(times(nn.silu(times(h2.ref, gate!)).mul(times(h2, up!)), down!));
    }
    const logits = times(norm(x, rest.shift()!), rest.shift() ?? embedding);
    return np.sum(nn.logSoftmax(logits, -1).mul(targets)).mul(-1 / total);
  };
}
