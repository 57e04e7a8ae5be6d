// One worker thread: one model in its own WebAssembly memory, one job at a time.
import { parentPort, workerData } from "node:worker_threads";
import { generate } from "./generate.ts";
import type { Job, JobResult, WorkerMessage, WorkerSetup } from "./jobs.ts";
import { Kernels } from "./kernels/index.ts";
import { Model } from "./model.ts";
import { addGradient, logProb } from "./score.ts";
import { TangentModel } from "./tangent-model.ts";
import { Tokenizer } from "./tokenizer.ts";

const setup = workerData as WorkerSetup;
const port = parentPort!;
const tokenizer = Tokenizer.load(setup.tokenizer);
const kernels = new Kernels(setup.module);
const model = new Model(kernels, setup.config, setup.trainable);
model.setWeights(setup.weights);
let version = 0;
let tangents: TangentModel | undefined;

/** Directions whose tangents run beside one example; more cost memory, 13 MB each at 256 positions, and save little. */
const DIRECTIONS = 8;

port.on("message", (job: Job) => {
  try {
    const result = run(job);
    const arrays = ["gradient" in result ? result.gradient : null, "products" in result ? result.products : null];
    send(
      { result },
      arrays.flatMap((array) => (array ? [array.buffer] : [])),
    );
  } catch (error) {
    send({ error: (error as Error).message });
  }
});

function send(message: WorkerMessage, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function run(job: Job): JobResult {
  switch (job.kind) {
    case "adapterGradient":
      model.setAdapter(job.adapter);
      model.clearGradients();
      return { logProb: addGradient(model, job.example), gradient: model.adapterGradient() };
    case "hessianProducts": {
      const { adapter, directions, example } = job;
      tangents ??= new TangentModel(model, DIRECTIONS);
      model.setAdapter(adapter);
      model.clearGradients();
      const sum = addGradient(model, example);
      const to = example.tokens.length - 1;
      const products = tangents.products(directions, example.weight ?? 1, example.lossFrom - 1, to);
      return { logProb: sum, gradient: model.adapterGradient(), products };
    }
    case "logProb":
      model.setAdapter(job.adapter);
      return { logProb: logProb(model, job.example), gradient: null };
    case "baseGradient": {
      if (job.version !== version) {
        model.setWeights(setup.weights);
        version = job.version;
      }
      model.clearGradients();
      let sum = 0;
      for (const example of job.examples) sum += addGradient(model, example);
      return { logProb: sum, gradient: model.baseGradient() };
    }
    case "generate": {
      model.setAdapter(job.adapter);
      const cancelled = () => Atomics.load(job.cancelled, 0) !== 0;
      const onToken = (token: Parameters<Parameters<typeof generate>[5]>[0]) => send({ token });
      return generate(kernels, model, tokenizer, job.prompt, job.options, onToken, cancelled);
    }
  }
}
