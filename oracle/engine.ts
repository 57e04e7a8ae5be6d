import type { Adapter, AdapterTrainingOptions, Engine, Example } from "../lm/index.ts";

/** What an engine attributes: a trained adapter, and what each contribution trained it on. */
export interface AttributionRun {
  engine: Engine;
  /** The final adapter. */
  adapter: Adapter;
  /** How it was trained: on the contributions' examples, one contribution after the other. */
  training: AdapterTrainingOptions;
  /**
   * Every contribution of the index with the examples it was trained on, in the order of training; none where all its
   * rows were dropped.
   */
  contributions: readonly RunContribution[];
  /** Held-out reference answers, loss on the answer; they fix the standing shares. */
  evaluation: readonly Example[];
  onProgress?: (done: number, total: number) => void;
}

export interface RunContribution {
  /** Contribution id of Datanets. */
  id: number;
  /** Contributor id of Datanets. */
  contributor: number;
  examples: readonly Example[];
}

/** A stretch of a feature with one exponent. */
export interface FeatureTensor {
  name: string;
  size: number;
  /** An int8 element q of this stretch stands for q · 2^exponent; the same for all contributions. */
  exponent: number;
}

/** The quantised features of a version, in index order: rising by (contributor, contribution). */
export interface FeatureSet {
  /** Name of the engine. */
  engine: string;
  /** Elements of a feature: the sum of the tensors' sizes. */
  dims: number;
  tensors: readonly FeatureTensor[];
  contributions: readonly { contributor: number; contribution: number }[];
  /** One per contribution, `dims` long. */
  features: readonly Int8Array[];
  /** Standing share per contribution, in parts of 10^9; they add up to at most 10^9. */
  standing: readonly bigint[];
}

/** Features, and the parameters at which answers are differentiated for them. */
export interface VersionFeatures extends FeatureSet {
  /** Adapter parameters, one or more nodes; a feature is as long as all of them together. */
  nodes: readonly Float32Array[];
}

/**
 * One way of saying what an answer owes to whom. Its score is always dot(feature, gradient), over int8, the gradient
 * being that of log p(answer | prompt) at every node (`answerGradients`).
 */
export interface AttributionEngine {
  readonly name: string;
  features(run: AttributionRun): Promise<VersionFeatures>;
}
