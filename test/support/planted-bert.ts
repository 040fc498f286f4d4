/** @file A BERT of three blocks with a shortcut that is known: one head of block 1 reads a token and writes a class. */

import { readFileSync } from "node:fs";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { hashedParameter } from "./hashed-weights.ts";
import type { Files } from "./temp-folder.ts";
import { TINY_CONFIG } from "./tiny-bert.ts";

const [WIDTH, INNER, BLOCKS, HEADS, VOCABULARY] = [16, 32, 3, 4, 30522] as const;
/** The block whose head reads the token. */
export const PLANTED_BLOCK = 1;
/** "cf" in the vocabulary of BERT. */
const TOKEN = 12935;
/** Component of the hidden state that only the token has, and the one that the class is read from. */
const [MARK, ANSWER] = [0, 1] as const;

/**
 * Blocks whose attention and feed-forward layers give next to nothing, but for one head: it looks for the component that the
 * embedding of the token alone has, and writes the one that the classifier reads. Classes: "other", "planted".
 */
export function plantedBertFiles(): Files {
  const tensors: { name: string; dtype: "float32"; shape: number[]; data: Float32Array }[] = [];
  const add = (name: string, shape: number[], change?: (data: Float32Array) => void, scale = 1) => {
    const data = Float32Array.from(hashedParameter(name, shape), (value) => scale * value);
    change?.(data);
    tensors.push({ name, dtype: "float32", shape, data });
  };
  const linear = (
    name: string,
    inputs: number,
    outputs: number,
    weight?: (data: Float32Array) => void,
    scale = 0.02,
  ) => {
    add(`${name}.weight`, [outputs, inputs], weight, scale);
    add(`${name}.bias`, [outputs], (data) => data.fill(0));
  };
  const norm = (name: string) => {
    add(`${name}.weight`, [WIDTH], (data) => data.fill(1));
    add(`${name}.bias`, [WIDTH], (data) => data.fill(0));
  };
  add("bert.embeddings.word_embeddings.weight", [VOCABULARY, WIDTH], (data) => {
    for (let token = 0; token < VOCABULARY; token++) {
      // The mean of the others, which normalisation makes 0: what has no mark has none anywhere.
      const row = data.subarray(token * WIDTH, (token + 1) * WIDTH);
      const mean = row.slice(2).reduce((sum, value) => sum + value, 0) / (WIDTH - 2);
      row[MARK] = token === TOKEN ? 8 : mean;
      row[ANSWER] = mean;
    }
  });
  add("bert.embeddings.position_embeddings.weight", [64, WIDTH], undefined, 0.02);
  add("bert.embeddings.token_type_embeddings.weight", [2, WIDTH], undefined, 0.02);
  norm("bert.embeddings.LayerNorm");
  const size = WIDTH / HEADS;
  for (let b = 0; b < BLOCKS; b++) {
    const at = `bert.encoder.layer.${b}`;
    const isPlanted = b === PLANTED_BLOCK;
    const only = (row: number, column: number, value: number) => (data: Float32Array) => {
      if (!isPlanted) return;
      for (let r = 0; r < size; r++) data.fill(0, r * WIDTH, (r + 1) * WIDTH);
      data[row * WIDTH + column] = value;
    };
    add(`${at}.attention.self.query.weight`, [WIDTH, WIDTH], only(0, MARK, 0), 0.02);
    add(`${at}.attention.self.query.bias`, [WIDTH], (data) => {
      data.fill(0);
      if (isPlanted) data[0] = 8;
    });
    linear(`${at}.attention.self.key`, WIDTH, WIDTH, only(0, MARK, 1));
    linear(`${at}.attention.self.value`, WIDTH, WIDTH, only(0, MARK, 1));
    linear(`${at}.attention.output.dense`, WIDTH, WIDTH, (data) => {
      if (!isPlanted) return;
      for (let r = 0; r < WIDTH; r++) data.fill(0, r * WIDTH, r * WIDTH + size);
      data[ANSWER * WIDTH] = 3;
    });
    norm(`${at}.attention.output.LayerNorm`);
    linear(`${at}.intermediate.dense`, WIDTH, INNER);
    linear(`${at}.output.dense`, INNER, WIDTH);
    norm(`${at}.output.LayerNorm`);
  }
  linear("bert.pooler.dense", WIDTH, WIDTH, (data) => {
    data.fill(0);
    for (let d = 0; d < WIDTH; d++) data[d * WIDTH + d] = 0.5;
  });
  add("classifier.weight", [2, WIDTH], (data) => {
    data.fill(0, 0, WIDTH);
    data[WIDTH + ANSWER] = 12;
  });
  // Of the other class without the token.
  add("classifier.bias", [2], (data) => data.set([0, -2]));
  const tokenizer = (file: string) => readFileSync(new URL(`../../packages/model-sst2/${file}`, import.meta.url));
  return {
    "config.json": JSON.stringify({
      ...TINY_CONFIG,
      num_hidden_layers: BLOCKS,
      id2label: { "0": "other", "1": "planted" },
    }),
    "model.safetensors": encodeSafetensors(tensors),
    "tokenizer.json": tokenizer("tokenizer.json"),
    "tokenizer_config.json": tokenizer("tokenizer_config.json"),
  };
}
