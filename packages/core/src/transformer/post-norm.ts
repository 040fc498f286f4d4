/** @file Blocks that normalise after each residual sum, as BERT and its descendants have them; families differ in names and attention. */

import type { GraphBuilder } from "../graph/builder.ts";
import { activation } from "./activations.ts";
import { type AttentionProjections, attention, layerNorm, linear } from "./layers.ts";
import type { Parameters } from "./parameters.ts";

/** The layers of one block, by what they do. */
export interface PostNormLayers extends AttentionProjections {
  /** Linear layer after attention, and the normalisation of its sum with the block's input. */
  readonly mix: Parameters;
  readonly mixNorm: Parameters;
  readonly expand: Parameters;
  readonly contract: Parameters;
  /** Normalisation at the end of the block. */
  readonly norm: Parameters;
}

export interface PostNormSizes {
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
  readonly epsilon: number;
  /** Name of the activation in the feed-forward part. */
  readonly act: string;
}

/** One use of attention: everything that an `Attend` may depend on. */
export interface AttentionSite {
  readonly block: number;
  readonly layers: AttentionProjections;
  /** Input of the block [batch, positions, width]. */
  readonly hidden: string;
  /** The positions that ask: all of `hidden`, or its first alone. */
  readonly asking: string;
  /** Whether only the first position asks. */
  readonly pooled: boolean;
  /** Name for the attention probabilities. */
  readonly probabilities: string;
}

/** Attention of one block: context [batch, queries, width] and probabilities [batch, heads, queries, keys]. */
export type Attend = (site: AttentionSite) => { readonly context: string; readonly probabilities: string };

/** What encoders of blocks give. */
export interface EncodedBlocks {
  /** Output of the last block [batch, positions, width], or [batch, 1, width] where only the first position was wanted. */
  readonly output: string;
  /** Value entering each block. */
  readonly hiddenStates: readonly string[];
  readonly attentionProbabilities: readonly string[];
}

/** Scaled dot-product attention; `mask` is added to the scores and may depend on the query. */
export const plainAttention =
  (builder: GraphBuilder, { width, heads }: PostNormSizes, mask: string): Attend =>
  ({ layers, hidden, asking, probabilities }) =>
    attention(builder, hidden, { width, heads }, layers, { mask, queries: asking, probabilities });

/**
 * Runs `hidden` [batch, positions, width] through the blocks.
 *
 * @param pooled - Only the first position is read after the last block: nothing else of it is computed there.
 */
export function postNormBlocks(
  builder: GraphBuilder,
  hidden: string,
  blocks: readonly PostNormLayers[],
  { width, inner, epsilon, act }: PostNormSizes,
  { attend, pooled: onlyFirst }: { readonly attend: Attend; readonly pooled: boolean },
): EncodedBlocks {
  const activate = activation(act);
  const hiddenStates: string[] = [];
  const attentionProbabilities: string[] = [];
  let output = hidden;
  for (const [b, layers] of blocks.entries()) {
    hiddenStates.push(output);
    const pooled = onlyFirst && b === blocks.length - 1;
    const asking = pooled ? builder.slice(output, 1, 0, 1) : output;
    const site = {
      block: b,
      layers,
      hidden: output,
      asking,
      pooled,
      probabilities: `block.${b}.attention_probabilities`,
    };
    const { context, probabilities } = attend(site);
    attentionProbabilities.push(probabilities);
    const mixed = builder.add(linear(builder, context, layers.mix, width, width), asking);
    const middle = layerNorm(builder, mixed, layers.mixNorm, width, epsilon);
    const expanded = activate(builder, linear(builder, middle, layers.expand, width, inner));
    const contracted = builder.add(linear(builder, expanded, layers.contract, inner, width), middle);
    output = layerNorm(builder, contracted, layers.norm, width, epsilon, `hidden_state.${b + 1}`);
  }
  return { output, hiddenStates, attentionProbabilities };
}
