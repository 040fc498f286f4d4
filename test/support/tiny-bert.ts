/** @file A two-block BERT of width 16 as the files of a Hugging Face folder, weights hashed from their names. */

import { readFileSync } from "node:fs";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { hashedParameter } from "./hashed-weights.ts";
import type { Files } from "./temp-folder.ts";

const WIDTH = 16;
const INNER = 32;
const VOCABULARY = 30522;
const BLOCKS = 2;

export const TINY_CONFIG = {
  model_type: "bert",
  architectures: ["BertForSequenceClassification"],
  vocab_size: VOCABULARY,
  hidden_size: WIDTH,
  num_hidden_layers: BLOCKS,
  num_attention_heads: 4,
  intermediate_size: INNER,
  hidden_act: "gelu",
  max_position_embeddings: 64,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  id2label: { "0": "no", "1": "perhaps", "2": "yes" },
};

/** Names and shapes of all tensors. */
export function tinyTensors(): [name: string, shape: number[]][] {
  const linear = (name: string, inputs: number, outputs: number): [string, number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
  const norm = (name: string): [string, number[]][] => [
    [`${name}.weight`, [WIDTH]],
    [`${name}.bias`, [WIDTH]],
  ];
  const block = (b: number) => {
    const at = `bert.encoder.layer.${b}`;
    return [
      ...["query", "key", "value"].flatMap((part) => linear(`${at}.attention.self.${part}`, WIDTH, WIDTH)),
      ...linear(`${at}.attention.output.dense`, WIDTH, WIDTH),
      ...norm(`${at}.attention.output.LayerNorm`),
      ...linear(`${at}.intermediate.dense`, WIDTH, INNER),
      ...linear(`${at}.output.dense`, INNER, WIDTH),
      ...norm(`${at}.output.LayerNorm`),
    ];
  };
  return [
    ["bert.embeddings.word_embeddings.weight", [VOCABULARY, WIDTH]],
    ["bert.embeddings.position_embeddings.weight", [64, WIDTH]],
    ["bert.embeddings.token_type_embeddings.weight", [2, WIDTH]],
    ...norm("bert.embeddings.LayerNorm"),
    ...Array.from({ length: BLOCKS }, (_, b) => block(b)).flat(),
    ...linear("bert.pooler.dense", WIDTH, WIDTH),
    ...linear("classifier", WIDTH, 3),
  ];
}

/** The files of the model. `leaveOut` drops tensors by name. */
export function tinyBertFiles(leaveOut: readonly string[] = []): Files {
  const tensors = tinyTensors().filter(([name]) => !leaveOut.includes(name));
  const tokenizer = (file: string) => readFileSync(new URL(`../../packages/model-sst2/${file}`, import.meta.url));
  return {
    "config.json": JSON.stringify(TINY_CONFIG),
    "model.safetensors": encodeSafetensors(
      tensors.map(([name, shape]) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape) })),
    ),
    "tokenizer.json": tokenizer("tokenizer.json"),
    "tokenizer_config.json": tokenizer("tokenizer_config.json"),
  };
}
