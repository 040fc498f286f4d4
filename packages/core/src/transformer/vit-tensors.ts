/**
 * @file Where the tensors of a ViT or DeiT are: under the names of Hugging Face, or under those of timm, which the
 * original checkpoints of DeiT and of masked autoencoders (MAE) have too.
 */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { quote, UnsupportedModelError } from "../errors.ts";
import { layerNorm, linear } from "./layers.ts";
import type { Parameters } from "./parameters.ts";
import { type PreNormLayers, perceptron, type QkvBias, type ReadParameter } from "./pre-norm.ts";
import { patchMean, position, type VisionHead, type VisionModel, type VisionParts } from "./vision-model.ts";

/** Names of which a classifier has at least one. */
export const VIT_HEADS: readonly string[] = ["classifier.weight", "cls_classifier.weight", "head.weight"];

/** The parts of a ViT or DeiT; `prefix` is what the names of its encoder start with in Hugging Face checkpoints. */
export const vitParts = (model: VisionModel, prefix: string): VisionParts =>
  hasTimmNames(model.all.names) ? timmParts(model) : huggingFaceParts(model, model.all.base(prefix));

/** Epsilon of the normalisations; the two libraries have different defaults. */
export const vitEpsilon = (config: CheckpointConfig, names: ReadonlySet<string>): number =>
  config.number("layer_norm_eps", hasTimmNames(names) ? 1e-6 : 1e-12);

const hasTimmNames = (names: ReadonlySet<string>): boolean => names.has("patch_embed.proj.weight");

const parameter =
  (parameters: Parameters, name: string): ReadParameter =>
  (shape) =>
    parameters.get(name, shape);

function huggingFaceParts(model: VisionModel, encoder: Parameters): VisionParts {
  const { all } = model;
  const embeddings = encoder.at("embeddings");
  const bias = qkvBias(model.config);
  const distilled = embeddings.has("distillation_token");
  const tokens = distilled ? ["cls_token", "distillation_token"] : ["cls_token"];
  return {
    patches: embeddings.at("patch_embeddings.projection"),
    tokens: tokens.map((name) => parameter(embeddings, name)),
    positions: positions(model, tokens.length, parameter(embeddings, "position_embeddings")),
    blocks: blocksOf(model, (b) => huggingFaceBlock(model, encoder.at(`encoder.layer.${b}`), bias)),
    head: all.has("cls_classifier.weight")
      ? tokensHead(model, encoder.at("layernorm"), [all.at("cls_classifier"), all.at("distillation_classifier")])
      : tokensHead(model, encoder.at("layernorm"), [all.at("classifier")]),
  };
}

/** "qkv_bias" of a configuration, for all three. */
export function qkvBias(config: CheckpointConfig): QkvBias {
  const bias = config.boolean("qkv_bias", true);
  return { query: bias, key: bias, value: bias };
}

/** One block under the names that ViT, DeiT and BEiT share. */
export function huggingFaceBlock(
  { builder, config, sizes }: VisionModel,
  block: Parameters,
  bias: QkvBias,
): PreNormLayers {
  const attention = block.at("attention.attention");
  return {
    attentionNorm: block.at("layernorm_before"),
    projections: {
      kind: "separate",
      query: attention.at("query"),
      key: attention.at("key"),
      value: attention.at("value"),
      bias,
    },
    mix: block.at("attention.output.dense"),
    feedForwardNorm: block.at("layernorm_after"),
    feedForward: perceptron(
      builder,
      { expand: block.at("intermediate.dense"), contract: block.at("output.dense") },
      { width: sizes.width, inner: config.integer("intermediate_size"), act: config.string("hidden_act", "gelu") },
    ),
  };
}

/** All that a plain ViT of timm is made of, and what pretraining left behind. */
const TIMM_TENSORS =
  /^(cls_token|dist_token|pos_embed|patch_embed\.proj\.\w+|blocks\.\d+\.(norm[12]|attn\.(qkv|proj)|mlp\.fc[12]|ls[12])\.\w+|(norm|fc_norm|head|head_dist)\.\w+|mask_token|decoder_.*)$/;

function timmParts(model: VisionModel): VisionParts {
  const { all } = model;
  const strange = [...all.names].filter((name) => !TIMM_TENSORS.test(name));
  if (strange.length > 0) {
    // What is not known is not ignored: the result would look like an explanation of this model.
    throw new UnsupportedModelError(
      `Cannot build the model: a plain ViT does not have the tensors ${strange.slice(0, 4).map(quote).join(", ")}${strange.length > 4 ? `, and ${strange.length - 4} more` : ""}; convert it to a Hugging Face checkpoint of its family`,
      strange.map((name) => ({ reason: `unknown tensor "${name}"` })),
    );
  }
  const tokens = all.has("dist_token") ? ["cls_token", "dist_token"] : ["cls_token"];
  return {
    patches: all.at("patch_embed.proj"),
    tokens: tokens.map((name) => parameter(all, name)),
    positions: positions(model, tokens.length, parameter(all, "pos_embed")),
    blocks: blocksOf(model, (b) => timmBlock(model, all.at(`blocks.${b}`))),
    head: timmHead(model, tokens.length),
  };
}

function timmBlock({ builder, config, sizes }: VisionModel, block: Parameters): PreNormLayers {
  const { width } = sizes;
  return {
    attentionNorm: block.at("norm1"),
    projections: { kind: "joint", all: block.at("attn.qkv"), bias: block.has("attn.qkv.bias") },
    mix: block.at("attn.proj"),
    feedForwardNorm: block.at("norm2"),
    feedForward: perceptron(
      builder,
      { expand: block.at("mlp.fc1"), contract: block.at("mlp.fc2") },
      { width, inner: config.integer("intermediate_size"), act: config.string("hidden_act", "gelu") },
    ),
    ...(block.has("ls1.gamma")
      ? { attentionScale: parameter(block, "ls1.gamma"), feedForwardScale: parameter(block, "ls2.gamma") }
      : {}),
  };
}

/** "fc_norm" follows the mean of the patches; without it the key "global_pool" tells what is read. */
function timmHead(model: VisionModel, tokens: number): VisionHead {
  const { builder, config, all } = model;
  if (all.has("head_dist.weight")) return tokensHead(model, all.at("norm"), [all.at("head"), all.at("head_dist")]);
  const afterMean = all.has("fc_norm.weight");
  if (!afterMean && config.string("global_pool", "token") !== "avg") {
    return tokensHead(model, all.at("norm"), [all.at("head")]);
  }
  const { width, epsilon } = model.sizes;
  const norm = (states: string) => layerNorm(builder, states, all.at(afterMean ? "fc_norm" : "norm"), width, epsilon);
  return {
    readout: "mean",
    read: undefined,
    logits(states) {
      const mean = afterMean ? norm(patchMean(model, states, tokens)) : patchMean(model, norm(states), tokens);
      return linear(builder, mean, all.at("head"), width, config.numLabels);
    },
  };
}

/** Logits from the class token; with a second classifier, the mean of it and of the distillation token's logits. */
export function tokensHead(
  { builder, config, sizes }: VisionModel,
  norm: Parameters,
  classifiers: readonly [classToken: Parameters, distillationToken?: Parameters],
): VisionHead {
  const { width, epsilon } = sizes;
  const classes = config.numLabels;
  return {
    readout: classifiers.length === 1 ? "first" : "first-two",
    read: classifiers.length,
    logits(states) {
      const [first = "", second] = classifiers.map((classifier, index) => {
        const state = layerNorm(builder, position(builder, states, index), norm, width, epsilon);
        return linear(builder, state, classifier as Parameters, width, classes);
      });
      return second === undefined ? first : builder.mul(builder.add(first, second), builder.scalar(0.5));
    },
  };
}

/** As many blocks as the configuration counts, each as `block` makes it of its number. */
export const blocksOf = ({ config }: VisionModel, block: (b: number) => PreNormLayers): readonly PreNormLayers[] =>
  Array.from({ length: config.integer("num_hidden_layers") }, (_, b) => block(b));

/** Position embeddings of `tokens` special tokens and all patches. */
export const positions = ({ sizes }: VisionModel, tokens: number, read: ReadParameter): string =>
  read([1, tokens + sizes.rows * sizes.columns, sizes.width]);
