/**
 * @file BEiT (Bao et al. 2022) with a classification head, from Hugging Face checkpoints (BeitForImageClassification):
 * a ViT with a bias of attention by relative position, layer scale, and keys without a bias.
 */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { UnsupportedModelError } from "../../errors.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { intTensor } from "../../tensor/tensor.ts";
import type { ModelFamily } from "../family.ts";
import { layerNorm, linear } from "../layers.ts";
import type { Parameters } from "../parameters.ts";
import type { PreNormLayers } from "../pre-norm.ts";
import { buildVisionModel, patchMean, type VisionHead, type VisionModel, type VisionSizes } from "../vision-model.ts";
import { blocksOf, huggingFaceBlock, positions, tokensHead } from "../vit-tensors.ts";

export const beit: ModelFamily = {
  name: "beit",
  modelTypes: ["beit"],
  kind: "image",
  maxLength: () => undefined,
  build: (config, weights, options = {}) =>
    buildVisionModel(config, weights, options, {
      name: "beit",
      heads: ["classifier.weight"],
      epsilon: config.number("layer_norm_eps", 1e-12),
      parts(model) {
        const encoder = model.all.base("beit");
        const embeddings = encoder.at("embeddings");
        const shared = config.boolean("use_shared_relative_position_bias", false)
          ? relativeBias(model, encoder.at("encoder.relative_position_bias"))
          : undefined;
        return {
          patches: embeddings.at("patch_embeddings.projection"),
          tokens: [(shape) => embeddings.get("cls_token", shape)],
          positions: config.boolean("use_absolute_position_embeddings", false)
            ? positions(model, 1, (shape) => embeddings.get("position_embeddings", shape))
            : undefined,
          blocks: blocksOf(model, (b) => beitBlock(model, encoder.at(`encoder.layer.${b}`), shared)),
          head: config.boolean("use_mean_pooling", true)
            ? meanHead(model, encoder.at("pooler.layernorm"))
            : tokensHead(model, encoder.at("layernorm"), [model.all.at("classifier")]),
        };
      },
    }),
};

function beitBlock(model: VisionModel, block: Parameters, shared: string | undefined): PreNormLayers {
  const { builder, config } = model;
  const layers = huggingFaceBlock(model, block, { query: true, key: false, value: true });
  const own = config.boolean("use_relative_position_bias", false)
    ? relativeBias(model, block.at("attention.attention.relative_position_bias"))
    : undefined;
  const bias = own === undefined || shared === undefined ? (own ?? shared) : builder.add(own, shared);
  return {
    ...layers,
    ...(bias === undefined ? {} : { attentionBias: bias }),
    ...(hasLayerScale(config)
      ? {
          attentionScale: (shape) => block.get("lambda_1", shape),
          feedForwardScale: (shape) => block.get("lambda_2", shape),
        }
      : {}),
  };
}

const hasLayerScale = (config: CheckpointConfig): boolean => config.number("layer_scale_init_value", 0.1) > 0;

/** Logits from the mean of the patches, normalised afterwards. */
function meanHead(model: VisionModel, norm: Parameters): VisionHead {
  const { builder, config, all, sizes } = model;
  return {
    readout: "mean",
    read: undefined,
    logits(states) {
      const mean = layerNorm(builder, patchMean(model, states, 1), norm, sizes.width, sizes.epsilon);
      return linear(builder, mean, all.at("classifier"), sizes.width, config.numLabels);
    },
  };
}

/** Of patches: pictures of 640 pixels have 40. */
const MOST_ROWS = 48;

/** The bias of each pair of positions [1, heads, positions, positions], looked up by how far their patches are apart. */
function relativeBias({ builder, sizes }: VisionModel, parameters: Parameters): string {
  const { rows, columns, heads } = sizes;
  if (rows !== columns) {
    // transformers reads the table of such a model with rows and columns exchanged; nobody can have trained it so.
    throw new UnsupportedModelError(
      `Cannot build a BEiT with relative positions for ${rows} x ${columns} patches: calig builds it for square pictures`,
      [{ reason: "relative positions of a picture that is not square" }],
    );
  }
  if (rows > MOST_ROWS) {
    throw new UnsupportedModelError(
      `Cannot build a BEiT with relative positions for ${rows} x ${columns} patches: there would be a bias for each of ${(rows * columns + 1) ** 2} pairs of positions, calig builds it for at most ${MOST_ROWS} x ${MOST_ROWS} patches`,
      [{ reason: "relative positions of too many patches" }],
    );
  }
  const distances = (2 * rows - 1) * (2 * columns - 1) + 3;
  const table = parameters.get("relative_position_bias_table", [distances, heads]);
  parameters.check(); // before every pair of positions gets its row
  return byPair(builder, table, relativeIndex(sizes), rows * columns + 1);
}

/** Rows of `table` [distances, heads] for all pairs of positions -> [1, heads, positions, positions]. */
function byPair(builder: GraphBuilder, table: string, index: readonly number[], count: number): string {
  const rows = builder.emit("Gather", [table, builder.constant(intTensor(index, [count, count]), "relative_index")]);
  return builder.unsqueeze(builder.transpose(rows, [2, 0, 1]), [0]);
}

/**
 * The row of the table for each pair, query by query: first the distances between patches, one row of the picture after
 * the other, then class token to patch, patch to class token, and class token to itself.
 */
function relativeIndex({ rows, columns }: Pick<VisionSizes, "rows" | "columns">): readonly number[] {
  const patches = rows * columns;
  const distances = (2 * rows - 1) * (2 * columns - 1);
  return Array.from({ length: (patches + 1) ** 2 }, (_, pair) => {
    const query = Math.floor(pair / (patches + 1)) - 1;
    const key = (pair % (patches + 1)) - 1;
    if (query < 0) return key < 0 ? distances + 2 : distances;
    if (key < 0) return distances + 1;
    const down = Math.floor(query / columns) - Math.floor(key / columns) + rows - 1;
    const right = (query % columns) - (key % columns) + columns - 1;
    return down * (2 * columns - 1) + right;
  });
}
