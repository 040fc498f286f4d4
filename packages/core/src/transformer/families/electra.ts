/**
 * @file ELECTRA (Clark et al. 2020) with a classification head, from Hugging Face checkpoints: BERT whose embeddings may
 * be narrower than its blocks, and a head with GELU.
 */

import { bertSizes, encodeLikeBert } from "../bert-encoder.ts";
import type { ModelFamily } from "../family.ts";
import { buildTextModel, denseHead } from "../text-model.ts";

export const electra: ModelFamily = {
  name: "electra",
  modelTypes: ["electra"],
  kind: "text",
  maxLength: (config) => config.integer("max_position_embeddings"),
  build(config, weights, options = {}) {
    const sizes = bertSizes(config);
    const types = config.integer("type_vocab_size", 2);
    const embeddingWidth = config.integer("embedding_size", 128);
    return buildTextModel(config, weights, options, {
      name: "electra",
      prefix: "electra",
      types,
      sizes,
      encode: (model) => encodeLikeBert(model, { types, embeddingWidth }),
      maskedHead: ({ all, encoder }) => ({
        dense: all.at("generator_predictions.dense"),
        norm: all.at("generator_predictions.LayerNorm"),
        words: all.at("generator_lm_head"),
        table: encoder.at("embeddings.word_embeddings"),
        act: "gelu",
        epsilon: sizes.epsilon,
        width: sizes.width,
        inner: embeddingWidth,
      }),
      sequenceLogits: (model, state) =>
        denseHead(model, state, {
          dense: model.all.at("classifier.dense"),
          act: "gelu",
          project: model.all.at("classifier.out_proj"),
          width: sizes.width,
        }),
    });
  },
};
