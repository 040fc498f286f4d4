/**
 * @file SigLIP (Zhai et al. 2023), and SigLIP 2 (Tschannen et al. 2025) for pictures of one size: two towers whose embeddings
 * lie in one space, pictures pooled by attention, texts by their last token. A pair fits by the sigmoid of their cosine, scaled
 * and shifted. Also the tower of pictures with a classifier. From Hugging Face checkpoints (SiglipModel,
 * SiglipForImageClassification).
 */

import type { ModelFamily } from "../family.ts";
import { layerNorm, linear, mixByAttention, splitHeads } from "../layers.ts";
import type { Parameters } from "../parameters.ts";
import { perceptron } from "../pre-norm.ts";
import { buildTextTower, towerBlock } from "../text-tower.ts";
import { buildVisionModel, patchMean, position, type VisionHead, type VisionModel } from "../vision-model.ts";
import { blocksOf } from "../vit-tensors.ts";
import { sectionFields } from "./tower-fields.ts";

const COMMON = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  hidden_act: "gelu_pytorch_tanh",
  layer_norm_eps: 1e-6,
};
/** What SiglipVisionConfig and SiglipTextConfig have where config.json does not say it. */
const PICTURES = { ...COMMON, image_size: 224, patch_size: 16 };
const TEXTS = { ...COMMON, vocab_size: 32000, max_position_embeddings: 64 };

const siglipTexts: ModelFamily = {
  name: "siglip",
  modelTypes: [],
  kind: "text",
  tower: true,
  fields: sectionFields("text_config", TEXTS),
  maxLength: (config) => config.integer("max_position_embeddings"),
  build(config, weights) {
    const embedding = config.integer("projection_size", config.integer("hidden_size"));
    return buildTextTower(config, weights, {
      name: "siglip texts",
      causal: false,
      readout: "last",
      embedding,
      pool: ({ builder, all, width }, states) => {
        const last = builder.squeeze(builder.slice(states, 1, -1, Number.MAX_SAFE_INTEGER), [1]);
        return linear(builder, last, all.at("text_model.head"), width, embedding);
      },
    });
  },
};

export const siglip: ModelFamily = {
  name: "siglip",
  modelTypes: ["siglip"],
  kind: "image",
  tower: true,
  // The pooling by attention, which embeddings have and a classifier does not read.
  unread: /^vision_model\.head\./,
  towers: ({ names }) =>
    names.has("classifier.weight")
      ? undefined
      : {
          texts: siglipTexts,
          ofTexts: /^text_model\./,
          scale: "logit_scale",
          bias: "logit_bias",
          activation: "sigmoid",
          fills: true,
        },
  fields: sectionFields("vision_config", PICTURES),
  maxLength: () => undefined,
  build: (config, weights, options = {}) =>
    buildVisionModel(config, weights, options, {
      name: "siglip",
      heads: weights.names.has("classifier.weight")
        ? ["classifier.weight"]
        : { embedding: config.integer("hidden_size") },
      epsilon: config.number("layer_norm_eps"),
      parts(model) {
        const { builder, all, sizes } = model;
        const tower = all.at("vision_model");
        return {
          patches: tower.at("embeddings.patch_embedding"),
          tokens: [],
          positions: tower.get("embeddings.position_embedding.weight", [sizes.rows * sizes.columns, sizes.width]),
          blocks: blocksOf(model, (b) => towerBlock(builder, config, tower.at(`encoder.layers.${b}`))),
          head: weights.names.has("classifier.weight") ? classifier(model, tower) : attentionHead(model, tower),
        };
      },
    }),
};

const normed = ({ builder, sizes: { width, epsilon } }: VisionModel, tower: Parameters, states: string): string =>
  layerNorm(builder, states, tower.at("post_layernorm"), width, epsilon);

const classifier = (model: VisionModel, tower: Parameters): VisionHead => ({
  readout: "mean",
  read: undefined,
  logits: (states) =>
    linear(
      model.builder,
      patchMean(model, normed(model, tower, states), 0),
      model.all.at("classifier"),
      model.sizes.width,
      model.config.numLabels,
    ),
});

/** A learned vector attends to all patches; a feed-forward layer follows, as in a block. */
function attentionHead(model: VisionModel, tower: Parameters): VisionHead {
  const { builder: b, config, sizes } = model;
  const { width, heads, epsilon } = sizes;
  const head = tower.at("head");
  return {
    readout: "unknown",
    read: undefined,
    logits(states) {
      const last = normed(model, tower, states);
      const [batch, one] = [b.sizeOf(last, 0), b.integers([1, width])];
      const probe = b.emit("Expand", [head.get("probe", [1, 1, width]), b.concat([batch, one], 0)]);
      const weight = head.get("attention.in_proj_weight", [3 * width, width]);
      const bias = head.get("attention.in_proj_bias", [3 * width]);
      /** The part of the joint projection that gives queries, keys or values. */
      const project = (x: string, part: number) => {
        const [from, to] = [part * width, (part + 1) * width];
        const product = b.matmul(x, b.slice(weight, 0, from, to), { transB: true });
        return splitHeads(b, b.add(product, b.slice(bias, 0, from, to)), heads, width / heads);
      };
      const parts = { query: project(probe, 0), key: project(last, 1), value: project(last, 2) };
      const { context } = mixByAttention(b, parts, { width, heads }, { probabilities: "head.attention_probabilities" });
      const mixed = linear(b, context, head.at("attention.out_proj"), width, width);
      const middle = layerNorm(b, mixed, head.at("layernorm"), width, epsilon);
      const layers = { expand: head.at("mlp.fc1"), contract: head.at("mlp.fc2") };
      const inner = config.integer("intermediate_size");
      const feedForward = perceptron(b, layers, { width, inner, act: config.string("hidden_act") });
      return position(b, b.add(mixed, feedForward(middle)), 0);
    },
  };
}
