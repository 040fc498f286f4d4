/** @file A BERT classifier of any size with random weights, as a Hugging Face folder: for measurements that no trained model fits. */

import { copyFile, open, writeFile } from "node:fs/promises";
import { join } from "node:path";

const VOCABULARY = 30522;
const POSITIONS = 512;
/** Standard deviation of weights: twice that of a fresh BERT, so that attention is not uniform and paths are not straight. */
const DEVIATION = 0.04;

export interface RandomBert {
  readonly blocks: number;
  readonly width: number;
  /** Default: float32. */
  readonly dtype?: "float32" | "float16";
}

/** Names and shapes of all tensors. */
function tensors({ blocks, width }: RandomBert): [name: string, shape: readonly number[]][] {
  const inner = 4 * width;
  const linear = (name: string, inputs: number, outputs: number): [string, readonly number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
  const norm = (name: string): [string, readonly number[]][] => [
    [`${name}.weight`, [width]],
    [`${name}.bias`, [width]],
  ];
  const block = (b: number) => {
    const at = `bert.encoder.layer.${b}`;
    return [
      ...["query", "key", "value"].flatMap((part) => linear(`${at}.attention.self.${part}`, width, width)),
      ...linear(`${at}.attention.output.dense`, width, width),
      ...norm(`${at}.attention.output.LayerNorm`),
      ...linear(`${at}.intermediate.dense`, width, inner),
      ...linear(`${at}.output.dense`, inner, width),
      ...norm(`${at}.output.LayerNorm`),
    ];
  };
  return [
    ["bert.embeddings.word_embeddings.weight", [VOCABULARY, width]],
    ["bert.embeddings.position_embeddings.weight", [POSITIONS, width]],
    ["bert.embeddings.token_type_embeddings.weight", [2, width]],
    ...norm("bert.embeddings.LayerNorm"),
    ...Array.from({ length: blocks }, (_, b) => block(b)).flat(),
    ...linear("bert.pooler.dense", width, width),
    ...linear("classifier", width, 2),
  ];
}

/** Writes the folder, weights tensor by tensor; returns their bytes. The same size gives the same weights. */
export async function writeRandomBert(folder: string, model: RandomBert): Promise<number> {
  const { blocks, width, dtype = "float32" } = model;
  const bytesPerElement = dtype === "float16" ? 2 : 4;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  const layout = tensors(model).map(([name, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const length = count * bytesPerElement;
    header[name] = { dtype: dtype === "float16" ? "F16" : "F32", shape, data_offsets: [offset, offset + length] };
    offset += length;
    return { name, count };
  });
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  const file = await open(join(folder, "model.safetensors"), "w");
  await file.write(size);
  await file.write(padded);
  const random = generator();
  for (const { name, count } of layout) {
    const isScale = name.endsWith("LayerNorm.weight");
    const isBias = name.endsWith(".bias");
    const values = dtype === "float16" ? new Uint16Array(count) : new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const value = isScale ? 1 : isBias ? 0 : random();
      values[i] = dtype === "float16" ? toHalf(value) : value;
    }
    await file.write(new Uint8Array(values.buffer));
  }
  await file.close();
  const config = {
    model_type: "bert",
    architectures: ["BertForSequenceClassification"],
    vocab_size: VOCABULARY,
    hidden_size: width,
    num_hidden_layers: blocks,
    num_attention_heads: width / 64,
    intermediate_size: 4 * width,
    hidden_act: "gelu",
    max_position_embeddings: POSITIONS,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    pad_token_id: 0,
    id2label: { 0: "negative", 1: "positive" },
  };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    await copyFile(new URL(`../packages/model-sst2/${name}`, import.meta.url), join(folder, name));
  }
  return offset;
}

/** Weights: a sum of four uniform numbers, nearly normal, with standard deviation DEVIATION. */
function generator(): () => number {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return () => DEVIATION * Math.sqrt(3) * (uniform() + uniform() + uniform() + uniform());
}

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The bits of a number as float16, cut off; numbers too small for it become 0. */
function toHalf(value: number): number {
  single[0] = value;
  const [word = 0] = bits;
  const exponent = ((word >>> 23) & 0xff) - 127 + 15;
  if (exponent <= 0) return 0;
  return ((word >>> 16) & 0x8000) | (exponent << 10) | ((word >>> 13) & 0x3ff);
}
