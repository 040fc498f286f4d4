/**
 * @file DeBERTa-v2 and -v3 (He et al. 2021, 2023) with a classification head, from Hugging Face checkpoints:
 * post-normalised blocks with disentangled attention, positions as distances alone, pooler with GELU.
 */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { CheckpointError, UnsupportedModelError } from "../../errors.ts";
import { int } from "../../onnx/model.ts";
import { bertBlocks, bertSizes } from "../bert-encoder.ts";
import { type DistanceProjections, type Distances, disentangledAttention } from "../disentangled-attention.ts";
import { sumEmbeddings } from "../embeddings.ts";
import type { ModelFamily } from "../family.ts";
import { layerNorm, linear } from "../layers.ts";
import { type PostNormLayers, postNormBlocks } from "../post-norm.ts";
import { logarithmicBucket } from "../relative-positions.ts";
import { buildTextModel, denseHead, type TextModel } from "../text-model.ts";

export const debertaV2: ModelFamily = {
  name: "deberta-v2",
  modelTypes: ["deberta-v2"],
  kind: "text",
  maxLength: (config) => config.integer("max_position_embeddings", 512),
  build(config, weights, options = {}) {
    refuse(config);
    const sizes = { ...bertSizes(config), epsilon: config.number("layer_norm_eps", 1e-7) };
    const { width } = sizes;
    const types = config.integer("type_vocab_size", 0);
    return buildTextModel(config, weights, options, {
      name: "deberta-v2",
      prefix: "deberta",
      types,
      sizes,
      encode(model) {
        const { builder, encoder, mask, pooled } = model;
        const { hidden, words } = embedded(model, types, sizes);
        const blocks = bertBlocks(encoder, config).map((layers, b) => ({
          ...layers,
          query: encoder.at(`encoder.layer.${b}.attention.self.query_proj`),
          key: encoder.at(`encoder.layer.${b}.attention.self.key_proj`),
          value: encoder.at(`encoder.layer.${b}.attention.self.value_proj`),
        }));
        const terms = positionTerms(config);
        const attend = disentangledAttention(builder, sizes, hidden, {
          mask,
          ...(config.boolean("relative_attention", false)
            ? { distances: distancesOf(model, width, sizes.epsilon) }
            : {}),
          terms: 1 + terms.length,
          projections: blocks.map((layers, b) => projectionsOf(model, b, layers, terms)),
        });
        return { ...postNormBlocks(builder, hidden, blocks, sizes, { attend, pooled }), words };
      },
      maskedHead({ all, encoder }) {
        const [head, words] = all.has("lm_predictions.lm_head.dense.weight")
          ? [all.at("lm_predictions.lm_head"), all.at("lm_predictions.lm_head")]
          : [all.at("cls.predictions.transform"), all.at("cls.predictions")];
        return {
          dense: head.at("dense"),
          norm: head.at("LayerNorm"),
          words,
          decoder: "decoder",
          table: encoder.at("embeddings.word_embeddings"),
          act: sizes.act,
          epsilon: sizes.epsilon,
          width,
          inner: config.integer("embedding_size", width),
        };
      },
      sequenceLogits: (model, state) =>
        denseHead(model, state, {
          dense: model.all.at("pooler.dense"),
          act: config.string("pooler_hidden_act", "gelu"),
          project: model.all.at("classifier"),
          width,
        }),
    });
  },
};

function refuse(config: CheckpointConfig): void {
  if (config.integer("conv_kernel_size", 0) === 0) return;
  throw new UnsupportedModelError(
    `Cannot build the model: "conv_kernel_size" in config.json is ${config.integer("conv_kernel_size")}, and calig builds DeBERTa-v2 without the convolution beside the first block (as DeBERTa-v3 is); use a DeBERTa-v3 model`,
    [{ reason: "convolution beside the first block" }],
  );
}

type Term = "c2p" | "p2c";

/** Terms of the scores besides content to content; old configurations write "c2p|p2c". */
function positionTerms(config: CheckpointConfig): readonly Term[] {
  const listed = config.strings("pos_att_type", []).flatMap((terms) => terms.split("|"));
  return (["c2p", "p2c"] as const).filter((term) => listed.some((name) => name.trim().toLowerCase() === term));
}

/** Embeddings normalised, zero where a token is masked. */
function embedded(
  { builder, config, encoder, ids, typeIds, mask }: TextModel,
  types: number,
  sizes: { readonly width: number; readonly epsilon: number },
) {
  const embeddings = encoder.at("embeddings");
  const narrow = config.integer("embedding_size", sizes.width);
  const positions = config.boolean("position_biased_input", true) ? config.integer("max_position_embeddings", 512) : 0;
  const tables = { vocabulary: config.integer("vocab_size"), positions, types, width: narrow };
  const { sum, words } = sumEmbeddings(builder, embeddings, tables, { ids, typeIds });
  const wide =
    narrow === sizes.width ? sum : linear(builder, sum, embeddings.at("embed_proj"), narrow, sizes.width, false);
  const normed = layerNorm(builder, wide, embeddings.at("LayerNorm"), sizes.width, sizes.epsilon);
  const there = builder.unsqueeze(builder.emit("Cast", [mask], { attributes: { to: int(1) } }), [2]);
  return { hidden: builder.mul(normed, there, "hidden_state.0"), words };
}

/** The distance vectors, shared by all blocks. */
function distancesOf({ builder, config, encoder }: TextModel, width: number, epsilon: number): Distances {
  const positions = config.integer("max_position_embeddings", 512);
  const stated = config.number("max_relative_positions", -1);
  const furthest = stated < 1 ? positions : stated;
  const buckets = config.number("position_buckets", -1);
  checkDistances(config, { positions, furthest, buckets });
  const span = buckets > 0 ? buckets : furthest;
  const vectors = encoder.at("encoder.rel_embeddings").get("weight", [2 * span, width]);
  const normed = config.string("norm_rel_ebd", "none").toLowerCase().includes("layer_norm");
  return {
    table: normed ? layerNorm(builder, vectors, encoder.at("encoder.LayerNorm"), width, epsilon) : vectors,
    row(distance) {
      const bucket = buckets > 0 ? logarithmicBucket(distance, buckets, furthest) : distance;
      return Math.min(2 * span - 1, Math.max(0, bucket + span));
    },
    positions,
  };
}

/** Numbers of which no row of the table comes out. */
function checkDistances(
  { file }: TextModel["config"],
  { positions, furthest, buckets }: { positions: number; furthest: number; buckets: number },
): void {
  const last = buckets > 0 ? logarithmicBucket(positions - 1, buckets, furthest) : furthest;
  if (Number.isSafeInteger(last) && Number.isSafeInteger(Math.max(buckets, 0))) return;
  throw new CheckpointError(
    `Cannot use "${file}": with "max_position_embeddings" ${positions}, "max_relative_positions" ${furthest} and "position_buckets" ${buckets} distances between tokens have no bucket; check that the file belongs to this model`,
    file,
  );
}

/** What projects the distance vectors in block `b`: the block's own projections of content, or two more. */
function projectionsOf(
  { config, encoder }: TextModel,
  b: number,
  { query, key }: PostNormLayers,
  terms: readonly Term[],
): DistanceProjections {
  const attention = encoder.at(`encoder.layer.${b}.attention.self`);
  const shared = config.boolean("share_att_key", false);
  return {
    ...(terms.includes("c2p") ? { key: shared ? key : attention.at("pos_key_proj") } : {}),
    ...(terms.includes("p2c") ? { query: shared ? query : attention.at("pos_query_proj") } : {}),
  };
}
