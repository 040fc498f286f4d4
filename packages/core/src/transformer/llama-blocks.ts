/**
 * @file The blocks of Llama, and of the decoders that differ from it in what {@link LlamaSizes} lists: where and how states
 * are normalised, how positions enter, how matrices are cut and called, whether both parts read the same.
 */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { CheckpointError } from "../errors.ts";
import { int } from "../onnx/model.ts";
import type { DecoderModel } from "./decoder-model.ts";
import {
  biased,
  causalMask,
  type DecoderNorm,
  feedForward,
  firstRow,
  type GroupedShape,
  normalise,
  takePositions,
} from "./decoder-parts.ts";
import { lookUp } from "./embeddings.ts";
import { attend } from "./llama-attention.ts";
import type { EncodedBlocks } from "./post-norm.ts";
import { anglesAt, type RotaryAngles } from "./rotary.ts";
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

const LLAMA_NAMES: BlockNames = {
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

/** What tokens see in one block. */
export interface Sight {
  readonly angles: RotaryAngles | undefined;
  /** Those of the queries. */
  readonly queryAngles: RotaryAngles | undefined;
  /** [queries, tokens], or one of each head [heads, queries, tokens]. */
  readonly mask: string;
}

/** Runs the word vectors through the blocks and the last normalisation. */
export function llamaBlocks(model: DecoderModel, sizes: LlamaSizes): EncodedBlocks {
  const { builder, decoder, asked } = model;
  const { blocks, norms = LLAMA_NORMS, parallel = false, partScale = 1, gates = "apart" } = sizes;
  const names = { ...LLAMA_NAMES, ...sizes.names };
  const sightOf = sights(model, sizes);
  const hiddenStates: string[] = [];
  const attentionProbabilities: string[] = [];
  const scaled = (x: string) => (partScale === 1 ? x : builder.mul(x, builder.scalar(partScale)));
  let hidden = entering(model, sizes);
  for (let b = 0; b < blocks; b++) {
    hiddenStates.push(hidden);
    const block = decoder.at(`${names.blocks}.${b}`);
    const normed = (x: string, name: string | undefined) =>
      name === undefined ? x : normalise(builder, x, block.at(name), sizes);
    // Of the last block nothing is computed that is not read.
    const read = b === blocks - 1 ? asked : undefined;
    const taken = (x: string) => (read === undefined ? x : takePositions(builder, x, read));
    const site = { sight: sightOf(b, read), taken, names, probabilities: `block.${b}.attention_probabilities` };
    const attending = normed(hidden, norms.beforeAttention);
    const { mixed, probabilities } = attend(model, attending, block.at(names.attention), sizes, site);
    attentionProbabilities.push(probabilities);
    const middle = builder.add(taken(hidden), scaled(normed(mixed, norms.behindAttention)));
    const shared = norms.beforeFeedForward === norms.beforeAttention;
    const forwarding = !parallel
      ? normed(middle, norms.beforeFeedForward)
      : taken(shared ? attending : normed(hidden, norms.beforeFeedForward));
    const inside = names.feedForward === "" ? block : block.at(names.feedForward);
    const forwarded = feedForward(builder, forwarding, inside, { ...sizes, names, gates });
    hidden = builder.add(middle, scaled(normed(forwarded, norms.behindFeedForward)), `hidden_state.${b + 1}`);
  }
  const output = normalise(builder, hidden, decoder.at(names.last), sizes);
  return { output, hiddenStates, attentionProbabilities };
}

/** Whether the first hidden state is the word vectors as they are looked up. */
export const entersPlainly = ({ wordScale, wordNorm, positions }: LlamaSizes): boolean =>
  wordScale === undefined && wordNorm === undefined && positions === undefined;

/** The first hidden state. */
function entering({ builder, decoder, words, places }: DecoderModel, sizes: LlamaSizes): string {
  const { wordScale, wordNorm, positions, width } = sizes;
  const first = "hidden_state.0";
  if (wordScale !== undefined) return builder.emit("Mul", [words.value, builder.scalar(wordScale)], { output: first });
  if (wordNorm !== undefined) return normalise(builder, words.value, decoder.at(wordNorm), sizes, first);
  if (positions === undefined) return words.value;
  const rows = positions.first === 0 ? places : builder.add(places, builder.integers([positions.first]));
  return builder.add(
    words.value,
    lookUp(builder, decoder.at(positions.name), [positions.rows, width], rows).value,
    first,
  );
}

/** What is seen of each block: angles and masks that several blocks share are computed once. */
function sights(model: DecoderModel, { window, rotary, slopes }: LlamaSizes) {
  const { builder, places } = model;
  const row = firstRow(builder, places);
  const masks = new Map<number | undefined, string>();
  const angles = new Map<Rotary, RotaryAngles>();
  const maskOf = (reach: number | undefined): string => {
    const mask = masks.get(reach) ?? biased(builder, causalMask(builder, model, reach), row, slopes);
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
      mask: builder.emit("Gather", [mask, read], { attributes: { axis: int(-2) } }),
    };
  };
}
