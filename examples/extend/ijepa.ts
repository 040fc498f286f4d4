/**
 * @file I-JEPA (Assran et al. 2023) with a classification head, as transformers saves IJepaForImageClassification: a ViT
 * without a class token whose logits are read from the mean of the patches. A model family from outside.
 *
 * calig explain --image photo.jpg --model ijepa-classifier/ --plugin examples/extend/ijepa.ts
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

/** What IJepaConfig has where config.json does not say it. */
const DEFAULTS = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  image_size: 224,
  patch_size: 16,
  hidden_act: "gelu",
  layer_norm_eps: 1e-12,
};

export default defineFamily({
  name: "ijepa",
  modelTypes: ["ijepa"],
  kind: "image",
  fields: (stated) => ({ ...DEFAULTS, ...stated }),
  maxLength: () => undefined,
  build: (config, weights, options = {}) =>
    buildVisionModel(config, weights, options, {
      name: "ijepa",
      heads: ["classifier.weight"],
      epsilon: config.number("layer_norm_eps"),
      parts(model) {
        const encoder = model.all.at("ijepa");
        const { width, rows, columns, epsilon } = model.sizes;
        return {
          patches: encoder.at("embeddings.patch_embeddings.projection"),
          tokens: [],
          positions: encoder.get("embeddings.position_embeddings", [1, rows * columns, width]),
          blocks: blocksOf(model, (b) => block(model, encoder.at(`encoder.layer.${b}`))),
          head: {
            readout: "mean",
            read: undefined,
            logits(states) {
              const normed = layerNorm(model.builder, states, encoder.at("layernorm"), width, epsilon);
              const mean = patchMean(model, normed, 0);
              return linear(model.builder, mean, model.all.at("classifier"), width, config.labels.length);
            },
          },
        };
      },
    }),
});

function block({ builder, config, sizes: { width } }: VisionModel, at: Parameters): PreNormLayers {
  const attention = at.at("attention.attention");
  return {
    attentionNorm: at.at("layernorm_before"),
    projections: {
      kind: "separate",
      query: attention.at("query"),
      key: attention.at("key"),
      value: attention.at("value"),
      bias: { query: true, key: true, value: true },
    },
    mix: at.at("attention.output.dense"),
    feedForwardNorm: at.at("layernorm_after"),
    feedForward: perceptron(
      builder,
      { expand: at.at("intermediate.dense"), contract: at.at("output.dense") },
      { width, inner: config.integer("intermediate_size"), act: config.string("hidden_act") },
    ),
  };
}
