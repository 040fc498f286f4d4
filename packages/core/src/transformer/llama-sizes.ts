/** @file What distinguishes the decoders whose blocks are like those of Llama: sizes, names, and what each does otherwise. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { CheckpointError } from "../errors.ts";
import type { DecoderNorm, GroupedShape } from "./decoder-parts.ts";
import { type Rotary, rotaryOf } from "./rotary-scaling.ts";

/** Names of the normalisations around the two parts of a block; absent where there is none. */
export interface BlockNorms {
  readonly beforeAttention?: string;
  readonly behindAttention?: string;
  readonly beforeFeedForward?: string;
  readonly behindFeedForward?: string;
}

export const LLAMA_NORMS: BlockNorms = {
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

/** How the parts of a block are called. */
export interface BlockNames {
  readonly blocks: string;
  /** The last normalisation. */
  readonly last: string;
  /** Attention, and its matrices; `together` has queries, keys and values in one. */
  readonly attention: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly together: string;
  readonly output: string;
  /** The feed-forward part, "" where its matrices lie in the block itself. */
  readonly feedForward: string;
  readonly gate: string;
  readonly up: string;
  readonly down: string;
}

export const LLAMA_NAMES: BlockNames = {
  blocks: "layers",
  last: "norm",
  attention: "self_attn",
  query: "q_proj",
  key: "k_proj",
  value: "v_proj",
  together: "qkv_proj",
  output: "o_proj",
  feedForward: "mlp",
  gate: "gate_proj",
  up: "up_proj",
  down: "down_proj",
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
  /** Default: those of Llama. */
  readonly names?: Partial<BlockNames>;
  /** Default: before each part. */
  readonly norms?: BlockNorms;
  /** How states are normalised. Default: by their root mean square. */
  readonly norm?: DecoderNorm;
  /** Whether both parts of a block read what enters it. Default: the feed-forward part reads what attention made of it. */
  readonly parallel?: boolean;
  /** What is added to the weights of normalisations: Gemma's are distances from 1. Default 0. */
  readonly normOffset?: number;
  /** Whether queries and keys are normalised ("q_norm", "k_norm"): each head by itself, or all heads together. */
  readonly normalisesQueries?: "heads" | "together";
  /**
   * How queries, keys and values come out of one matrix, where they do: all queries, all keys, all values; or for each key
   * the queries that share it, the key, its value.
   */
  readonly fused?: "parts" | "groups";
  /** Whether the feed-forward part has gates, and whether they come out of one matrix with what they open ("gate_up_proj"). Default "apart". */
  readonly gates?: "apart" | "fused" | "none";
  /** Queries, keys and values are cut off at plus and minus this. */
  readonly clip?: number | undefined;
  /** What the parts of a block are multiplied by before they are added. Default 1. */
  readonly partScale?: number;
  /** The word vectors are normalised, by weights of this name. */
  readonly wordNorm?: string;
  /** Learned vectors of places, added to those of words: name, rows, and the row of the first place. */
  readonly positions?: { readonly name: string; readonly rows: number; readonly first: number };
  /** Of each head: what scores gain by each place of their key (ALiBi, Press et al. 2022). */
  readonly slopes?: readonly number[];
  /** What the word vectors are multiplied by. Default 1. */
  readonly wordScale?: number;
  /** What scores are multiplied by. Default: 1 / sqrt(headSize). */
  readonly scale?: number;
  /** Scores are bent to stay between plus and minus this. */
  readonly softcap?: number | undefined;
  /** How far each block looks, in tokens, the own one included; undefined for all. */
  readonly window?: (block: number) => number | undefined;
  /** Which elements of a head are turned together: those of its two halves, or neighbours. Default "halves". */
  readonly rotaryPairs?: "halves" | "neighbours";
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
