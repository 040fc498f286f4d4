/** @file The frame of a text encoder: inputs, encoder, head by task or embedding, anatomy. A family fills in its embeddings, blocks and head. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { activation } from "./activations.ts";
import { classifierAnatomy, embeddingAnatomy, type Stream, type TransformerGraph } from "./anatomy.ts";
import { embeddingReadout, embeddingWidth, emitEmbedding } from "./embedding.ts";
import type { WordEmbeddings } from "./embeddings.ts";
import type { BuildOptions } from "./family.ts";
import { firstPosition, linear } from "./layers.ts";
import { Parameters, type WeightSource } from "./parameters.ts";
import type { EncodedBlocks } from "./post-norm.ts";

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
  /** Logits of every token from the last hidden states. Default: the linear layer "classifier". */
  tokenLogits?(model: TextModel, states: string): string;
}

/**
 * Builds a text classifier: `...ForTokenClassification` gives logits for every token, anything else for the input.
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
  const perToken =
    embedding === undefined && config.architectures.some((name) => name.endsWith("ForTokenClassification"));
  const readout = embedding === undefined ? (profile.readout ?? "first") : embeddingReadout(embedding);
  const pooled = lastBlock === "pooled" && !perToken && readout === "first";

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
  if (embedding !== undefined) {
    const vector = emitEmbedding(builder, output, mask, embedding);
    const shape = ["batch", embeddingWidth(embedding, profile.sizes.width)];
    const value = builder.output(vector, "embedding", "float32", shape);
    all.check();
    return { graph: builder.build(), opsets: builder.opsets, anatomy: embeddingAnatomy(stream, { value, readout }) };
  }
  const classes = config.numLabels;
  const raw = perToken
    ? (profile.tokenLogits?.(model, output) ??
      linear(builder, output, all.at("classifier"), profile.sizes.width, classes))
    : profile.sequenceLogits(model, readout === "mean" ? meanPosition(model, output) : firstPosition(builder, output));
  const shape = perToken ? ["batch", "tokens", classes] : ["batch", classes];
  const logits = builder.output(raw, "logits", "float32", shape);
  all.check();
  return {
    graph: builder.build(),
    opsets: builder.opsets,
    anatomy: classifierAnatomy(stream, {
      value: logits,
      per: perToken ? "token" : "input",
      readout: perToken ? "each" : readout,
    }),
  };
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
