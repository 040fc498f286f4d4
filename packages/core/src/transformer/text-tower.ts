/** @file The frame of a tower that makes embeddings of texts, as CLIP and SigLIP have it: words, positions, blocks as in a ViT, pooling, projection. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { embeddingAnatomy, type Readout, type TransformerGraph } from "./anatomy.ts";
import { lookUp } from "./embeddings.ts";
import { additiveMask, layerNorm, NEVER } from "./layers.ts";
import { Parameters, type WeightSource } from "./parameters.ts";
import { type PreNormLayers, perceptron, preNormBlocks } from "./pre-norm.ts";

/** A tower under construction. */
export interface TextTower {
  readonly builder: GraphBuilder;
  /** All parameters of the checkpoint. */
  readonly all: Parameters;
  /** Inputs of the graph, int64 [batch, tokens]. */
  readonly ids: string;
  readonly mask: string;
  readonly width: number;
}

export interface TextTowerProfile {
  readonly name: string;
  /** Whether no token looks at later ones. */
  readonly causal: boolean;
  readonly readout: Readout;
  /** Numbers of an embedding. */
  readonly embedding: number;
  /** Normalised last hidden states [batch, tokens, width] -> embedding [batch, numbers]. */
  pool(tower: TextTower, states: string): string;
}

/**
 * Builds the tower whose tensors are below "text_model".
 *
 * @throws {CheckpointError} When weights are missing or misshapen.
 */
export function buildTextTower(
  config: CheckpointConfig,
  weights: WeightSource,
  { name, causal, readout, embedding, pool }: TextTowerProfile,
): TransformerGraph {
  const builder = new GraphBuilder({ name });
  const all = new Parameters(builder, weights);
  const tower = all.at("text_model");
  const width = config.integer("hidden_size");
  const heads = config.integer("num_attention_heads");
  const epsilon = config.number("layer_norm_eps");
  const input = (called: string) => builder.input(called, "int64", ["batch", "tokens"]);
  const [ids, mask] = [input("input_ids"), input("attention_mask")];

  const table = tower.at("embeddings");
  const words = lookUp(builder, table.at("token_embedding"), [config.integer("vocab_size"), width], ids, "words");
  const rows = config.integer("max_position_embeddings");
  const { value, tensor } = table.at("position_embedding").stored("weight", [rows, width]);
  const positions = table.toFloat(builder.slice(value, 0, 0, builder.sizeOf(ids, 1)), tensor);
  const hidden = builder.add(words.value, positions, "hidden_state.0");

  const padding = additiveMask(builder, mask);
  const attentionBias = causal ? builder.add(padding, laterNever(builder, ids)) : padding;
  const blocks = Array.from({ length: config.integer("num_hidden_layers") }, (_, b) => ({
    ...towerBlock(builder, config, tower.at(`encoder.layers.${b}`)),
    attentionBias,
  }));
  const sizes = { width, heads, epsilon };
  const { output, hiddenStates, attentionProbabilities } = preNormBlocks(builder, hidden, blocks, sizes, undefined);
  const normed = layerNorm(builder, output, tower.at("final_layer_norm"), width, epsilon);
  const vector = builder.output(pool({ builder, all, ids, mask, width }, normed), "embedding", "float32", [
    "batch",
    embedding,
  ]);
  all.check();
  return {
    graph: builder.build(),
    opsets: builder.opsets,
    anatomy: embeddingAnatomy(
      {
        kind: "text",
        inputs: { ids, mask },
        wordEmbeddings: words,
        hiddenStates,
        attentionProbabilities,
        heads,
        width,
        ...(causal ? { causal: true as const } : {}),
      },
      { value: vector, readout, shared: true },
    ),
  };
}

/** 0 where a token may be seen, the lowest finite float32 where it comes later [tokens, tokens]. */
function laterNever(builder: GraphBuilder, ids: string): string {
  const count = builder.squeeze(builder.sizeOf(ids, 1), [0]);
  const whole = (value: number) => builder.emit("Squeeze", [builder.integers([value])]);
  const order = builder.emit("Range", [whole(0), count, whole(1)]);
  const before = builder.emit("LessOrEqual", [builder.unsqueeze(order, [0]), builder.unsqueeze(order, [1])]);
  return builder.emit("Where", [before, builder.scalar(0), builder.scalar(NEVER)]);
}

/** A block under the names that both towers of CLIP and SigLIP have. */
export function towerBlock(builder: GraphBuilder, config: CheckpointConfig, at: Parameters): PreNormLayers {
  const attention = at.at("self_attn");
  return {
    attentionNorm: at.at("layer_norm1"),
    projections: {
      kind: "separate",
      query: attention.at("q_proj"),
      key: attention.at("k_proj"),
      value: attention.at("v_proj"),
      bias: { query: true, key: true, value: true },
    },
    mix: attention.at("out_proj"),
    feedForwardNorm: at.at("layer_norm2"),
    feedForward: perceptron(
      builder,
      { expand: at.at("mlp.fc1"), contract: at.at("mlp.fc2") },
      {
        width: config.integer("hidden_size"),
        inner: config.integer("intermediate_size"),
        act: config.string("hidden_act"),
      },
    ),
  };
}
