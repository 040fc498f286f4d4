/** @file A two-block ViT of width 16 on pictures of 16 x 16 pixels as the files of a Hugging Face folder, weights hashed. */

import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { hashedParameter } from "./hashed-weights.ts";
import type { Files } from "./temp-folder.ts";

const WIDTH = 16;
const INNER = 32;
const BLOCKS = 2;
const SIZE = 16;
const PATCH = 4;
const LABELS = ["circle", "square", "star"];

function tensors(): [name: string, shape: number[]][] {
  const linear = (name: string, inputs: number, outputs: number): [string, number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
  const norm = (name: string): [string, number[]][] => [
    [`${name}.weight`, [WIDTH]],
    [`${name}.bias`, [WIDTH]],
  ];
  const block = (b: number) => {
    const at = `vit.encoder.layer.${b}`;
    return [
      ...norm(`${at}.layernorm_before`),
      ...["query", "key", "value"].flatMap((part) => linear(`${at}.attention.attention.${part}`, WIDTH, WIDTH)),
      ...linear(`${at}.attention.output.dense`, WIDTH, WIDTH),
      ...norm(`${at}.layernorm_after`),
      ...linear(`${at}.intermediate.dense`, WIDTH, INNER),
      ...linear(`${at}.output.dense`, INNER, WIDTH),
    ];
  };
  return [
    ["vit.embeddings.cls_token", [1, 1, WIDTH]],
    ["vit.embeddings.position_embeddings", [1, (SIZE / PATCH) ** 2 + 1, WIDTH]],
    ["vit.embeddings.patch_embeddings.projection.weight", [WIDTH, 3, PATCH, PATCH]],
    ["vit.embeddings.patch_embeddings.projection.bias", [WIDTH]],
    ...Array.from({ length: BLOCKS }, (_, b) => block(b)).flat(),
    ...norm("vit.layernorm"),
    ...linear("classifier", WIDTH, LABELS.length),
  ];
}

/** The files of the model; its preprocessor resizes to 16 x 16 and maps bytes to -1..1. */
export function tinyVitFiles(): Files {
  return {
    "config.json": JSON.stringify({
      model_type: "vit",
      architectures: ["ViTForImageClassification"],
      image_size: SIZE,
      patch_size: PATCH,
      hidden_size: WIDTH,
      num_hidden_layers: BLOCKS,
      num_attention_heads: 4,
      intermediate_size: INNER,
      hidden_act: "gelu",
      layer_norm_eps: 1e-12,
      id2label: Object.fromEntries(LABELS.map((label, index) => [index, label])),
    }),
    "preprocessor_config.json": JSON.stringify({
      image_processor_type: "ViTImageProcessor",
      size: { height: SIZE, width: SIZE },
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    }),
    "model.safetensors": encodeSafetensors(
      tensors().map(([name, shape]) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape) })),
    ),
  };
}

/** The same encoder as masked pretraining leaves it (ViTMAEForPreTraining): a decoder, and no classifier. */
export function tinyPretrainedVitFiles(): Files {
  const { "config.json": config, ...files } = tinyVitFiles();
  const { id2label: _, ...sizes } = JSON.parse(config as string) as Record<string, unknown>;
  const decoder: [name: string, shape: number[]][] = [
    ["decoder.mask_token", [1, 1, WIDTH]],
    ["decoder.decoder_embed.weight", [WIDTH, WIDTH]],
    ["decoder.decoder_pred.weight", [3 * PATCH ** 2, WIDTH]],
  ];
  return {
    ...files,
    "config.json": JSON.stringify({
      ...sizes,
      model_type: "vit_mae",
      architectures: ["ViTMAEForPreTraining"],
      decoder_hidden_size: WIDTH,
      mask_ratio: 0.75,
    }),
    "model.safetensors": encodeSafetensors(
      [...tensors().filter(([name]) => !name.startsWith("classifier.")), ...decoder].map(([name, shape]) => ({
        name,
        dtype: "float32",
        shape,
        data: hashedParameter(name, shape),
      })),
    ),
  };
}

/** What config.json says of the sizes of a ViT. */
export interface VitSizes {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly intermediate_size: number;
  readonly image_size: number;
  readonly patch_size: number;
  readonly id2label: object;
}

/** The tensors of a ViT by the names of timm. */
export function timmVitTensors(sizes: VitSizes): readonly [name: string, shape: number[]][] {
  const { hidden_size: width, num_hidden_layers: blocks, intermediate_size: inner, image_size, patch_size } = sizes;
  const both = (name: string, shape: number[]): [string, number[]][] => [
    [`${name}.weight`, shape],
    [`${name}.bias`, shape.slice(0, 1)],
  ];
  const block = (at: string) => [
    ...both(`${at}.norm1`, [width]),
    ...both(`${at}.attn.qkv`, [3 * width, width]),
    ...both(`${at}.attn.proj`, [width, width]),
    ...both(`${at}.norm2`, [width]),
    ...both(`${at}.mlp.fc1`, [inner, width]),
    ...both(`${at}.mlp.fc2`, [width, inner]),
  ];
  return [
    ["cls_token", [1, 1, width]],
    ["pos_embed", [1, (image_size / patch_size) ** 2 + 1, width]],
    ...both("patch_embed.proj", [width, 3, patch_size, patch_size]),
    ...Array.from({ length: blocks }, (_, b) => block(`blocks.${b}`)).flat(),
    ...both("norm", [width]),
    ...both("head", [Object.keys(sizes.id2label).length, width]),
  ];
}
