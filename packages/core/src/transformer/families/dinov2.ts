/**
 * @file DINOv2 (Oquab et al. 2024), with or without registers (Darcet et al. 2024), with a classification head, from
 * Hugging Face checkpoints: a ViT with layer scale that reads the class token and the mean of the patches, and whose
 * positions are stretched to the pictures it gets.
 */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import type { ModelFamily } from "../family.ts";
import { stretchPositions } from "../interpolate-positions.ts";
import { layerNorm, linear } from "../layers.ts";
import type { Parameters } from "../parameters.ts";
import { gatedPerceptron, type PreNormLayers, perceptron } from "../pre-norm.ts";
import {
  buildVisionModel,
  configuredInput,
  patchMean,
  position,
  type VisionHead,
  type VisionModel,
} from "../vision-model.ts";
import { blocksOf, qkvBias } from "../vit-tensors.ts";

export const dinov2: ModelFamily = {
  name: "dinov2",
  modelTypes: ["dinov2", "dinov2_with_registers"],
  kind: "image",
  maxLength: () => undefined,
  build: (config, weights, options = {}) =>
    buildVisionModel(config, weights, options, {
      name: "dinov2",
      heads: ["classifier.weight"],
      epsilon: config.number("layer_norm_eps", 1e-6),
      adapts: true,
      parts(model) {
        const encoder = model.all.base(config.modelType);
        const embeddings = encoder.at("embeddings");
        const registers = registerCount(config);
        return {
          patches: embeddings.at("patch_embeddings.projection"),
          tokens: [(shape) => embeddings.get("cls_token", shape)],
          ...(registers === 0
            ? {}
            : { registers: { count: registers, read: (shape) => embeddings.get("register_tokens", shape) } }),
          positions: stretchedPositions(model, embeddings),
          blocks: blocksOf(model, (b) => dinoBlock(model, encoder.at(`encoder.layer.${b}`))),
          head: concatenatedHead(model, encoder.at("layernorm"), 1 + registers),
        };
      },
    }),
};

const hasRegisters = (config: CheckpointConfig): boolean => config.modelType === "dinov2_with_registers";

const registerCount = (config: CheckpointConfig): number =>
  hasRegisters(config) ? config.integer("num_register_tokens", 4) : 0;

function dinoBlock({ builder, config, sizes }: VisionModel, block: Parameters): PreNormLayers {
  const { width } = sizes;
  const attention = block.at("attention.attention");
  const inner = Math.trunc(width * config.number("mlp_ratio", 4));
  const gated = config.boolean("use_swiglu_ffn", false);
  return {
    attentionNorm: block.at("norm1"),
    projections: {
      kind: "separate",
      query: attention.at("query"),
      key: attention.at("key"),
      value: attention.at("value"),
      bias: qkvBias(config),
    },
    mix: block.at("attention.output.dense"),
    attentionScale: (shape) => block.get("layer_scale1.lambda1", shape),
    feedForwardNorm: block.at("norm2"),
    feedForward: gated
      ? gatedPerceptron(
          builder,
          { expand: block.at("mlp.weights_in"), contract: block.at("mlp.weights_out") },
          // Two thirds of the usual width, rounded up to a multiple of 8, because there are two of them.
          { width, inner: Math.ceil(Math.trunc((inner * 2) / 3) / 8) * 8 },
        )
      : perceptron(
          builder,
          { expand: block.at("mlp.fc1"), contract: block.at("mlp.fc2") },
          { width, inner, act: config.string("hidden_act", "gelu") },
        ),
    feedForwardScale: (shape) => block.get("layer_scale2.lambda1", shape),
  };
}

/** Positions of the class token and of the patches of the input. */
function stretchedPositions({ builder, config, sizes }: VisionModel, embeddings: Parameters): string {
  const { width, patch, rows, columns } = sizes;
  const stored = configuredInput(config);
  const from = { rows: Math.floor(stored.height / patch), columns: Math.floor(stored.width / patch) };
  const count = from.rows * from.columns;
  const table = embeddings.get("position_embeddings", [1, 1 + count, width]);
  if (from.rows === rows && from.columns === columns) return table;
  embeddings.check(); // before matrices of that size are made
  const patches = stretchPositions(builder, builder.slice(table, 1, 1, 1 + count), from, sizes, {
    width,
    antialias: hasRegisters(config),
  });
  return builder.concat([builder.slice(table, 1, 0, 1), patches], 1);
}

/** Logits from the class token and the mean of the patches side by side; registers are not read. */
function concatenatedHead(model: VisionModel, norm: Parameters, specialTokens: number): VisionHead {
  const { builder, config, all, sizes } = model;
  const { width, epsilon } = sizes;
  return {
    readout: "first-and-mean",
    read: undefined,
    logits(states) {
      const normed = layerNorm(builder, states, norm, width, epsilon);
      const features = builder.concat([position(builder, normed, 0), patchMean(model, normed, specialTokens)], 1);
      return linear(builder, features, all.at("classifier"), 2 * width, config.numLabels);
    },
  };
}
