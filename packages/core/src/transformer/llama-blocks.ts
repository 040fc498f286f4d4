/**
 * @file The blocks of Llama and of those that followed it: normalised by the root mean square before each part, or behind
 * it, or both; rotary positions, queries that share keys, gated feed-forward layers.
 */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { CheckpointError } from "../errors.ts";
import type { DecoderModel } from "./decoder-model.ts";
import {
  causalMask,
  firstRow,
  type GroupedShape,
  gatedFeedForward,
  groupedAttention,
  rmsNorm,
  takePositions,
} from "./decoder-parts.ts";
import { linear, splitHeads } from "./layers.ts";
import type { Parameters } from "./parameters.ts";
import type { EncodedBlocks } from "./post-norm.ts";
import { anglesAt, type RotaryAngles, rotate } from "./rotary.ts";
import { type Rotary, rotaryOf } from "./rotary-scaling.ts";

/** Names of the normalisations around the two parts of a block; absent where there is none. */
export interface BlockNorms {
  readonly beforeAttention?: string;
  readonly behindAttention?: string;
  readonly beforeFeedForward?: string;
  readonly behindFeedForward?: string;
}

const LLAMA_NORMS: BlockNorms = {
  beforeAttention: "input_layernorm",
  beforeFeedForward: "post_attention_layernorm",
};

/** Gemma 2 and 3. */
export const NORMS_AROUND: BlockNorms = {
  beforeAttention: "input_layernorm",
  behindAttention: "post_attention_layernorm",
  beforeFeedForward: "pre_feedforward_layernorm",
  behindFeedForward: "post_feedforward_layernorm",
};

/** OLMo 2. */
export const NORMS_BEHIND: BlockNorms = {
  behindAttention: "post_attention_layernorm",
  behindFeedForward: "post_feedforward_layernorm",
};

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
  /** Default: before each part. */
  readonly norms?: BlockNorms;
  /** What is added to the weights of normalisations: Gemma's are distances from 1. Default 0. */
  readonly normOffset?: number;
  /** Whether queries and keys are normalised ("q_norm", "k_norm"): each head by itself, or all heads together. */
  readonly normalisesQueries?: "heads" | "together";
  /** Whether queries, keys and values come out of one matrix ("qkv_proj"), and gates with what they open ("gate_up_proj"). */
  readonly fused?: boolean;
  /** What the word vectors are multiplied by. Default 1. */
  readonly wordScale?: number;
  /** What scores are multiplied by. Default: 1 / sqrt(headSize). */
  readonly scale?: number;
  /** Scores are bent to stay between plus and minus this. */
  readonly softcap?: number | undefined;
  /** How far each block looks, in tokens, the own one included; undefined for all. */
  readonly window?: (block: number) => number | undefined;
  /** How queries and keys of a block are turned; undefined where they are not. */
  readonly rotary: (block: number) => Rotary | undefined;
}

/** The sizes as configurations of this kind state them. */
export function llamaSizes(config: CheckpointConfig): LlamaSizes {
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
  const blocks = config.integer("num_hidden_layers");
  const kinds = config.has("layer_types") ? config.strings("layer_types").length : blocks;
  if (kinds !== blocks) {
    throw new CheckpointError(
      `Cannot use "${config.file}": "num_hidden_layers" is ${blocks}, and "layer_types" names ${kinds}; check that the file belongs to this model`,
      config.file,
    );
  }
  const bias = config.boolean("attention_bias", false);
  let rotary: Rotary | undefined;
  return {
    ...{ width, heads, headSize, keyValueHeads },
    inner: config.integer("intermediate_size"),
    blocks,
    vocabulary: config.integer("vocab_size"),
    epsilon: config.number("rms_norm_eps", 1e-6),
    act: config.string("hidden_act", "silu"),
    biases: { queryKeyValue: bias, output: bias, feedForward: config.boolean("mlp_bias", false) },
    rotary() {
      rotary ??= rotaryOf(config, headSize);
      return rotary;
    },
  };
}

/** What tokens see in one block. */
interface Sight {
  readonly angles: RotaryAngles | undefined;
  /** Those of the queries. */
  readonly queryAngles: RotaryAngles | undefined;
  /** [queries, tokens] */
  readonly mask: string;
}

/** Runs the word vectors through the blocks and the last normalisation. */
export function llamaBlocks(model: DecoderModel, sizes: LlamaSizes): EncodedBlocks {
  const { builder, decoder, words, asked } = model;
  const { width, epsilon, blocks, norms = LLAMA_NORMS, normOffset = 0, wordScale = 1 } = sizes;
  const sightOf = sights(model, sizes);
  const norm = (x: string, parameters: Parameters) =>
    rmsNorm(builder, x, parameters, width, epsilon, { offset: normOffset });
  const hiddenStates: string[] = [];
  const attentionProbabilities: string[] = [];
  let hidden =
    wordScale === 1
      ? words.value
      : builder.emit("Mul", [words.value, builder.scalar(wordScale)], { output: "hidden_state.0" });
  for (let b = 0; b < blocks; b++) {
    hiddenStates.push(hidden);
    const block = decoder.at(`layers.${b}`);
    const normed = (x: string, name: string | undefined) => (name === undefined ? x : norm(x, block.at(name)));
    // Of the last block nothing is computed that is not read.
    const read = b === blocks - 1 ? asked : undefined;
    const taken = (x: string) => (read === undefined ? x : takePositions(builder, x, read));
    const site = { sight: sightOf(b, read), taken, probabilities: `block.${b}.attention_probabilities` };
    const entering = normed(hidden, norms.beforeAttention);
    const { mixed, probabilities } = attend(model, entering, block.at("self_attn"), sizes, site);
    attentionProbabilities.push(probabilities);
    const middle = builder.add(taken(hidden), normed(mixed, norms.behindAttention));
    const forwarded = gatedFeedForward(builder, normed(middle, norms.beforeFeedForward), block.at("mlp"), {
      ...sizes,
      bias: sizes.biases.feedForward,
    });
    hidden = builder.add(middle, normed(forwarded, norms.behindFeedForward), `hidden_state.${b + 1}`);
  }
  return { output: norm(hidden, decoder.at("norm")), hiddenStates, attentionProbabilities };
}

/** What is seen of each block: angles and masks that several blocks share are computed once. */
function sights(model: DecoderModel, { window, rotary }: LlamaSizes) {
  const { builder, places } = model;
  const row = firstRow(builder, places);
  const masks = new Map<number | undefined, string>();
  const angles = new Map<Rotary, RotaryAngles>();
  const maskOf = (reach: number | undefined): string => {
    const mask = masks.get(reach) ?? causalMask(builder, model, reach);
    masks.set(reach, mask);
    return mask;
  };
  const anglesOf = (turned: Rotary): RotaryAngles => {
    const found = angles.get(turned) ?? anglesAt(builder, row, turned);
    angles.set(turned, found);
    return found;
  };
  return (block: number, read: string | undefined): Sight => {
    const mask = maskOf(window?.(block));
    const turned = rotary(block);
    const all = turned === undefined ? undefined : anglesOf(turned);
    if (read === undefined) return { angles: all, queryAngles: all, mask };
    return {
      angles: all,
      queryAngles: turned === undefined ? undefined : anglesAt(builder, builder.emit("Gather", [row, read]), turned),
      mask: builder.emit("Gather", [mask, read]),
    };
  };
}

/** Attention, mixed by its last matrix. */
function attend(
  { builder }: DecoderModel,
  x: string,
  parameters: Parameters,
  sizes: LlamaSizes,
  site: { readonly sight: Sight; readonly taken: (x: string) => string; readonly probabilities: string },
): { readonly mixed: string; readonly probabilities: string } {
  const { heads, keyValueHeads, headSize, epsilon, biases, width, normalisesQueries, normOffset = 0 } = sizes;
  const { sight, taken, probabilities } = site;
  const inside = heads * headSize;
  const shared = keyValueHeads * headSize;
  const projected = (from: string, name: string, size: number) =>
    linear(builder, from, parameters.at(name), width, size, biases.queryKeyValue);
  const flat = sizes.fused === true ? apart() : together();
  const turned = (values: string, name: string, count: number, angles: RotaryAngles | undefined) => {
    const size = normalisesQueries === "heads" ? headSize : count * headSize;
    const norm = (states: string) =>
      rmsNorm(builder, states, parameters.at(name), size, epsilon, { offset: normOffset });
    const cut = splitHeads(builder, normalisesQueries === "together" ? norm(values) : values, count, headSize);
    const normed = normalisesQueries === "heads" ? norm(cut) : cut;
    return angles === undefined ? normed : rotate(builder, normed, angles, headSize);
  };
  const states = {
    query: turned(flat.query, "q_norm", heads, sight.queryAngles),
    key: turned(flat.key, "k_norm", keyValueHeads, sight.angles),
    value: splitHeads(builder, flat.value, keyValueHeads, headSize),
  };
  const { context } = groupedAttention(builder, states, sizes, {
    mask: sight.mask,
    probabilities,
    scale: sizes.scale,
    softcap: sizes.softcap,
  });
  const mixed = linear(builder, context, parameters.at("o_proj"), inside, width, biases.output);
  return { mixed, probabilities };

  function together() {
    return {
      query: projected(taken(x), "q_proj", inside),
      key: projected(x, "k_proj", shared),
      value: projected(x, "v_proj", shared),
    };
  }

  function apart() {
    const all = projected(x, "qkv_proj", inside + 2 * shared);
    const part = (from: number, size: number) => builder.slice(all, -1, from, from + size);
    return { query: taken(part(0, inside)), key: part(inside, shared), value: part(inside + shared, shared) };
  }
}
