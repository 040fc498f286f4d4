/**
 * @file BERT (Devlin et al. 2019) with a classification head, from Hugging Face checkpoints: post-normalised blocks,
 * learned positions, tanh pooler on the class token.
 */

import { bertSizes, encodeLikeBert } from "../bert-encoder.ts";
import type { ModelFamily } from "../family.ts";
import { buildTextModel, denseHead } from "../text-model.ts";

export const bert: ModelFamily = {
  name: "bert",
  modelTypes: ["bert"],
  kind: "text",
  maxLength: (config) => config.integer("max_position_embeddings"),
  build(config, weights, options = {}) {
    const sizes = bertSizes(config);
    const types = config.integer("type_vocab_size", 2);
    return buildTextModel(config, weights, options, {
      name: "bert",
      prefix: "bert",
      types,
      sizes,
      encode: (model) => encodeLikeBert(model, { types }),
      maskedHead: ({ all, encoder }) => ({
        dense: all.at("cls.predictions.transform.dense"),
        norm: all.at("cls.predictions.transform.LayerNorm"),
        words: all.at("cls.predictions"),
        decoder: "decoder",
        table: encoder.at("embeddings.word_embeddings"),
        act: sizes.act,
        epsilon: sizes.epsilon,
        width: sizes.width,
        inner: sizes.width,
      }),
      sequenceLogits: (model, state) =>
        denseHead(model, state, {
          dense: model.encoder.at("pooler.dense"),
          act: "tanh",
          project: model.all.at("classifier"),
          width: sizes.width,
        }),
    });
  },
};
