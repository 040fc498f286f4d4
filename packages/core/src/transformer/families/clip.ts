/**
 * @file CLIP (Radford et al. 2021): a Vision Transformer and a causal Transformer of texts whose embeddings lie in one space,
 * from Hugging Face checkpoints (CLIPModel). Their cosine, times a learned factor, is the logit of a text for a picture.
 */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { int } from "../../onnx/model.ts";
import type { ModelFamily } from "../family.ts";
import { layerNorm, linear } from "../layers.ts";
import { buildTextTower, type TextTower, towerBlock } from "../text-tower.ts";
import { buildVisionModel, position } from "../vision-model.ts";
import { blocksOf } from "../vit-tensors.ts";
import { sectionFields } from "./tower-fields.ts";

/** What CLIPVisionConfig has where config.json does not say it. */
const PICTURES = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  image_size: 224,
  patch_size: 32,
  hidden_act: "quick_gelu",
  layer_norm_eps: 1e-5,
};

/** The same of CLIPTextConfig. */
const TEXTS = {
  vocab_size: 49408,
  hidden_size: 512,
  intermediate_size: 2048,
  num_hidden_layers: 12,
  num_attention_heads: 8,
  max_position_embeddings: 77,
  hidden_act: "quick_gelu",
  layer_norm_eps: 1e-5,
  eos_token_id: 49407,
};

const projection = (config: CheckpointConfig): number => config.integer("projection_dim", 512);

const clipTexts: ModelFamily = {
  name: "clip",
  modelTypes: [],
  kind: "text",
  tower: true,
  fields: sectionFields("text_config", TEXTS, ["projection_dim"]),
  maxLength: (config) => config.integer("max_position_embeddings"),
  build: (config, weights) =>
    buildTextTower(config, weights, {
      name: "clip texts",
      causal: true,
      readout: "last-token",
      embedding: projection(config),
      pool: (tower, states) =>
        linear(
          tower.builder,
          atEnd(tower, states, config.integer("eos_token_id")),
          tower.all.at("text_projection"),
          tower.width,
          projection(config),
          false,
        ),
    }),
};

/** What configurations said that were written before the id was corrected: then it is the highest id of the text. */
const WRONG_END = 2;

/** The state of the first token that ends texts [batch, width]. */
function atEnd({ builder: b, ids }: TextTower, states: string, end: number): string {
  const wanted = end === WRONG_END ? b.reduceMax(ids, [1]) : b.integers([end]);
  const ends = b.emit("Equal", [ids, wanted]);
  const counted = b.emit("CumSum", [b.emit("Cast", [ends], { attributes: { to: int(7) } }), b.integers([1])]);
  const first = b.emit("And", [ends, b.emit("Equal", [counted, b.integers([1])])]);
  const weights = b.emit("Cast", [first], { attributes: { to: int(1) } });
  return b.reduceSum(b.mul(states, b.unsqueeze(weights, [2])), [1], false);
}

export const clip: ModelFamily = {
  name: "clip",
  modelTypes: ["clip"],
  kind: "image",
  tower: true,
  towers: () => ({
    texts: clipTexts,
    ofTexts: /^(text_model|text_projection)\./,
    scale: "logit_scale",
    activation: "softmax",
    fills: false,
  }),
  fields: sectionFields("vision_config", PICTURES, ["projection_dim"]),
  maxLength: () => undefined,
  build: (config, weights, options = {}) =>
    buildVisionModel(config, weights, options, {
      name: "clip",
      heads: { embedding: projection(config) },
      epsilon: config.number("layer_norm_eps"),
      parts(model) {
        const { builder, all, sizes } = model;
        const { width, rows, columns, epsilon } = sizes;
        const tower = all.at("vision_model");
        const embeddings = tower.at("embeddings");
        return {
          patches: embeddings.at("patch_embedding"),
          patchBias: false,
          tokens: [(shape) => builder.reshape(embeddings.get("class_embedding", [width]), shape)],
          positions: embeddings.get("position_embedding.weight", [1 + rows * columns, width]),
          // So it is spelled.
          norm: tower.at("pre_layrnorm"),
          blocks: blocksOf(model, (b) => towerBlock(builder, config, tower.at(`encoder.layers.${b}`))),
          head: {
            readout: "first",
            read: 1,
            logits(states) {
              const state = layerNorm(
                builder,
                position(builder, states, 0),
                tower.at("post_layernorm"),
                width,
                epsilon,
              );
              return linear(builder, state, all.at("visual_projection"), width, projection(config), false);
            },
          },
        };
      },
    }),
};
