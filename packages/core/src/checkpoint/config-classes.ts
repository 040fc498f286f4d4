/**
 * @file What transformers' configuration classes add to a config.json: values of keys that it leaves out, and other names
 * of keys ("attribute_map"). As the classes of transformers 4.57 and 5 have them, which agree here.
 */

/** A configuration class, as far as calig reads it. */
interface ConfigClass {
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Names of keys by other names that stand for them. Where a file has both, the other name wins, as it does there. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Whether null stands for none ("sliding_window") instead of the value that is usual. */
  readonly keepsNull?: true;
}

const BERT = {
  vocab_size: 30522,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  hidden_act: "gelu",
  max_position_embeddings: 512,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  pad_token_id: 0,
};
const ROBERTA = { ...BERT, pad_token_id: 1 };
const VIT = {
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  hidden_act: "gelu",
  // "layer_norm_eps" depends on whose names the tensors have.
  image_size: 224,
  patch_size: 16,
  num_channels: 3,
  qkv_bias: true,
};
const DINO = {
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  mlp_ratio: 4,
  hidden_act: "gelu",
  layer_norm_eps: 1e-6,
  image_size: 224,
  num_channels: 3,
  qkv_bias: true,
};
const keepsNull = true;
const LLAMA = {
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  hidden_act: "silu",
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: false,
  attention_bias: false,
  mlp_bias: false,
};
const GLM = {
  ...LLAMA,
  vocab_size: 151552,
  num_key_value_heads: 2,
  head_dim: 128,
  rms_norm_eps: 1.5625e-7,
  attention_bias: true,
  partial_rotary_factor: 0.5,
  pad_token_id: 151329,
};
const QWEN = {
  ...LLAMA,
  vocab_size: 151936,
  intermediate_size: 22016,
  num_key_value_heads: 32,
  max_position_embeddings: 32768,
  use_sliding_window: false,
  sliding_window: 4096,
  max_window_layers: 28,
};
const GEMMA = {
  vocab_size: 256000,
  hidden_size: 3072,
  intermediate_size: 24576,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  head_dim: 256,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
  attention_bias: false,
  pad_token_id: 0,
};
const GEMMA_2 = {
  ...GEMMA,
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  hidden_activation: "gelu_pytorch_tanh",
  query_pre_attn_scalar: 256,
  sliding_window: 4096,
};
/** GPT-2's names of what most classes call otherwise. */
const GPT2_NAMES = {
  hidden_size: "n_embd",
  max_position_embeddings: "n_positions",
  num_attention_heads: "n_head",
  num_hidden_layers: "n_layer",
};

const CLASSES: Readonly<Record<string, ConfigClass>> = {
  bert: { defaults: BERT },
  roberta: { defaults: { ...ROBERTA, vocab_size: 50265 } },
  "xlm-roberta": { defaults: ROBERTA },
  camembert: { defaults: ROBERTA },
  distilbert: {
    defaults: {
      vocab_size: 30522,
      max_position_embeddings: 512,
      n_layers: 6,
      n_heads: 12,
      dim: 768,
      hidden_dim: 3072,
      activation: "gelu",
      pad_token_id: 0,
    },
    aliases: { hidden_size: "dim", num_attention_heads: "n_heads", num_hidden_layers: "n_layers" },
  },
  electra: {
    defaults: { ...BERT, embedding_size: 128, hidden_size: 256, num_attention_heads: 4, intermediate_size: 1024 },
  },
  albert: {
    defaults: {
      ...BERT,
      vocab_size: 30000,
      embedding_size: 128,
      hidden_size: 4096,
      num_hidden_groups: 1,
      num_attention_heads: 64,
      inner_group_num: 1,
      hidden_act: "gelu_new",
      intermediate_size: 16384,
    },
  },
  mpnet: { defaults: { ...ROBERTA, vocab_size: 30527, type_vocab_size: 0, relative_attention_num_buckets: 32 } },
  "deberta-v2": {
    defaults: {
      ...BERT,
      vocab_size: 128100,
      hidden_size: 1536,
      num_hidden_layers: 24,
      num_attention_heads: 24,
      intermediate_size: 6144,
      type_vocab_size: 0,
      layer_norm_eps: 1e-7,
    },
  },
  modernbert: {
    defaults: {
      vocab_size: 50368,
      hidden_size: 768,
      intermediate_size: 1152,
      num_hidden_layers: 22,
      num_attention_heads: 12,
      hidden_activation: "gelu",
      max_position_embeddings: 8192,
      norm_eps: 1e-5,
    },
    aliases: { rope_theta: "global_rope_theta" },
  },
  vit: { defaults: VIT },
  vit_mae: { defaults: VIT },
  deit: { defaults: VIT },
  beit: { defaults: { ...VIT, layer_norm_eps: 1e-12, qkv_bias: undefined } },
  dinov2: { defaults: { ...DINO, patch_size: 14 } },
  dinov2_with_registers: { defaults: { ...DINO, patch_size: 16 } },
  llama: { keepsNull, defaults: LLAMA },
  mistral: {
    keepsNull,
    defaults: {
      ...LLAMA,
      intermediate_size: 14336,
      num_key_value_heads: 8,
      max_position_embeddings: 131072,
      sliding_window: 4096,
    },
  },
  qwen2: { keepsNull, defaults: QWEN },
  qwen3: { keepsNull, defaults: { ...QWEN, head_dim: 128 } },
  gemma: { keepsNull, defaults: { ...GEMMA, hidden_act: "gelu_pytorch_tanh" } },
  gemma2: {
    keepsNull,
    defaults: { ...GEMMA_2, max_position_embeddings: 8192, final_logit_softcapping: 30, attn_logit_softcapping: 50 },
  },
  gemma3_text: { keepsNull, defaults: { ...GEMMA_2, vocab_size: 262208, max_position_embeddings: 131072 } },
  phi3: {
    keepsNull,
    defaults: {
      ...LLAMA,
      vocab_size: 32064,
      hidden_size: 3072,
      intermediate_size: 8192,
      max_position_embeddings: 4096,
      original_max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
      pad_token_id: 32000,
    },
  },
  smollm3: {
    keepsNull,
    defaults: {
      ...LLAMA,
      vocab_size: 128256,
      hidden_size: 2048,
      num_hidden_layers: 36,
      num_attention_heads: 16,
      num_key_value_heads: 4,
      max_position_embeddings: 32768,
      rope_theta: 2_000_000,
      tie_word_embeddings: true,
      pad_token_id: 128004,
    },
  },
  olmo2: { keepsNull, defaults: { ...LLAMA, vocab_size: 50304, rms_norm_eps: 1e-5, pad_token_id: 1 } },
  gpt2: {
    keepsNull,
    defaults: {
      vocab_size: 50257,
      n_positions: 1024,
      n_embd: 768,
      n_layer: 12,
      n_head: 12,
      activation_function: "gelu_new",
      layer_norm_epsilon: 1e-5,
      tie_word_embeddings: true,
    },
    aliases: GPT2_NAMES,
  },
  gpt_neox: {
    keepsNull,
    defaults: {
      ...{ vocab_size: 50432, hidden_size: 6144, num_hidden_layers: 44, num_attention_heads: 64 },
      ...{ intermediate_size: 24576, max_position_embeddings: 2048 },
      ...{ hidden_act: "gelu", layer_norm_eps: 1e-5, rotary_pct: 0.25, rotary_emb_base: 10_000 },
    },
  },
  stablelm: {
    keepsNull,
    defaults: {
      ...{ vocab_size: 50304, hidden_size: 2560, num_hidden_layers: 32, num_attention_heads: 32 },
      ...{ intermediate_size: 6912, max_position_embeddings: 4096 },
      ...{ hidden_act: "silu", layer_norm_eps: 1e-5, partial_rotary_factor: 0.25 },
    },
  },
  phi: {
    keepsNull,
    defaults: {
      ...{ vocab_size: 51200, hidden_size: 2048, num_hidden_layers: 24, num_attention_heads: 32 },
      ...{ intermediate_size: 8192, max_position_embeddings: 2048 },
      ...{ hidden_act: "gelu_new", layer_norm_eps: 1e-5, partial_rotary_factor: 0.5 },
    },
  },
  starcoder2: {
    keepsNull,
    defaults: {
      ...{ vocab_size: 49152, hidden_size: 3072, num_hidden_layers: 30, num_attention_heads: 24 },
      ...{ intermediate_size: 12288, num_key_value_heads: 2, max_position_embeddings: 4096 },
      ...{ hidden_act: "gelu_pytorch_tanh", norm_epsilon: 1e-5, tie_word_embeddings: true },
    },
  },
  falcon: { keepsNull, defaults: { tie_word_embeddings: true } },
  opt: {
    keepsNull,
    defaults: {
      ...{ vocab_size: 50272, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, ffn_dim: 3072 },
      ...{ max_position_embeddings: 2048, activation_function: "relu", tie_word_embeddings: true, pad_token_id: 1 },
    },
  },
  bloom: { keepsNull, defaults: { tie_word_embeddings: true, pad_token_id: 3 } },
  mpt: { keepsNull, defaults: { tie_word_embeddings: true } },
  gpt_neo: { keepsNull, defaults: { hidden_size: 2048, max_position_embeddings: 2048, tie_word_embeddings: true } },
  granite: { keepsNull, defaults: LLAMA },
  cohere: { keepsNull, defaults: { ...LLAMA, layer_norm_eps: 1e-5, tie_word_embeddings: true, pad_token_id: 0 } },
  cohere2: { keepsNull, defaults: { ...LLAMA, layer_norm_eps: 1e-5, tie_word_embeddings: true, pad_token_id: 0 } },
  olmo: { keepsNull, defaults: { ...LLAMA, vocab_size: 50304, pad_token_id: 1 } },
  glm: { keepsNull, defaults: GLM },
  glm4: { keepsNull, defaults: GLM },
  nemotron: { keepsNull, defaults: { ...LLAMA, hidden_act: "relu2", norm_eps: 1e-5, partial_rotary_factor: 0.5 } },
  arcee: { keepsNull, defaults: { ...LLAMA, hidden_act: "relu2", rms_norm_eps: 1e-5 } },
  helium: {
    keepsNull,
    defaults: { ...LLAMA, head_dim: 128, rms_norm_eps: 1e-8, rope_theta: 100_000, pad_token_id: 3 },
  },
  ernie4_5: {
    keepsNull,
    defaults: {
      ...LLAMA,
      head_dim: 128,
      rms_norm_eps: 1e-5,
      rope_theta: 500_000,
      tie_word_embeddings: true,
      pad_token_id: 0,
    },
  },
  gptj: { aliases: GPT2_NAMES },
  gpt_bigcode: { keepsNull, defaults: { tie_word_embeddings: true }, aliases: GPT2_NAMES },
  codegen: { aliases: GPT2_NAMES },
  "openai-gpt": { aliases: GPT2_NAMES },
};

/** What a class is of whose type a file says nothing, as those of transformers 2: "BertForSequenceClassification" is "bert". */
function typeOfClass(architectures: unknown): string | undefined {
  const [first] = Array.isArray(architectures) ? (architectures as readonly unknown[]) : [];
  const name =
    typeof first === "string" ? /^(.+?)(?:For[A-Z]|LMHead|Model$)/.exec(first)?.[1]?.toLowerCase() : undefined;
  return name === undefined ? undefined : Object.keys(CLASSES).find((type) => type.replaceAll(/[-_]/g, "") === name);
}

/** The fields of a config.json as its class has them: under their own names, with what it leaves out. */
export function completeConfig(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { model_type: type = typeOfClass(fields.architectures) } = fields;
  const found = typeof type === "string" && Object.hasOwn(CLASSES, type) ? CLASSES[type] : undefined;
  if (found === undefined) return type === undefined ? fields : { ...fields, model_type: type };
  const { defaults = {}, aliases = {}, keepsNull } = found;
  const complete: Record<string, unknown> = { ...fields, model_type: type };
  for (const [alias, name] of Object.entries(aliases)) complete[name] = fields[alias] ?? fields[name];
  for (const [name, value] of Object.entries(defaults)) {
    if (keepsNull === undefined || complete[name] === undefined) complete[name] ??= value;
  }
  for (const [alias, name] of Object.entries(aliases)) complete[alias] ??= complete[name];
  return complete;
}
