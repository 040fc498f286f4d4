/**
 * @file The blocks of Llama and of those that followed it: normalised by the root mean square before each part, rotary
 * positions, queries that share keys, gated feed-forward layers.
 */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import type { JsonFields } from "../checkpoint/json-fields.ts";
import { CheckpointError } from "../errors.ts";
import type { DecoderModel } from "./decoder-model.ts";
import {
  causalMask,
  firstRow,
  type GroupedShape,
  gatedFeedForward,
  groupedAttention,
  projectHeads,
  rmsNorm,
  takePositions,
} from "./decoder-parts.ts";
import { linear } from "./layers.ts";
import type { Parameters } from "./parameters.ts";
import type { EncodedBlocks } from "./post-norm.ts";
import { anglesAt, type RotaryAngles, rotate } from "./rotary.ts";
import { rotaryFrequencies } from "./rotary-scaling.ts";

export interface LlamaSizes extends GroupedShape {
  readonly width: number;
  readonly inner: number;
  readonly blocks: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  /** Name of the activation in the feed-forward part. */
  readonly act: string;
  /** Which layers have biases. */
  readonly biases: { readonly queryKeyValue: boolean; readonly output: boolean; readonly feedForward: boolean };
  /** Whether queries and keys are normalised, each head by itself ("q_norm", "k_norm"). */
  readonly normalisesQueries?: boolean;
  /** How far each block looks, in tokens, the own one included; undefined for all. */
  readonly window?: (block: number) => number | undefined;
  /** Angle per place of each pair of elements [headSize / 2]. */
  readonly frequencies: readonly number[];
}

/** The sizes as configurations of this kind state them. @param rope - Fields of the rotary positions, where they are elsewhere. */
export function llamaSizes(config: CheckpointConfig, rope?: JsonFields): LlamaSizes {
  const width = config.integer("hidden_size");
  const heads = config.integer("num_attention_heads");
  const headSize = config.integer("head_dim", width / heads);
  const keyValueHeads = config.integer("num_key_value_heads", heads);
  if (keyValueHeads < 1 || heads % keyValueHeads !== 0) {
    throw new CheckpointError(
      `Cannot use "${config.file}": ${heads} attention heads cannot share ${keyValueHeads} keys ("num_key_value_heads"); check that the file belongs to this model`,
      config.file,
    );
  }
  const bias = config.boolean("attention_bias", false);
  return {
    ...{ width, heads, headSize, keyValueHeads },
    inner: config.integer("intermediate_size"),
    blocks: config.integer("num_hidden_layers"),
    vocabulary: config.integer("vocab_size"),
    epsilon: config.number("rms_norm_eps", 1e-6),
    act: config.string("hidden_act", "silu"),
    biases: { queryKeyValue: bias, output: bias, feedForward: config.boolean("mlp_bias", false) },
    frequencies: rotaryFrequencies(config, headSize, rope),
  };
}

/** What tokens see in one block. */
interface Sight {
  readonly angles: RotaryAngles;
  /** Those of the queries. */
  readonly queryAngles: RotaryAngles;
  /** [queries, tokens] */
  readonly mask: string;
}

/** Runs the word vectors through the blocks and the last normalisation. */
export function llamaBlocks(model: DecoderModel, sizes: LlamaSizes): EncodedBlocks {
  const { builder, decoder, places, words, asked } = model;
  const { width, epsilon, blocks, window, biases } = sizes;
  const row = firstRow(builder, places);
  const angles = anglesAt(builder, row, sizes.frequencies);
  const masks = new Map<number | undefined, string>();
  const maskOf = (reach: number | undefined): string => {
    const mask = masks.get(reach) ?? causalMask(builder, model, reach);
    masks.set(reach, mask);
    return mask;
  };
  const hiddenStates: string[] = [];
  const attentionProbabilities: string[] = [];
  let hidden = words.value;
  for (let b = 0; b < blocks; b++) {
    hiddenStates.push(hidden);
    const block = decoder.at(`layers.${b}`);
    // Of the last block nothing is computed that is not read.
    const read = b === blocks - 1 ? asked : undefined;
    const mask = maskOf(window?.(b));
    const sight: Sight =
      read === undefined
        ? { angles, queryAngles: angles, mask }
        : {
            angles,
            queryAngles: anglesAt(builder, builder.emit("Gather", [row, read]), sizes.frequencies),
            mask: builder.emit("Gather", [mask, read]),
          };
    const normed = rmsNorm(builder, hidden, block.at("input_layernorm"), width, epsilon);
    const queries = read === undefined ? normed : takePositions(builder, normed, read);
    const site = { sight, queries, probabilities: `block.${b}.attention_probabilities` };
    const { context, probabilities } = attend(model, normed, block.at("self_attn"), sizes, site);
    attentionProbabilities.push(probabilities);
    const inside = sizes.heads * sizes.headSize;
    const mixed = linear(builder, context, block.at("self_attn.o_proj"), inside, width, biases.output);
    const middle = builder.add(read === undefined ? hidden : takePositions(builder, hidden, read), mixed);
    const normedMiddle = rmsNorm(builder, middle, block.at("post_attention_layernorm"), width, epsilon);
    const bias = biases.feedForward;
    hidden = builder.add(
      middle,
      gatedFeedForward(builder, normedMiddle, block.at("mlp"), { ...sizes, bias }),
      `hidden_state.${b + 1}`,
    );
  }
  return { output: rmsNorm(builder, hidden, decoder.at("norm"), width, epsilon), hiddenStates, attentionProbabilities };
}

function attend(
  { builder }: DecoderModel,
  x: string,
  parameters: Parameters,
  sizes: LlamaSizes,
  site: { readonly sight: Sight; readonly queries: string; readonly probabilities: string },
) {
  const { heads, keyValueHeads, headSize, epsilon, biases, width } = sizes;
  const { sight, queries, probabilities } = site;
  const project = (from: string, name: string, count: number) =>
    projectHeads(builder, from, parameters.at(name), { width, heads: count, headSize, bias: biases.queryKeyValue });
  const normalised = (states: string, name: string) =>
    sizes.normalisesQueries === true ? rmsNorm(builder, states, parameters.at(name), headSize, epsilon) : states;
  const states = {
    query: rotate(builder, normalised(project(queries, "q_proj", heads), "q_norm"), sight.queryAngles),
    key: rotate(builder, normalised(project(x, "k_proj", keyValueHeads), "k_norm"), sight.angles),
    value: project(x, "v_proj", keyValueHeads),
  };
  return groupedAttention(builder, states, sizes, { mask: sight.mask, probabilities });
}
