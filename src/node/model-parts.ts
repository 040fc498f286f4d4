/** @file What loading gives, whatever kind of file a model is stored in. */

import type { Warning } from "../attribution/explanation.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import type { ImageProcessor } from "../input/image/image-processor.ts";
import type { Tokenizer } from "../input/text/tokenizer.ts";
import type { Activation } from "../program/score.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { TransformerGraph } from "../transformer/anatomy.ts";
import type { WeightFacts } from "./weights.ts";

/** A model before its programs. */
export interface ModelParts {
  /** "bert", or "unknown" where no configuration says it. */
  readonly family: string;
  readonly config: CheckpointConfig | undefined;
  readonly weights: WeightFacts;
  /** What the weights of the graphs are relative to. */
  readonly weightsFolder: string;
  /** Deletes what was written for this model. */
  release?(): Promise<void>;
  /** Graph of which all positions of all blocks are computed, and the one that the sweep is made of. */
  readonly forward: TransformerGraph;
  readonly sweep: TransformerGraph;
  readonly labels: readonly string[];
  readonly activation: Activation;
  readonly tokenizer?: Tokenizer;
  readonly imageProcessor?: ImageProcessor;
  readonly warnings: readonly Warning[];
  /** What was done to the graph that was read, one sentence each. */
  readonly notes: readonly string[];
}

/** What loading is done with. */
export interface LoadContext {
  /** What the caller called the model. */
  readonly source: string;
  readonly runtime: Runtime;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** How a head's logits become probabilities, as transformers decides it: by problem_type, else by the number of labels. */
export function activationOf(config: CheckpointConfig | undefined, labels: readonly string[]): Activation {
  if (config?.problemType === "regression") return "none";
  if (config?.problemType === "multi_label_classification") return "sigmoid";
  return config?.problemType === undefined && labels.length === 1 ? "none" : "softmax";
}
