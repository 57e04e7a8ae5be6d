// The public face of the ModelFactory.
export { DEFAULT_CONFIG, type FactoryConfig, resolveConfig } from "./config.ts";
export { type DatasetFile, loadDataset, loadReferences, type Reference } from "./dataset.ts";
export { FactoryError, type FactoryErrorCode } from "./errors.ts";
export { type Evaluation, evaluate, type Score } from "./evaluate.ts";
export { promptTokens, rowExamples } from "./examples.ts";
export { type Artifact, loadArtifact, type Manifest, type ManifestContribution, readManifest } from "./manifest.ts";

export { type Difference, type FactoryInputs, inputsOf, reproduce } from "./reproduce.ts";

export { type Restored, restoreRun } from "./restore.ts";

export { type Contribution, type Part, type Selected, selectRows } from "./sample.ts";
export {
  type FactoryOptions,
  type FactoryProgress,
  type FactoryResult,
  runFactory,
  type TrainingOptions,
  trainingOptions,
} from "./train.ts";
