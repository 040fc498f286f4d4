/** @file What a model family is: how a checkpoint of one `model_type` becomes a graph. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import type { TransformerGraph } from "./anatomy.ts";
import type { EmbeddingPlan } from "./embedding.ts";
import type { WeightSource } from "./parameters.ts";

/** Two towers whose embeddings lie in one space: what the family does not build itself. */
export interface TowerPair {
  /** Builds the tower that reads texts, of the same weights. */
  readonly texts: ModelFamily;
  /** Names of the tensors of that tower; the others are those of pictures. */
  readonly ofTexts: RegExp;
  /** Tensors of one number each: the logarithm of what cosines are multiplied by, and what is added. */
  readonly scale: string;
  readonly bias?: string;
  /** How logits of several texts become probabilities. */
  readonly activation: "softmax" | "sigmoid";
  /** Whether texts are filled up to the greatest length, and what fills them is read like words. */
  readonly fills: boolean;
}

/** What a family is told besides the checkpoint: how much the last block computes, how large pictures are. */
export interface BuildOptions {
  /**
   * Positions that the last block computes: "all", or "pooled" for only those the logits are read from. "pooled" gives
   * the same logits and gradients for less work; its last attention map has the pooled queries only. Without effect
   * where the logits are read from all positions.
   */
  readonly lastBlock?: "all" | "pooled";
  /**
   * Size in pixels of the pictures that the model gets. Default: that of the configuration. Models whose positions
   * cannot be adapted refuse another one.
   */
  readonly inputSize?: { readonly width: number; readonly height: number };
  /** In the place of the head: an embedding of the text. Families that know no such thing build their head. */
  readonly embedding?: EmbeddingPlan;
}

/** One family. To add one to calig: a file in families/ and a line in families.ts; from outside: `defineFamily`. */
export interface ModelFamily {
  /** Name for reports: "bert". */
  readonly name: string;
  /** Values of `model_type` in config.json that this family builds. */
  readonly modelTypes: readonly string[];
  /** The kind of input that its models read: "text", "image", or the name of a modality of the caller's. */
  readonly kind: string;
  /** Whether its models are decoders, whose heads it checks itself. Absent for no. */
  readonly decoder?: true;
  /** Whether it builds one tower of a pair, which makes embeddings. Absent for no. */
  readonly tower?: true;
  /** Of models of two towers, of which the family itself builds the one that reads pictures; undefined for a model of one. */
  towers?(weights: WeightSource): TowerPair | undefined;
  /** Names of tensors that such checkpoints have and that no logit depends on. Others that are not used are warned of. */
  readonly unread?: RegExp;
  /** Names of weights that such checkpoints store [in, out]: what adapters add to them is [out, in]. Default: none. */
  readonly transposed?: RegExp;
  /**
   * The fields of config.json as the family reads them: those of objects within laid open, what the file leaves out filled
   * in. Default: as they are.
   */
  fields?(stated: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** Longest input in tokens, special ones included; undefined for images. */
  maxLength(config: CheckpointConfig): number | undefined;
  /**
   * Builds the forward graph.
   *
   * @throws {CheckpointError} When weights are missing or do not fit the config.
   * @throws {UnsupportedModelError} When the config asks for something that calig does not build.
   */
  build(config: CheckpointConfig, weights: WeightSource, options?: BuildOptions): TransformerGraph;
}

/** A family whose code is loaded when a model needs it. */
export interface FamilyOnDemand extends Pick<ModelFamily, "name" | "modelTypes"> {
  /** As in `async () => (await import("./my-family.js")).myFamily`. */
  load(): Promise<ModelFamily>;
}

export type KnownFamily = ModelFamily | FamilyOnDemand;
