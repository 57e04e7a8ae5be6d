// The public face of the language model.
export { type Base, loadBase, makeBase, saveBase } from "./base.ts";
export { checkConfig, type ModelConfig } from "./config.ts";
export { type Curvature, Engine, type GenerateOptions, type Gradient } from "./engine.ts";
export { DivergenceError, InputError } from "./errors.ts";
export { checkExample, type Example, lossTokens } from "./example.ts";
export type { Hash } from "./files.ts";
export type { Generation, StreamedToken } from "./jobs.ts";
export { DotScan } from "./kernels/scan.ts";
export { layoutSize, type TensorSlot, weightLayout } from "./layout.ts";
export {
  type Adapter,
  adapterLayout,
  adapterSize,
  checkAdapter,
  initAdapter,
  LORA_TARGETS,
  type LoraConfig,
  type LoraTarget,
} from "./lora.ts";
export { loadAdapter, saveAdapter } from "./peft.ts";
export { formatAnswer, formatPrompt, qaExample } from "./prompt.ts";
export { Random } from "./random.ts";
export { type TangentOptions, type TangentTraining, trainTangents } from "./tangent.ts";
export { END_OF_TEXT, Tokenizer } from "./tokenizer.ts";
export {
  type AdapterProgress,
  type AdapterTrainingOptions,
  type ObservedBatch,
  OPTIMISERS,
  type Optimiser,
  trainAdapter,
} from "./train-adapter.ts";
export {
  type BaseProgress,
  type BaseState,
  type BaseTrainingOptions,
  initWeights,
  packDocuments,
  trainBase,
} from "./train-base.ts";
export { trainTokenizer } from "./train-tokenizer.ts";
