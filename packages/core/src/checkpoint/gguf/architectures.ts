/**
 * @file The architectures of GGUF files: their metadata as config.json, their tensors under the names of transformers, and
 * what llama.cpp's converter changed in the weights. After convert_hf_to_gguf.py and gguf-py/gguf/constants.py.
 */

import { CheckpointError, quote, UnsupportedModelError } from "../../errors.ts";
import { otherKind } from "../other-kinds.ts";
import type { GgufHeader } from "./header.ts";
import { type GgufMetadata, metadataOf } from "./metadata.ts";

/** What has to be undone in a tensor once its numbers are known. */
export type Undo =
  /** Rows of each head: the two halves of rotary pairs were laid one after the other. */
  | { readonly kind: "rotary-rows"; readonly heads: number }
  /** A matrix [out, in], which the model has as [in, out]. */
  | { readonly kind: "transposed" }
  /** A number that was added to all. */
  | { readonly kind: "added"; readonly number: number };

/** A tensor as the model's family asks for it. */
export interface GgufTensor {
  readonly name: string;
  readonly undo?: Undo;
}

/** A model that a file holds. */
export interface GgufModel {
  /** config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** By the names in the file. Tensors that are missing here are settings, read already. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** Reads a small tensor of the file whole. */
export type ReadSmall = (name: string) => Promise<readonly number[]>;

interface Architecture {
  /** `model_type`, and the class of the language model. */
  readonly type: string;
  readonly class: string;
  /** What the fields are besides those that all have. */
  config?(facts: Facts): Readonly<Record<string, unknown>>;
  /** Names outside and inside blocks. Default: those of Llama. */
  readonly outside?: Readonly<Record<string, string>>;
  readonly blocks?: string;
  readonly inside?: Readonly<Record<string, string>>;
  undo?(part: string, facts: Facts): Undo | undefined;
}

/** What is read of every model. */
interface Facts {
  readonly metadata: GgufMetadata;
  /** A number under the prefix of the architecture. */
  own(key: string): number | undefined;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headSize: number;
}

const OUTSIDE = { token_embd: "model.embed_tokens", output_norm: "model.norm", output: "lm_head" };
const BLOCKS = "model.layers";
const INSIDE = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  attn_q_norm: "self_attn.q_norm",
  attn_k_norm: "self_attn.k_norm",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};
/** Norms before and after each half of a block. */
const FOUR_NORMS = {
  ...INSIDE,
  post_attention_norm: "post_attention_layernorm",
  ffn_norm: "pre_feedforward_layernorm",
  post_ffw_norm: "post_feedforward_layernorm",
};
const GPT2 = {
  attn_norm: "ln_1",
  attn_qkv: "attn.c_attn",
  attn_output: "attn.c_proj",
  ffn_norm: "ln_2",
  ffn_up: "mlp.c_fc",
  ffn_down: "mlp.c_proj",
};

/** llama.cpp's rotary embedding turns neighbours, that of transformers halves. */
const rotaryRows = (part: string, { heads, keyHeads }: Facts): Undo | undefined => {
  if (part.startsWith("attn_q.")) return { kind: "rotary-rows", heads };
  return part.startsWith("attn_k.") ? { kind: "rotary-rows", heads: keyHeads } : undefined;
};

/** Gemma multiplies by 1 + weight, and files have that sum. */
const normsFromOne = (part: string): Undo | undefined =>
  part.endsWith("norm.weight") ? { kind: "added", number: 1 } : undefined;

/** Scores are divided by the square root of this; of the largest model llama.cpp knows it by the number of its layers. */
const scoreScale = (largest: number, { layers, hidden, heads, headSize }: Facts): number =>
  layers === largest ? hidden / heads : headSize;

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  llama: { type: "llama", class: "LlamaForCausalLM", undo: rotaryRows },
  qwen2: { type: "qwen2", class: "Qwen2ForCausalLM" },
  qwen3: { type: "qwen3", class: "Qwen3ForCausalLM" },
  starcoder2: {
    type: "starcoder2",
    class: "Starcoder2ForCausalLM",
    inside: { ...INSIDE, ffn_up: "mlp.c_fc", ffn_down: "mlp.c_proj" },
    config: ({ own }) => ({
      hidden_act: "gelu_pytorch_tanh",
      norm_epsilon: own("attention.layer_norm_epsilon"),
      use_bias: true,
      sliding_window: null,
    }),
  },
  granite: {
    type: "granite",
    class: "GraniteForCausalLM",
    undo: rotaryRows,
    config: ({ own }) => ({
      embedding_multiplier: own("embedding_scale") ?? 1,
      attention_multiplier: own("attention.scale") ?? 1,
      residual_multiplier: own("residual_scale") ?? 1,
      logits_scaling: own("logit_scale") ?? 1,
    }),
  },
  stablelm: {
    type: "stablelm",
    class: "StableLmForCausalLM",
    config: ({ metadata, own, headSize }) => ({
      layer_norm_eps: own("attention.layer_norm_epsilon"),
      partial_rotary_factor: (own("rope.dimension_count") ?? headSize) / headSize,
      use_parallel_residual: metadata.boolean("stablelm.use_parallel_residual") ?? false,
    }),
  },
  olmo2: {
    type: "olmo2",
    class: "Olmo2ForCausalLM",
    inside: {
      ...INSIDE,
      post_attention_norm: "post_attention_layernorm",
      post_ffw_norm: "post_feedforward_layernorm",
    },
  },
  smollm3: {
    type: "smollm3",
    class: "SmolLM3ForCausalLM",
    undo: rotaryRows,
    config: () => ({ no_rope_layer_interval: 4 }),
  },
  phi3: {
    type: "phi3",
    class: "Phi3ForCausalLM",
    inside: { ...INSIDE, attn_qkv: "self_attn.qkv_proj", ffn_up: "mlp.gate_up_proj" },
    config: ({ own, headSize }) => ({
      sliding_window: own("attention.sliding_window") || null,
      partial_rotary_factor: (own("rope.dimension_count") ?? headSize) / headSize,
      original_max_position_embeddings: own("rope.scaling.original_context_length") ?? own("context_length"),
    }),
  },
  gemma: {
    type: "gemma",
    class: "GemmaForCausalLM",
    undo: normsFromOne,
    config: () => ({ hidden_activation: "gelu_pytorch_tanh" }),
  },
  gemma2: {
    type: "gemma2",
    class: "Gemma2ForCausalLM",
    inside: FOUR_NORMS,
    undo: normsFromOne,
    config: (facts) => ({
      hidden_activation: "gelu_pytorch_tanh",
      attn_logit_softcapping: facts.own("attn_logit_softcapping") ?? null,
      final_logit_softcapping: facts.own("final_logit_softcapping") ?? null,
      sliding_window: facts.own("attention.sliding_window") ?? 4096,
      query_pre_attn_scalar: scoreScale(46, facts),
    }),
  },
  gemma3: {
    type: "gemma3_text",
    class: "Gemma3ForCausalLM",
    inside: FOUR_NORMS,
    undo: normsFromOne,
    config: (facts) => ({
      hidden_activation: "gelu_pytorch_tanh",
      final_logit_softcapping: facts.own("final_logit_softcapping") ?? null,
      sliding_window: facts.own("attention.sliding_window") ?? 512,
      sliding_window_pattern: 6,
      rope_local_base_freq: facts.own("rope.local.freq_base") ?? facts.own("rope.freq_base_swa") ?? 10_000,
      query_pre_attn_scalar: scoreScale(62, facts),
    }),
  },
  gpt2: {
    type: "gpt2",
    class: "GPT2LMHeadModel",
    outside: {
      token_embd: "transformer.wte",
      position_embd: "transformer.wpe",
      output_norm: "transformer.ln_f",
      output: "lm_head",
    },
    blocks: "transformer.h",
    inside: GPT2,
    undo: (part) =>
      /^(attn_qkv|attn_output|ffn_up|ffn_down)\.weight$/.test(part) ? { kind: "transposed" } : undefined,
    config: ({ metadata, own, layers, hidden, heads }) => ({
      n_positions: own("context_length"),
      n_ctx: own("context_length"),
      n_embd: hidden,
      n_layer: layers,
      n_head: heads,
      n_inner: metadata.needed("gpt2.feed_forward_length"),
      activation_function: "gelu_new",
      layer_norm_epsilon: own("attention.layer_norm_epsilon") ?? 1e-5,
    }),
  },
};

/** Divisors of the frequencies of rotary embeddings: settings that files have as tensors. */
const FACTORS = ["rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight"];

/**
 * What a file holds, in the words of transformers.
 *
 * @throws {UnsupportedModelError} For architectures that calig does not know; lists those it does.
 * @throws {CheckpointError} When metadata are missing or of other types.
 */
export async function readModel(header: GgufHeader, readSmall: ReadSmall): Promise<GgufModel> {
  const metadata = metadataOf(header);
  const name = metadata.string("general.architecture") ?? "";
  const architecture = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (architecture === undefined) throw unknownArchitecture(header.file, name);
  const facts = factsOf(metadata, name);
  refuseExperts(facts, header.file);
  refusePartlyTurned(facts, architecture, header.file);
  const embeddings = header.tensors.get("token_embd.weight");
  if (embeddings === undefined) {
    throw new CheckpointError(
      `Cannot use "${header.file}": it has no tensor "token_embd.weight"; it is no whole model, give the file that is`,
      header.file,
    );
  }
  const context = facts.own("context_length");
  const config: Record<string, unknown> = {
    model_type: architecture.type,
    architectures: [architecture.class],
    vocab_size: embeddings.shape[0],
    hidden_size: facts.hidden,
    num_hidden_layers: facts.layers,
    num_attention_heads: facts.heads,
    num_key_value_heads: facts.keyHeads,
    head_dim: facts.headSize,
    intermediate_size: metadata.needed(`${name}.feed_forward_length`),
    hidden_act: "silu",
    rms_norm_eps: facts.own("attention.layer_norm_rms_epsilon"),
    rope_theta: facts.own("rope.freq_base") ?? 10_000,
    max_position_embeddings: context,
    tie_word_embeddings: !header.tensors.has("output.weight"),
    bos_token_id: metadata.number("tokenizer.ggml.bos_token_id"),
    eos_token_id: metadata.number("tokenizer.ggml.eos_token_id"),
    pad_token_id: metadata.number("tokenizer.ggml.padding_token_id"),
    attention_bias: header.tensors.has("blk.0.attn_q.bias"),
    use_qkv_bias: header.tensors.has("blk.0.attn_q.bias"),
    mlp_bias: header.tensors.has("blk.0.ffn_up.bias"),
    ...architecture.config?.(facts),
  };
  const scaling = await ropeScaling(header, facts, readSmall);
  if (scaling !== undefined) config.rope_scaling = scaling;
  const tensors = new Map<string, GgufTensor>();
  for (const stored of header.tensors.keys()) {
    if (!FACTORS.includes(stored)) tensors.set(stored, tensorOf(stored, architecture, facts));
  }
  const stated = Object.entries(config).filter(([, value]) => value !== undefined);
  return { config: Object.fromEntries(stated), tensors };
}

function factsOf(metadata: GgufMetadata, name: string): Facts {
  const own = (key: string) => metadata.number(`${name}.${key}`);
  const needed = (key: string) => metadata.needed(`${name}.${key}`);
  const [hidden, heads] = [needed("embedding_length"), needed("attention.head_count")];
  const keyHeads = own("attention.head_count_kv") ?? heads;
  const headSize = own("attention.key_length") ?? hidden / heads;
  const valueSize = own("attention.value_length") ?? headSize;
  if (valueSize !== headSize) {
    throw new UnsupportedModelError(
      `Cannot build the model in "${metadata.file}": its keys have ${headSize} numbers and its values ${valueSize}, and calig builds attention in which both have as many; give another model`,
      [{ reason: "keys and values of different sizes" }],
    );
  }
  return { metadata, own, layers: needed("block_count"), hidden, heads, keyHeads, headSize };
}

/**
 * Rows that a converter laid out in pairs are put back for heads that are turned whole.
 *
 * @throws {UnsupportedModelError} Where a part of each head is turned.
 */
function refusePartlyTurned({ own, headSize }: Facts, { undo }: Architecture, file: string): void {
  const turned = own("rope.dimension_count") ?? headSize;
  if (undo !== rotaryRows || turned === headSize) return;
  throw new UnsupportedModelError(
    `Cannot build the model in "${file}": its rotary positions turn ${turned} of the ${headSize} elements of a head ("rope.dimension_count"), and calig builds this architecture with all of them turned; give another model`,
    [{ reason: "rotary positions of a part of each head" }],
  );
}

/** @throws {UnsupportedModelError} For mixtures of experts. */
function refuseExperts({ own }: Facts, file: string): void {
  const experts = own("expert_count") ?? 0;
  if (experts === 0) return;
  throw new UnsupportedModelError(
    `Cannot build the model in "${file}": it is a mixture of ${experts} experts, of which each token passes a few, and calig builds no such models; give a dense one`,
    [{ reason: "mixture of experts" }],
  );
}

function unknownArchitecture(file: string, name: string): UnsupportedModelError {
  // Names of llama.cpp for what transformers calls otherwise: "qwen2moe", "deepseek2", "qwen2vl".
  const kind =
    otherKind(name)?.what ?? (/^(deepseek2?|llama4|gpt-oss|grok)$/.test(name) ? "a mixture of experts" : undefined);
  if (kind !== undefined) {
    return new UnsupportedModelError(
      `Cannot build the model in "${file}": its "general.architecture" is ${quote(name)}, ${kind}, and calig builds decoders all of whose weights every token passes; give one of these`,
      [{ reason: kind }],
    );
  }
  const known = Object.keys(ARCHITECTURES).map(quote).join(", ");
  return new UnsupportedModelError(
    `Cannot build the model in "${file}": its "general.architecture" is ${quote(name)}, and calig reads ${known} from GGUF files; give the checkpoint that it was made from, or an ONNX export of it`,
    [{ reason: `GGUF architecture ${quote(name)}` }],
  );
}

/** "blk.3.attn_q.weight" as the family calls it; names that are not known stay, and are told as unused. */
function tensorOf(stored: string, architecture: Architecture, facts: Facts): GgufTensor {
  const { outside = OUTSIDE, blocks = BLOCKS, inside = INSIDE, undo } = architecture;
  const [, block, part = stored] = /^blk\.(\d+)\.(.+)$/.exec(stored) ?? [];
  const [, stem = part, ending = ""] = /^(.+?)(\.\w+)$/.exec(part) ?? [];
  const names: Readonly<Record<string, string>> = block === undefined ? outside : inside;
  const known = Object.hasOwn(names, stem) ? names[stem] : undefined;
  if (known === undefined) return { name: stored };
  const name = `${block === undefined ? "" : `${blocks}.${block}.`}${known}${ending}`;
  const change = undo?.(part, facts);
  return change === undefined ? { name } : { name, undo: change };
}

/** `rope_scaling`; undefined where frequencies are those of the base. */
async function ropeScaling(
  { tensors, file }: GgufHeader,
  { metadata, own }: Facts,
  readSmall: ReadSmall,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const architecture = metadata.string("general.architecture");
  const key = `${architecture}.rope.scaling`;
  const type = metadata.string(`${key}.type`) ?? "none";
  const factor = own("rope.scaling.factor");
  const original = own("rope.scaling.original_context_length");
  const stretch = own("rope.scaling.attn_factor");
  const [all, short, long] = FACTORS as [string, string, string];
  if (tensors.has(short) && tensors.has(long)) {
    return {
      rope_type: "longrope",
      short_factor: await readSmall(short),
      long_factor: await readSmall(long),
      ...(original === undefined ? {} : { original_max_position_embeddings: original }),
      ...(stretch === undefined ? {} : { attention_factor: stretch }),
    };
  }
  if (tensors.has(all)) {
    // Of Llama 3: the divisors that its rule gives. They do not depend on the length of the text.
    const factors = await readSmall(all);
    return {
      rope_type: "longrope",
      short_factor: factors,
      long_factor: factors,
      attention_factor: 1,
      original_max_position_embeddings: own("context_length"),
    };
  }
  if (type === "none" || factor === undefined || (type === "linear" && factor === 1)) return undefined;
  if (type === "linear") return { rope_type: "linear", factor };
  if (type === "yarn") {
    return {
      rope_type: "yarn",
      factor,
      ...(original === undefined ? {} : { original_max_position_embeddings: original }),
      ...(stretch === undefined ? {} : { attention_factor: stretch }),
      ...given("beta_fast", own("rope.scaling.yarn_beta_fast")),
      ...given("beta_slow", own("rope.scaling.yarn_beta_slow")),
    };
  }
  throw new UnsupportedModelError(
    `Cannot build the model in "${file}": its "${key}.type" is ${quote(type)}, and calig computes "linear", "yarn" and the factors of "longrope" and Llama 3; give another model`,
    [{ reason: `rope scaling ${quote(type)}` }],
  );
}

const given = (key: string, value: number | undefined) => (value === undefined ? {} : { [key]: value });
