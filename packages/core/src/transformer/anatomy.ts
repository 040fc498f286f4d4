/** @file The parts of a Transformer classifier, by the names of their values in a graph. */

import type { Graph } from "../onnx/model.ts";

/** How a picture is cut into patches; the positions after `specialTokens` are the patches, row by row. */
export interface PatchGrid {
  readonly rows: number;
  readonly columns: number;
  /** Side of a patch in pixels of the input. */
  readonly patch: number;
  /** Positions before the first patch: class token, distillation token, registers. */
  readonly specialTokens: number;
}

/**
 * Which positions of the last hidden state the logits are read from.
 *
 * - `first`, `last`: one position, the class token of most encoders; `first-two`: class and distillation token.
 * - `mean`: all positions alike, of images all patches; `first-and-mean`: the class token and that mean.
 * - `last-token`: the last token that is not padding, which the head looks for among the ids.
 * - `chosen`: positions at other places, or that the head chooses by the ids in another way.
 * - `each`: every token has logits of its own.
 * - `unknown`: the positions have weights that the model computes, or nothing tells.
 */
export type Readout =
  | "first"
  | "first-two"
  | "last"
  | "last-token"
  | "chosen"
  | "mean"
  | "first-and-mean"
  | "each"
  | "unknown";

/** Where the parts are. Lists have one entry per block, first block first. */
export interface Anatomy {
  /** Name of the modality that the model reads. The number of positions is free for "text", fixed for "image". */
  readonly kind: string;
  /** Inputs of the graph by role; `mask` is 1 where a position may be attended to, `positionIds` number them from `firstPosition`. */
  readonly inputs: {
    readonly ids?: string;
    readonly typeIds?: string;
    readonly mask?: string;
    readonly positionIds?: string;
    readonly pixels?: string;
    /** Numbers of another kind of input. */
    readonly values?: string;
  };
  /** The number of the first token, where positions are given. Absent for 0. */
  readonly firstPosition?: number;
  /** Images: the patches. */
  readonly patches?: PatchGrid;
  /** Text: the looked-up word vectors [batch, tokens, width] before positions are added, and the table they come from. */
  readonly wordEmbeddings?: { readonly value: string; readonly table: string };
  /**
   * Whether blocks or head look at the token ids besides the word vectors, as heads do that look for the last token that
   * is no padding. Absent for no.
   */
  readonly readsIds?: true;
  /** Hidden state entering each block [batch, positions, width]. */
  readonly hiddenStates: readonly string[];
  /** Attention probabilities of each block [batch, heads, queries, keys]. */
  readonly attentionProbabilities: readonly string[];
  /** Logits [batch, classes], or [batch, tokens, classes] where every token is classified. */
  readonly logits: string;
  /** What is classified: the whole input or every token of it. */
  readonly logitsPer: "input" | "token";
  /** What the file itself makes probabilities of the logits with; absent where its output is the logits. */
  readonly activation?: "softmax" | "sigmoid";
  readonly heads: number;
  readonly width: number;
  /** Which positions of the last hidden state the logits are read from. */
  readonly readout: Readout;
  /** Whether no position looks at later ones, as in decoders. Absent for no. */
  readonly causal?: true;
}

/** A forward graph with its anatomy; outputs: the logits. */
export interface TransformerGraph {
  readonly graph: Graph;
  readonly opsets: Readonly<Record<string, number>>;
  readonly anatomy: Anatomy;
}
