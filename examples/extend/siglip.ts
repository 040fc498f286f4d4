/**
 * @file The vision tower of SigLIP (Zhai et al. 2023) with a classification head, as transformers saves
 * SiglipForImageClassification: a ViT without a class token whose logits are read from the mean of the patches. A model
 * family from outside.
 *
 * calig explain --image photo.jpg --model siglip-classifier/ --plugin examples/extend/siglip.ts
 */

import {
  blocksOf,
  buildVisionModel,
  defineFamily,
  layerNorm,
  linear,
  type Parameters,
  type PreNormLayers,
  patchMean,
  perceptron,
  type VisionModel,
} from "calig/extend";

/** What SiglipVisionConfig has where config.json does not say it. */
const DEFAULTS = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  image_size: 224,
  patch_size: 16,
  hidden_act: "gelu_pytorch_tanh",
  layer_norm_eps: 1e-6,
};

export default defineFamily({
  name: "siglip",
  modelTypes: ["siglip"],
  kind: "image",
  // The pooling by attention, which embeddings have and the classifier does not read.
  unread: /^vision_model\.head\./,
  fields: ({ vision_config: vision, ...stated }) => ({ ...DEFAULTS, ...(vision as object | undefined), ...stated }),
  maxLength: () => undefined,
  build: (config, weights, options = {}) =>
    buildVisionModel(config, weights, options, {
      name: "siglip",
      heads: ["classifier.weight"],
      epsilon: config.number("layer_norm_eps"),
      parts(model) {
        const tower = model.all.at("vision_model");
        const { width, rows, columns } = model.sizes;
        return {
          patches: tower.at("embeddings.patch_embedding"),
          tokens: [],
          positions: tower.get("embeddings.position_embedding.weight", [rows * columns, width]),
          blocks: blocksOf(model, (b) => block(model, tower.at(`encoder.layers.${b}`))),
          head: {
            readout: "mean",
            read: undefined,
            logits(states) {
              const normed = layerNorm(model.builder, states, tower.at("post_layernorm"), width, model.sizes.epsilon);
              const mean = patchMean(model, normed, 0);
              return linear(model.builder, mean, model.all.at("classifier"), width, config.labels.length);
            },
          },
        };
      },
    }),
});

function block({ builder, config, sizes: { width } }: VisionModel, at: Parameters): PreNormLayers {
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
      { width, inner: config.integer("intermediate_size"), act: config.string("hidden_act") },
    ),
  };
}
