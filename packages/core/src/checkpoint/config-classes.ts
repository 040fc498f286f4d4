/**
 * @file What transformers' configuration classes add to a config.json: values of keys that it leaves out, and other names
 * of keys ("attribute_map"). As the classes of transformers 4.57 and 5 have them, which agree here.
 */

/** A configuration class, as far as calig reads it. */
interface ConfigClass {
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Names of keys by other names that stand for them. Where a file has both, the other name wins, as it does there. */
  readonly aliases?: Readonly<Record<string, string>>;
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
  llama: {
    defaults: {
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
    },
  },
  gpt2: { aliases: GPT2_NAMES },
  gptj: { aliases: GPT2_NAMES },
  gpt_bigcode: { aliases: GPT2_NAMES },
  codegen: { aliases: GPT2_NAMES },
  "openai-gpt": { aliases: GPT2_NAMES },
};

/** The fields of a config.json as its class has them: under their own names, with what it leaves out. */
export function completeConfig(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { model_type: type } = fields;
  const found = typeof type === "string" && Object.hasOwn(CLASSES, type) ? CLASSES[type] : undefined;
  if (found === undefined) return fields;
  const { defaults = {}, aliases = {} } = found;
  const complete: Record<string, unknown> = { ...fields };
  for (const [alias, name] of Object.entries(aliases)) complete[name] = fields[alias] ?? fields[name];
  for (const [name, value] of Object.entries(defaults)) complete[name] ??= value;
  for (const [alias, name] of Object.entries(aliases)) complete[alias] ??= complete[name];
  return complete;
}
