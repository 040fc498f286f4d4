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
    /**
     * Decoders that calig builds: the place of each token in its sequence, and the branch that it is on, int64
     * [batch, tokens], the same in every row. Branch 0 is the prompt; a token of another branch sees the prompt and what
     * is before it on its own branch, so that several continuations of one prompt are read at once.
     */
    readonly places?: string;
    readonly branches?: string;
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

/**
 * Logits of the tokens that follow: what language models give. The head is applied at the positions that are asked for
 * alone, because a row of all of them would be as long as the vocabulary times the prompt.
 */
export interface NextTokenOutput {
  readonly kind: "next-token";
  /** [batch, asked, vocabulary] */
  readonly value: string;
  readonly per: "asked";
  /**
   * Input of the graph, int64 [batch, asked], the same in every row: which positions of the last hidden state are gathered
   * before the head. The logits at a position are those of the token behind it.
   */
  readonly positions: string;
  /** Tokens that can follow. */
  readonly vocabulary: number;
  readonly activation?: never;
  readonly readout: "chosen";
}

/** Logits of the words that could stand in the place of a masked one: what models give that were trained to fill masks. */
export interface MaskedTokenOutput {
  readonly kind: "masked-token";
  /** [batch, asked, vocabulary] */
  readonly value: string;
  readonly per: "asked";
  /** As of `NextTokenOutput`; the logits at a position are those of the token at it. */
  readonly positions: string;
  /** Tokens that can stand there. */
  readonly vocabulary: number;
  readonly activation?: never;
  readonly readout: "chosen";
}

/** Where an answer starts and where it ends in a text: what models give that answer questions by a span. */
export interface SpanOutput {
  readonly kind: "span";
  /** Logits that a token is the first, and that it is the last of the answer [batch, tokens, 2]. */
  readonly value: string;
  readonly per: "span";
  readonly activation?: never;
  readonly readout: "each";
}

/** A vector for the whole input: what models for search and similarity give. Scores are made of it by questions. */
export interface EmbeddingOutput {
  readonly kind: "embedding";
  /** [batch, numbers] */
  readonly value: string;
  readonly per: "input";
  readonly activation?: never;
  /** Which positions of the last hidden state it is pooled from. */
  readonly readout: Readout;
  /** Whether another tower makes embeddings of other inputs in the same space. Absent for no. */
  readonly shared?: true;
}

/** What a question can ask about, by kind. */
export type ModelOutput = LogitsOutput | NextTokenOutput | MaskedTokenOutput | SpanOutput | EmbeddingOutput;

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

/** The anatomy of a model that makes embeddings: one stream, whose last hidden state they are pooled from. */
export const embeddingAnatomy = (
  stream: Stream,
  { value, readout, shared }: Pick<EmbeddingOutput, "value" | "readout" | "shared">,
): Anatomy => ({
  streams: [stream],
  outputs: [{ kind: "embedding", per: "input", value, readout, ...(shared === undefined ? {} : { shared }) }],
});

/** The anatomy of a model that fills masks: one stream, and logits of the words at the positions that are asked for. */
export const maskedModelAnatomy = (
  stream: Stream,
  masked: Pick<MaskedTokenOutput, "value" | "positions" | "vocabulary">,
): Anatomy => ({
  streams: [stream],
  outputs: [{ kind: "masked-token", per: "asked", readout: "chosen", ...masked }],
});

/** The anatomy of a model that answers by a span: one stream, and two logits for every token. */
export const spanAnatomy = (stream: Stream, { value }: Pick<SpanOutput, "value">): Anatomy => ({
  streams: [stream],
  outputs: [{ kind: "span", per: "span", readout: "each", value }],
});

/** The anatomy of a language model: one causal stream, and logits of the tokens that follow. */
export const languageModelAnatomy = (
  stream: Stream,
  next: Pick<NextTokenOutput, "value" | "positions" | "vocabulary">,
): Anatomy => ({
  streams: [stream],
  outputs: [{ kind: "next-token", per: "asked", readout: "chosen", ...next }],
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

/**
 * The numbers that scores are made of: logits of classes or of next tokens, or an embedding.
 */
export const logitsOf = ({ outputs: [first] }: Anatomy): ModelOutput => first;

/** The logits of classes. @throws {InternalError} When the model has none. */
export function classLogitsOf(anatomy: Anatomy): LogitsOutput {
  const found = logitsOf(anatomy);
  if (found.kind === "logits") return found;
  throw new InternalError(`logits of classes are asked for, and the model has ${found.kind}`);
}

/** The logits of next tokens; undefined where a model gives none. */
export const nextTokensOf = ({ outputs }: Anatomy): NextTokenOutput | undefined =>
  outputs.find((output) => output.kind === "next-token");

/** The logits of tokens at positions that are asked for, whatever they are of; undefined where a model gives none. */
export const askedTokensOf = ({ outputs }: Anatomy): NextTokenOutput | MaskedTokenOutput | undefined =>
  outputs.find((output) => output.kind === "next-token" || output.kind === "masked-token");

/** The logits of masked words; undefined where a model gives none. */
export const maskedTokensOf = ({ outputs }: Anatomy): MaskedTokenOutput | undefined =>
  outputs.find((output) => output.kind === "masked-token");

/** A forward graph with its anatomy; outputs: the logits. */
export interface TransformerGraph {
  readonly graph: Graph;
  readonly opsets: Readonly<Record<string, number>>;
  readonly anatomy: Anatomy;
}
