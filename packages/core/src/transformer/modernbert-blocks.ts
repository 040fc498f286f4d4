/**
 * @file The blocks of ModernBERT: normalised before each part, rotary positions, attention to all tokens in some blocks
 * and to a window in the others, gated feed-forward layers; mostly without biases.
 */

import { UnsupportedModelError } from "../errors.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import { activation } from "./activations.ts";
import { additiveMask, layerNorm, linear, mixByAttention, NEVER, splitHeads } from "./layers.ts";
import type { Parameters } from "./parameters.ts";
import type { EncodedBlocks } from "./post-norm.ts";
import { keyMinusQuery } from "./relative-positions.ts";
import { type RotaryAngles, rotaryAngles, rotate } from "./rotary.ts";

/** How far a block looks: at all tokens, or at those of a window around each. */
export type Reach = "full_attention" | "sliding_attention";

export interface ModernBertSizes {
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
  readonly epsilon: number;
  /** Name of the activation in the feed-forward part. */
  readonly act: string;
  /** Of each block. */
  readonly reaches: readonly Reach[];
  /** Largest distance within a window. */
  readonly window: number;
  /** Base of the rotary angles. */
  readonly theta: Readonly<Record<Reach, number>>;
  /** Which layers have biases. */
  readonly biases: { readonly norm: boolean; readonly attention: boolean; readonly feedForward: boolean };
}

/** What blocks of one reach share. */
interface Sight {
  readonly angles: RotaryAngles;
  /** Added to the scores, [batch, 1, 1 or queries, keys]. */
  readonly mask: string;
}

/** Normalisation over the last axis. */
export function modernBertNorm(
  builder: GraphBuilder,
  x: string,
  parameters: Parameters,
  { width, epsilon, biases }: ModernBertSizes,
  output?: string,
): string {
  return layerNorm(builder, x, parameters, width, epsilon, output, biases.norm);
}

/**
 * Runs `embedded` [batch, tokens, width] through the blocks and the last normalisation.
 *
 * @param options.mask - Int64 [batch, tokens].
 * @param options.pooled - Only the first position is read after the last block: nothing else of it is computed there.
 */
export function modernBertBlocks(
  builder: GraphBuilder,
  embedded: string,
  encoder: Parameters,
  sizes: ModernBertSizes,
  options: { readonly mask: string; readonly pooled: boolean },
): EncodedBlocks {
  const { reaches, width, biases } = sizes;
  const sights = sightsOf(builder, embedded, sizes, options.mask);
  const hiddenStates: string[] = [];
  const attentionProbabilities: string[] = [];
  let hidden = embedded;
  for (const [b, reach] of reaches.entries()) {
    hiddenStates.push(hidden);
    const block = encoder.at(`layers.${b}`);
    const pooled = options.pooled && b === reaches.length - 1;
    // The embeddings are normalised already.
    const normed = b === 0 ? hidden : modernBertNorm(builder, hidden, block.at("attn_norm"), sizes);
    const site = { sight: sights[reach], pooled, probabilities: `block.${b}.attention_probabilities` };
    const { context, probabilities } = attend(builder, normed, block.at("attn.Wqkv"), sizes, site);
    attentionProbabilities.push(probabilities);
    const mixed = linear(builder, context, block.at("attn.Wo"), width, width, biases.attention);
    const middle = builder.add(pooled ? builder.slice(hidden, 1, 0, 1) : hidden, mixed);
    const normedMiddle = modernBertNorm(builder, middle, block.at("mlp_norm"), sizes);
    hidden = builder.add(middle, gated(builder, normedMiddle, block.at("mlp"), sizes), `hidden_state.${b + 1}`);
  }
  const output = modernBertNorm(builder, hidden, encoder.at("final_norm"), sizes);
  return { output, hiddenStates, attentionProbabilities };
}

function sightsOf(
  builder: GraphBuilder,
  like: string,
  { width, heads, theta, window }: ModernBertSizes,
  mask: string,
): Readonly<Record<Reach, Sight>> {
  const angles = (reach: Reach) => rotaryAngles(builder, like, width / heads, theta[reach]);
  const everywhere = additiveMask(builder, mask);
  const distance = builder.emit("Abs", [keyMinusQuery(builder, like)]);
  const near = builder.emit("LessOrEqual", [distance, builder.integers([window])]); // [queries, keys]
  return {
    full_attention: { angles: angles("full_attention"), mask: everywhere },
    sliding_attention: {
      angles: angles("sliding_attention"),
      mask: builder.emit("Where", [near, everywhere, builder.scalar(NEVER)]),
    },
  };
}

function attend(
  builder: GraphBuilder,
  x: string,
  parameters: Parameters,
  { width, heads, biases }: ModernBertSizes,
  { sight, pooled, probabilities }: { readonly sight: Sight; readonly pooled: boolean; readonly probabilities: string },
): { readonly context: string; readonly probabilities: string } {
  const all = linear(builder, x, parameters, width, 3 * width, biases.attention); // [batch, positions, 3 * width]
  const [query, key, value] = [0, 1, 2].map((part) => {
    const own = builder.slice(all, 2, part * width, (part + 1) * width);
    // The first position is turned by angle 0.
    return splitHeads(builder, pooled && part === 0 ? builder.slice(own, 1, 0, 1) : own, heads, width / heads);
  }) as [string, string, string];
  const states = {
    query: pooled ? query : rotate(builder, query, sight.angles),
    key: rotate(builder, key, sight.angles),
    value,
  };
  const mask = pooled ? builder.slice(sight.mask, 2, 0, 1) : sight.mask;
  return mixByAttention(builder, states, { width, heads }, { mask, probabilities });
}

/** Wo (act(a) * b), where a and b are the halves of Wi x. */
function gated(
  builder: GraphBuilder,
  x: string,
  parameters: Parameters,
  { width, inner, act, biases }: ModernBertSizes,
): string {
  const both = linear(builder, x, parameters.at("Wi"), width, 2 * inner, biases.feedForward);
  const input = activation(act)(builder, builder.slice(both, 2, 0, inner));
  const gate = builder.slice(both, 2, inner, 2 * inner);
  return linear(builder, builder.mul(input, gate), parameters.at("Wo"), inner, width, biases.feedForward);
}

/** @throws {UnsupportedModelError} For a kind of attention that calig does not know. */
export function toReach(name: string): Reach {
  if (name === "full_attention" || name === "sliding_attention") return name;
  throw new UnsupportedModelError(
    `Cannot build the model: "layer_types" in config.json has "${name}"; calig knows full_attention, sliding_attention`,
  );
}
