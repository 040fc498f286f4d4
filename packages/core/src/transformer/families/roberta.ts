/**
 * @file RoBERTa (Liu et al. 2019), XLM-R (Conneau et al. 2020) and CamemBERT (Martin et al. 2020) with a classification
 * head, from Hugging Face checkpoints: BERT with positions counted after padding and a head of its own.
 */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { bertSizes, encodeLikeBert } from "../bert-encoder.ts";
import { positionsAfterPadding } from "../embeddings.ts";
import type { ModelFamily } from "../family.ts";
import { robertaHead } from "../masked-head.ts";
import { buildTextModel, denseHead } from "../text-model.ts";

const paddingId = (config: CheckpointConfig) => config.integer("pad_token_id", 1);

export const roberta: ModelFamily = {
  name: "roberta",
  modelTypes: ["roberta", "xlm-roberta", "camembert"],
  kind: "text",
  /** No token has a position up to that of padding. */
  maxLength: (config) => config.integer("max_position_embeddings") - paddingId(config) - 1,
  build(config, weights, options = {}) {
    const sizes = bertSizes(config);
    const types = config.integer("type_vocab_size", 1);
    return buildTextModel(config, weights, options, {
      name: "roberta",
      prefix: "roberta",
      types,
      sizes,
      encode: (model) =>
        encodeLikeBert(model, {
          types,
          positionIds: positionsAfterPadding(model.builder, model.ids, paddingId(config)),
        }),
      maskedHead: (model) => robertaHead(model, sizes),
      sequenceLogits: (model, state) =>
        denseHead(model, state, {
          dense: model.all.at("classifier.dense"),
          act: "tanh",
          project: model.all.at("classifier.out_proj"),
          width: sizes.width,
        }),
    });
  },
};
