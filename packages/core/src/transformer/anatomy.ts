/** @file The parts of a Transformer classifier, by the names of their values in a graph. */

import { InternalError } from "../errors.ts";
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

/**
 * One stack of blocks that hands hidden states on: an encoder, a tower of a pair, a decoder. Lists have one entry per
 * block, first block first.
 */
export interface Stream {
  /** Name of the modality that it reads. The number of positions is free for "text", fixed for "image". */
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
  /** Attention of each block to the positions of another stream, by its place in the list, as decoders have it. */
  readonly crossAttention?: { readonly stream: number; readonly probabilities: readonly string[] };
  readonly heads: number;
  readonly width: number;
  /** Whether no position looks at later ones, as in decoders. Absent for no. */
  readonly causal?: true;
}

/** Scores of classes: what classifiers give. */
export interface LogitsOutput {
  readonly kind: "logits";
  /** [batch, classes], or [batch, tokens, classes] where every token is classified. */
  readonly value: string;
  /** What is classified: the whole input or every token of it. */
  readonly per: "input" | "token";
  /** What the file itself makes probabilities of the logits with; absent where its output is the logits. */
  readonly activation?: "softmax" | "sigmoid";
  /** Which positions of the last hidden state they are read from. */
  readonly readout: Readout;
}

/** What a question can ask about, by kind. */
export type ModelOutput = LogitsOutput;

/** Where the parts are: the streams that inputs pass, and the outputs that are made of them. */
export interface Anatomy {
  /** One for an encoder or a decoder alone; two for a pair of towers, or an encoder and the decoder that attends to it. */
  readonly streams: readonly [Stream, ...Stream[]];
  readonly outputs: readonly [ModelOutput, ...ModelOutput[]];
}

/** The anatomy of a classifier: one stream, whose last hidden state the logits are read from. */
export const classifierAnatomy = (stream: Stream, logits: Omit<LogitsOutput, "kind">): Anatomy => ({
  streams: [stream],
  outputs: [{ kind: "logits", ...logits }],
});

/**
 * The stream of a model that has one: what programs are made of so far.
 *
 * @throws {InternalError} When there are several: what is computed of the first would not be an explanation of the model.
 */
export function streamOf({ streams: [stream, ...others] }: Anatomy): Stream {
  if (others.length === 0) return stream;
  throw new InternalError(`a program of one stream is asked for, and the model has ${others.length + 1}`);
}

/** The logits of a model. @throws {InternalError} When it has none: the question is about another kind of output. */
export function logitsOf({ outputs }: Anatomy): LogitsOutput {
  const found = outputs.find(({ kind }) => kind === "logits");
  if (found !== undefined) return found;
  throw new InternalError(`logits are asked for, and the model has ${outputs.map(({ kind }) => kind).join(", ")}`);
}

/** A forward graph with its anatomy; outputs: the logits. */
export interface TransformerGraph {
  readonly graph: Graph;
  readonly opsets: Readonly<Record<string, number>>;
  readonly anatomy: Anatomy;
}
