/** @file The frame of a text encoder: inputs, encoder, head by task or embedding, anatomy. A family fills in its embeddings, blocks and head. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { activation } from "./activations.ts";
import {
  type Anatomy,
  classifierAnatomy,
  embeddingAnatomy,
  maskedModelAnatomy,
  type Stream,
  spanAnatomy,
  type TransformerGraph,
} from "./anatomy.ts";
import { firstRow } from "./decoder-parts.ts";
import { embeddingReadout, embeddingWidth, emitEmbedding } from "./embedding.ts";
import type { WordEmbeddings } from "./embeddings.ts";
import type { BuildOptions } from "./family.ts";
import { firstPosition, linear } from "./layers.ts";
import { type MaskedHead, maskedLogits } from "./masked-head.ts";
import { Parameters, type WeightSource } from "./parameters.ts";
import type { EncodedBlocks } from "./post-norm.ts";
import { textHead } from "./text-head.ts";

/** A text model under construction. */
export interface TextModel {
  readonly builder: GraphBuilder;
  readonly config: CheckpointConfig;
  /** All parameters, and those of the encoder. */
  readonly all: Parameters;
  readonly encoder: Parameters;
  /** Inputs of the graph, int64 [batch, tokens]. */
  readonly ids: string;
  readonly typeIds: string | undefined;
  readonly mask: string;
  /** Only the first position is read after the last block. */
  readonly pooled: boolean;
}

/** What distinguishes one family of text models. */
export interface TextProfile {
  readonly name: string;
  /** What the names of the encoder's tensors start with: "bert". */
  readonly prefix: string;
  /** Number of kinds of token that the model tells apart. */
  readonly types: number;
  readonly sizes: { readonly width: number; readonly heads: number };
  /** What a sequence head reads. Default "first". */
  readonly readout?: "first" | "mean";
  encode(model: TextModel): EncodedBlocks & { readonly words: WordEmbeddings };
  /** Logits of the input [batch, classes] from the state that the head reads [batch, width]. */
  sequenceLogits(model: TextModel, state: string): string;
  /**
   * Logits of every token from the last hidden states. Default: the linear layer "classifier", of heads that find spans
   * "qa_outputs".
   */
  tokenLogits?(model: TextModel, states: string, classes: number): string;
  /** The head that fills masks. */
  maskedHead(model: TextModel): MaskedHead;
}

/** Logits of a token where spans are found: that it is the first, and that it is the last. */
const SPAN_ENDS = 2;

/**
 * Builds a model of texts by its head (`textHead`): logits of the text or of every token, of where an answer starts and ends,
 * or of the word in the place of a mask.
 *
 * @throws {UnsupportedModelError} When the checkpoint has a head for another task, or is a decoder.
 * @throws {CheckpointError} When weights are missing or misshapen.
 */
export function buildTextModel(
  config: CheckpointConfig,
  weights: WeightSource,
  { lastBlock = "all", embedding }: BuildOptions,
  profile: TextProfile,
): TransformerGraph {
  checkConfig(config);
  if (embedding === undefined) checkTask(config, weights);
  const builder = new GraphBuilder({ name: profile.name });
  const all = new Parameters(builder, weights);
  const head = embedding === undefined ? textHead(config, weights) : undefined;
  const readout = embedding === undefined ? (profile.readout ?? "first") : embeddingReadout(embedding);
  const pooled = lastBlock === "pooled" && (head ?? "sequence") === "sequence" && readout === "first";

  const input = (name: string) => builder.input(name, "int64", ["batch", "tokens"]);
  const ids = input("input_ids");
  const typeIds = profile.types > 1 ? input("token_type_ids") : undefined;
  const mask = input("attention_mask");
  const model = { builder, config, all, encoder: all.base(profile.prefix), ids, typeIds, mask, pooled };
  const { output, hiddenStates, attentionProbabilities, words } = profile.encode(model);
  const stream: Stream = {
    kind: "text",
    inputs: { ids, mask, ...(typeIds === undefined ? {} : { typeIds }) },
    wordEmbeddings: words,
    hiddenStates,
    attentionProbabilities,
    heads: profile.sizes.heads,
    width: profile.sizes.width,
  };
  const built = (anatomy: Anatomy): TransformerGraph => {
    all.check();
    return { graph: builder.build(), opsets: builder.opsets, anatomy };
  };
  if (embedding !== undefined) {
    const vector = emitEmbedding(builder, output, mask, embedding);
    const shape = ["batch", embeddingWidth(embedding, profile.sizes.width)];
    const value = builder.output(vector, "embedding", "float32", shape);
    return built(embeddingAnatomy(stream, { value, readout }));
  }
  const tokenLogits = (name: string, classes: number) =>
    profile.tokenLogits?.(model, output, classes) ??
    linear(builder, output, all.at(name), profile.sizes.width, classes);
  const classes = config.numLabels;
  switch (head) {
    case "span": {
      const logits = tokenLogits("qa_outputs", SPAN_ENDS);
      return built(
        spanAnatomy(stream, { value: builder.output(logits, "logits", "float32", ["batch", "tokens", SPAN_ENDS]) }),
      );
    }
    case "masked": {
      const positions = builder.input("positions", "int64", ["batch", "asked"]);
      const vocabulary = config.integer("vocab_size");
      const logits = maskedLogits(model, output, firstRow(builder, positions), profile.maskedHead(model));
      const value = builder.output(logits, "logits", "float32", ["batch", "asked", vocabulary]);
      return built(maskedModelAnatomy(stream, { value, positions, vocabulary }));
    }
    case "token": {
      const logits = tokenLogits("classifier", classes);
      const value = builder.output(logits, "logits", "float32", ["batch", "tokens", classes]);
      return built(classifierAnatomy(stream, { value, per: "token", readout: "each" }));
    }
    default: {
      const state = readout === "mean" ? meanPosition(model, output) : firstPosition(builder, output);
      const value = builder.output(profile.sequenceLogits(model, state), "logits", "float32", ["batch", classes]);
      return built(classifierAnatomy(stream, { value, per: "input", readout }));
    }
  }
}

/** The head most families have: project(act(dense(state))), state [batch, width]. */
export function denseHead(
  { builder, config }: TextModel,
  state: string,
  { dense, act, project, width }: DenseHead,
): string {
  const features = activation(act)(builder, linear(builder, state, dense, width, width));
  return linear(builder, features, project, width, config.numLabels);
}

export interface DenseHead {
  readonly dense: Parameters;
  /** Name of the activation. */
  readonly act: string;
  readonly project: Parameters;
  readonly width: number;
}

/** Variations that BERT's descendants can be configured to and that no family builds. */
function checkConfig(config: CheckpointConfig): void {
  const positions = config.string("position_embedding_type", "absolute");
  const found = [
    ...(positions === "absolute" ? [] : [`"position_embedding_type" is "${positions}" (wanted "absolute")`]),
    ...(config.boolean("is_decoder", false) ? ['"is_decoder" is true (wanted false)'] : []),
  ];
  if (found.length === 0) return;
  throw new UnsupportedModelError(
    `Cannot build the model: in ${config.file} ${found.join(" and ")}; give an encoder with absolute positions`,
    found.map((reason) => ({ reason })),
  );
}

/** A head beyond classification would give logits of another meaning, or none: say so before tensors are missed. */
function checkTask(config: CheckpointConfig, weights: WeightSource): void {
  const { architectures } = config;
  if (architectures.length === 0 || architectures.some((name) => /For(Sequence|Token)Classification$/.test(name)))
    return;
  if (textHead(config, weights) !== "sequence") return;
  if ([...weights.names].some((name) => name.startsWith("classifier"))) return;
  const found = architectures.join(", ");
  throw new UnsupportedModelError(
    `Cannot build a classifier from ${weights.description}: config.json says it is a ${found}, and it has no tensors "classifier..."; give a model fine-tuned for sequence or token classification`,
    [{ reason: `architecture ${found}` }],
  );
}

/** Mean over the positions that `mask` keeps: [batch, tokens, width] -> [batch, width]. */
function meanPosition({ builder, mask }: TextModel, states: string): string {
  const kept = builder.unsqueeze(builder.emit("Cast", [mask], { attributes: { to: int(1) } }), [2]); // [batch, tokens, 1]
  const sum = builder.reduceSum(builder.mul(states, kept), [1], false);
  return builder.div(sum, builder.reduceSum(kept, [1], false));
}
