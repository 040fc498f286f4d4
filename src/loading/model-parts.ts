/** @file What loading gives, whatever kind of file a model is stored in and wherever the files are. */

import type { Warning } from "../attribution/explanation.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import type { ImageProcessor } from "../input/image/image-processor.ts";
import type { Tokenizer } from "../input/text/tokenizer.ts";
import type { Activation } from "../program/score.ts";
import type { SessionOptions } from "../runtime/runtime.ts";
import type { DType } from "../tensor/dtype.ts";
import type { TransformerGraph } from "../transformer/anatomy.ts";

/** What the weights of a model are, wherever they are stored. */
export interface WeightFacts {
  readonly bytes: number;
  readonly parameters: number;
  /** Number of elements of each element type, most frequent type first. */
  readonly elements: ReadonlyMap<DType, number>;
  /** Of the bytes of all files, in the order of their names. */
  readonly sha256: string;
}

/** Where the engine finds weights: in a folder, or in bytes by their location. */
export type WeightPlace = Pick<SessionOptions, "weightsFolder" | "weights">;

/** A model before its programs. */
export interface ModelParts<Facts extends WeightFacts = WeightFacts> {
  /** "bert", or "unknown" where no configuration says it. */
  readonly family: string;
  readonly config: CheckpointConfig | undefined;
  readonly weights: Facts;
  /** What the weights of the graphs are relative to. */
  readonly place: WeightPlace;
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

/** The files that lie beside the weights of every model. */
export interface Companions {
  /** @param maxLength - Most tokens that the model reads. */
  tokenizer(maxLength: number): Promise<Tokenizer>;
  imageProcessor(): Promise<ImageProcessor>;
}

/** How a head's logits become probabilities, as transformers decides it: by problem_type, else by the number of labels. */
export function activationOf(config: CheckpointConfig | undefined, labels: readonly string[]): Activation {
  if (config?.problemType === "regression") return "none";
  if (config?.problemType === "multi_label_classification") return "sigmoid";
  return config?.problemType === undefined && labels.length === 1 ? "none" : "softmax";
}
