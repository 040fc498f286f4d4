/** @file The head that fills masks, as all families of encoders have it: project(norm(act(dense(states)))) with the table of words. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import { activation } from "./activations.ts";
import { takePositions } from "./decoder-parts.ts";
import { layerNorm, linear } from "./layers.ts";
import type { Parameters } from "./parameters.ts";

/** Where the parts are, and how they are shaped. */
export interface MaskedHead {
  readonly dense: Parameters;
  readonly norm: Parameters;
  /** What holds the bias of the words: itself "bias", or in the layer "decoder". */
  readonly words: Parameters;
  /** The layer from the transformed state to the words, below `words`, or that itself; its weight is the table of words where they are tied. */
  readonly decoder?: string;
  /** The table of words in the encoder. */
  readonly table: Parameters;
  /** Name of the activation. */
  readonly act: string;
  readonly epsilon: number;
  /** Width of the hidden states, and of the transformed ones, which is that of the table. */
  readonly width: number;
  readonly inner: number;
  /** Which parts have biases. Default: all. */
  readonly biases?: { readonly dense: boolean; readonly norm: boolean; readonly words: boolean };
}

/** As RoBERTa names its parts, and those that follow it. */
export const robertaHead = (
  { all, encoder }: { readonly all: Parameters; readonly encoder: Parameters },
  { epsilon, width }: { readonly epsilon: number; readonly width: number },
): MaskedHead => ({
  dense: all.at("lm_head.dense"),
  norm: all.at("lm_head.layer_norm"),
  words: all.at("lm_head"),
  decoder: "decoder",
  table: encoder.at("embeddings.word_embeddings"),
  act: "gelu",
  epsilon,
  width,
  inner: width,
});

/**
 * Logits of all words at the positions that are asked for.
 *
 * @param states - Last hidden states [batch, tokens, width].
 * @param asked - Int64 [asked].
 * @returns [batch, asked, vocabulary]
 */
export function maskedLogits(
  { builder, config }: { readonly builder: GraphBuilder; readonly config: CheckpointConfig },
  states: string,
  asked: string,
  head: MaskedHead,
): string {
  const { dense, norm, words, decoder, table, width, inner, biases } = head;
  const vocabulary = config.integer("vocab_size");
  const read = takePositions(builder, states, asked);
  const mixed = activation(head.act)(builder, linear(builder, read, dense, width, inner, biases?.dense ?? true));
  const normed = layerNorm(builder, mixed, norm, inner, head.epsilon, undefined, biases?.norm ?? true);
  const own = decoder === undefined ? words : words.at(decoder);
  const isTied = config.boolean("tie_word_embeddings", true) || !own.has("weight");
  const product = linear(builder, normed, isTied ? table : own, inner, vocabulary, false);
  if (biases?.words === false) return product;
  const bias = !words.has("bias") && own.has("bias") ? own : words;
  return builder.add(product, bias.get("bias", [vocabulary]));
}
