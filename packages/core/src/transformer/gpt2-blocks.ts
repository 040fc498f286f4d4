/** @file The blocks of GPT-2: normalised before each part, learned positions, matrices stored [in, out]. */

import type { GraphBuilder } from "../graph/builder.ts";
import { activation } from "./activations.ts";
import type { DecoderModel } from "./decoder-model.ts";
import { causalMask, groupedAttention, takePositions } from "./decoder-parts.ts";
import { lookUp } from "./embeddings.ts";
import { layerNorm, splitHeads } from "./layers.ts";
import type { Parameters } from "./parameters.ts";
import type { EncodedBlocks } from "./post-norm.ts";

export interface Gpt2Sizes {
  readonly width: number;
  readonly inner: number;
  readonly heads: number;
  readonly blocks: number;
  readonly positions: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly act: string;
  /** What the scores of a block are multiplied by. */
  readonly scale: (block: number) => number;
}

/** Runs the word vectors through the blocks and the last normalisation. */
export function gpt2Blocks(model: DecoderModel, sizes: Gpt2Sizes): EncodedBlocks {
  const { builder, decoder, words, places, asked } = model;
  const { width, inner, heads, blocks, positions, epsilon, act, scale } = sizes;
  const headSize = width / heads;
  const mask = causalMask(builder, model);
  const norm = (x: string, parameters: Parameters) => layerNorm(builder, x, parameters, width, epsilon);
  const position = lookUp(builder, decoder.at("wpe"), [positions, width], places).value;
  const hiddenStates: string[] = [];
  const attentionProbabilities: string[] = [];
  let hidden = builder.add(words.value, position, "hidden_state.0");
  for (let b = 0; b < blocks; b++) {
    hiddenStates.push(hidden);
    const block = decoder.at(`h.${b}`);
    // Of the last block nothing is computed that is not read.
    const read = b === blocks - 1 ? asked : undefined;
    const taken = (x: string) => (read === undefined ? x : takePositions(builder, x, read));
    const all = multiplied(builder, norm(hidden, block.at("ln_1")), block.at("attn.c_attn"), width, 3 * width);
    const part = (index: number) => builder.slice(all, -1, index * width, (index + 1) * width);
    const states = {
      query: splitHeads(builder, taken(part(0)), heads, headSize),
      key: splitHeads(builder, part(1), heads, headSize),
      value: splitHeads(builder, part(2), heads, headSize),
    };
    const shape = { heads, keyValueHeads: heads, headSize };
    const { context, probabilities } = groupedAttention(builder, states, shape, {
      mask: read === undefined ? mask : builder.emit("Gather", [mask, read]),
      probabilities: `block.${b}.attention_probabilities`,
      scale: scale(b),
    });
    attentionProbabilities.push(probabilities);
    const mixed = multiplied(builder, context, block.at("attn.c_proj"), width, width);
    const middle = builder.add(taken(hidden), mixed);
    const opened = multiplied(builder, norm(middle, block.at("ln_2")), block.at("mlp.c_fc"), width, inner);
    const closed = multiplied(builder, activation(act)(builder, opened), block.at("mlp.c_proj"), inner, width);
    hidden = builder.add(middle, closed, `hidden_state.${b + 1}`);
  }
  return { output: norm(hidden, decoder.at("ln_f")), hiddenStates, attentionProbabilities };
}

/** x W + b, W [in, out]. */
const multiplied = (
  builder: GraphBuilder,
  x: string,
  parameters: Parameters,
  inputs: number,
  outputs: number,
): string =>
  builder.add(builder.matmul(x, parameters.get("weight", [inputs, outputs])), parameters.get("bias", [outputs]));
