/** @file The JSON files beside the weights: config.json, preprocessor, tokenizer, adapter and shard settings. */

import { type FuzzKind, fileOf } from "../kind.ts";
import { mutateBytes } from "../mutate-bytes.ts";
import { type Dictionary, mutateJson, toNode, write } from "../mutate-json.ts";
import type { Chance } from "../random.ts";
import { anyMethod, useModel } from "../use-model.ts";
import {
  adapterCheckpoints,
  familyCheckpoints,
  fixture,
  json,
  pictureFiles,
  quantisedCheckpoints,
  TEXT_FILES,
} from "./models.ts";

const SIZES = [
  0,
  1,
  2,
  3,
  4,
  8,
  16,
  32,
  64,
  128,
  1000,
  1e5,
  1e7,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e300,
  -1,
  0.5,
  "16",
  [16, 16],
  null,
];
const FACTORS = [0, 1, -1, 0.5, 1e-12, 1e-300, 1e300, 1e38, 3.4e38, "1", null, [0.5, 0.5, 0.5]];
const FLAGS = [true, false, null, "true", 1];
const ACTIVATIONS = [
  "gelu",
  "gelu_new",
  "relu",
  "silu",
  "swish",
  "tanh",
  "quick_gelu",
  "gelu_pytorch_tanh",
  "mish",
  "none",
  "linear",
  { name: "gelu" },
];

const CONFIG: Dictionary = {
  ...Object.fromEntries(
    [
      ...[
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
        "vocab_size",
        "type_vocab_size",
      ],
      ...[
        "max_position_embeddings",
        "num_labels",
        "image_size",
        "patch_size",
        "num_channels",
        "dim",
        "n_layers",
        "n_heads",
      ],
      ...[
        "hidden_dim",
        "embedding_size",
        "num_hidden_groups",
        "inner_group_num",
        "pad_token_id",
        "num_register_tokens",
      ],
      ...[
        "max_relative_positions",
        "position_buckets",
        "global_attn_every_n_layers",
        "local_attention",
        "num_key_value_heads",
        "mlp_ratio",
      ],
      ...["relative_attention_num_buckets", "pooler_hidden_size"],
    ].map((key) => [key, SIZES]),
  ),
  ...Object.fromEntries(
    [
      "layer_norm_eps",
      "norm_eps",
      "global_rope_theta",
      "local_rope_theta",
      "layerscale_value",
      "layer_scale_init_value",
      "rope_theta",
      "initializer_range",
    ].map((key) => [key, FACTORS]),
  ),
  ...Object.fromEntries(
    [
      "use_mask_token",
      "qkv_bias",
      "use_swiglu_ffn",
      "use_mean_pooling",
      "relative_attention",
      "tie_word_embeddings",
      "is_decoder",
      "norm_bias",
      "mlp_bias",
      "use_shared_relative_position_bias",
      "use_absolute_position_embeddings",
      "add_cross_attention",
    ].map((key) => [key, FLAGS]),
  ),
  hidden_act: ACTIVATIONS,
  activation: ACTIVATIONS,
  hidden_activation: ACTIVATIONS,
  classifier_activation: ACTIVATIONS,
  model_type: [
    "bert",
    "roberta",
    "distilbert",
    "albert",
    "mpnet",
    "electra",
    "deberta-v2",
    "modernbert",
    "vit",
    "beit",
    "dinov2",
    "deit",
    "gpt2",
    "t5",
    "clip",
    "",
    "__proto__",
    null,
    1,
  ],
  architectures: [
    [],
    ["BertForSequenceClassification"],
    ["BertForTokenClassification"],
    ["BertModel"],
    ["X"],
    [1],
    "BertModel",
    null,
  ],
  id2label: [
    {},
    { 0: "a" },
    { 0: "a", 1: "a" },
    { 0: "a", 2: "b" },
    { a: "b" },
    { "-1": "x", 0: "y" },
    { 0: "a", 1: null },
    ["a", "b"],
    { 10000000: "x" },
    null,
  ],
  label2id: [{}, { a: 0 }, { a: 0, b: 0 }, { a: -1 }, { a: "0" }, null],
  problem_type: ["regression", "single_label_classification", "multi_label_classification", "x", 1, null],
  position_embedding_type: ["absolute", "relative_key", "relative_key_query", "rotary", 1],
  classifier_pooling: ["cls", "mean", "x"],
  dtype: ["float32", "float16", "bfloat16", "float8", 1],
  quantization_config: [
    {},
    null,
    { quant_method: "gptq" },
    { quant_method: "awq", bits: 4 },
    { quant_method: "x" },
    { bits: 0 },
    [],
  ],
  "quantization_config.bits": [0, 1, 2, 3, 4, 5, 8, 16, 64, -4, "4", null],
  "quantization_config.group_size": [0, -1, 1, 3, 16, 128, 1e9, null],
  "quantization_config.quant_method": [
    "gptq",
    "awq",
    "bitsandbytes",
    "fp8",
    "compressed-tensors",
    "quanto",
    "hqq",
    "x",
    null,
  ],
  pos_att_type: [["p2c", "c2p"], ["p2c"], ["c2p"], [], "p2c|c2p", ["x"], null],
  layer_types: [["full_attention"], ["sliding_attention", "full_attention"], [], ["x"], null],
  out_features: [["stage1"], [], null],
  transformers_version: ["4.57.6", "5.0.0", "0", "x", 4, null],
  tokenizer_class: ["BertTokenizer", "RobertaTokenizer", "LlamaTokenizer", "T5Tokenizer", "X", 1, null],
};

const PREPROCESSOR: Dictionary = {
  size: [
    16,
    { height: 16, width: 16 },
    { shortest_edge: 16 },
    { longest_edge: 32 },
    { height: 0, width: 0 },
    { height: 1e9, width: 1e9 },
    { shortest_edge: 1e6 },
    { height: 16 },
    {},
    [16, 16],
    null,
    "16",
    { height: 3, width: 300 },
    { max_height: 4, max_width: 4 },
    { shortest_edge: 2, longest_edge: 1 },
  ],
  crop_size: [
    16,
    { height: 16, width: 16 },
    { height: 64, width: 64 },
    { height: 0, width: 16 },
    null,
    1e9,
    { shortest_edge: 16 },
  ],
  ...Object.fromEntries(
    [
      "do_resize",
      "do_rescale",
      "do_normalize",
      "do_center_crop",
      "do_convert_rgb",
      "do_flip_channel_order",
      "do_pad",
    ].map((key) => [key, FLAGS]),
  ),
  image_mean: [[0.5, 0.5, 0.5], [0.5], 0.5, [], [1e300, 0, 0], [null, 0, 0], ["0", "0", "0"], [0.5, 0.5, 0.5, 0.5]],
  image_std: [[0.5, 0.5, 0.5], [0, 0, 0], [1e-300, 1, 1], 0, 0.5, [-1, -1, -1], [], null],
  rescale_factor: FACTORS,
  resample: [0, 1, 2, 3, 4, 5, 6, -1, "bicubic", null, 2.5],
  crop_pct: [0, 0.9, 1, 2, 1e-300, -1, null],
  image_processor_type: [
    "ViTImageProcessor",
    "ViTImageProcessorFast",
    "BeitImageProcessor",
    "DeiTImageProcessor",
    "BitImageProcessor",
    "CLIPImageProcessor",
    "X",
    1,
    null,
  ],
  feature_extractor_type: ["ViTFeatureExtractor", "X", null],
  size_divisor: [0, 1, 32, -1],
};

const ADAPTER: Dictionary = {
  r: [0, 1, 2, 3, 64, 1e9, -1, 1.5, "2", null],
  lora_alpha: [0, 1, -4, 1e300, 1e-300, "4", null],
  alpha_pattern: [{}, { query: 8 }, { "[": 8 }, { "(a+)+$": 1 }, { "^.*$": 1e300 }, [], null],
  rank_pattern: [{}, { query: 1 }, { ".*": 0 }, { "(": 1 }, { "\\": 1 }, null],
  target_modules: [["query", "value"], "query", ".*", "all-linear", "(", "(a+)+$", [], ["x"], [1], null, "(.*)*query"],
  exclude_modules: [["query"], ".*", null, "(", "value"],
  modules_to_save: [["classifier"], [], ["x"], null, "classifier", ["query"]],
  bias: ["none", "all", "lora_only", "x", null],
  base_model_name_or_path: [".", "..", "bases/bert", "/", "", "\u0000", null, 1, "x".repeat(5000), "http://x"],
  task_type: ["SEQ_CLS", "TOKEN_CLS", "FEATURE_EXTRACTION", "CAUSAL_LM", "X", null],
  peft_type: ["LORA", "ADALORA", "IA3", "PREFIX_TUNING", "X", null],
  ...Object.fromEntries(
    ["use_dora", "use_rslora", "fan_in_fan_out", "lora_bias", "use_qalora", "use_bdlora"].map((key) => [key, FLAGS]),
  ),
  layers_to_transform: [[0], [0, 1], 0, [99], [-1], [], null],
  layers_pattern: ["layer", ["layer"], "(", null],
  layer_replication: [[[0, 2]], null],
  trainable_token_indices: [[1, 2], { embed: [1] }, null],
};

const TOKENIZER_CONFIG: Dictionary = {
  model_max_length: [0, 1, 2, 3, 8, 16, 512, 1e30, -1, 1.5, "16", null],
  tokenizer_class: [
    "BertTokenizer",
    "BertTokenizerFast",
    "RobertaTokenizer",
    "XLMRobertaTokenizer",
    "LlamaTokenizer",
    "GPT2Tokenizer",
    "T5Tokenizer",
    "PreTrainedTokenizerFast",
    "X",
    "",
    null,
    1,
  ],
  ...Object.fromEntries(
    ["pad_token", "mask_token", "unk_token", "cls_token", "sep_token", "bos_token", "eos_token"].map((key) => [
      key,
      [
        "[PAD]",
        "[MASK]",
        "a",
        "new",
        "",
        " ",
        null,
        1,
        { content: "[MASK]", lstrip: true },
        { content: "" },
        {},
        ["x"],
        "\ud800",
      ],
    ]),
  ),
  ...Object.fromEntries(
    [
      "do_lower_case",
      "strip_accents",
      "tokenize_chinese_chars",
      "add_prefix_space",
      "add_bos_token",
      "add_eos_token",
      "split_special_tokens",
      "legacy",
      "do_basic_tokenize",
    ].map((key) => [key, FLAGS]),
  ),
  added_tokens_decoder: [
    {},
    { 0: { content: "[PAD]", special: true } },
    { 39: { content: "yes" } },
    { 100000000: { content: "far" } },
    { x: { content: "y" } },
    { "-1": { content: "z" } },
    { 5: "a" },
    { 5: null },
    [],
    null,
    { 5: { content: "" } },
  ],
  additional_special_tokens: [[], ["a"], ["new"], [{ content: "b" }], [1], "x", null],
  extra_special_tokens: [[], {}, { image_token: "x" }, null],
  model_input_names: [["input_ids"], ["input_ids", "token_type_ids"], [], "x", null],
  truncation_side: ["left", "right", "x", 1],
  padding_side: ["left", "right", "x"],
};

const SHARDS: Dictionary = {
  metadata: [{}, null, { total_size: 0 }, { total_size: 1e300 }],
  weight_map: [{}, [], null, "x", { "bert.embeddings.word_embeddings.weight": "model.safetensors" }],
};

const DICTIONARIES: Readonly<Record<string, Dictionary>> = {
  "config.json": CONFIG,
  "preprocessor_config.json": PREPROCESSOR,
  "adapter_config.json": ADAPTER,
  "tokenizer_config.json": TOKENIZER_CONFIG,
  "special_tokens_map.json": TOKENIZER_CONFIG,
  "added_tokens.json": { new: [40, 39, 0, -1, 1e9, 1.5, "40", null], yes: [39, 5, 60] },
  "generation_config.json": { max_length: SIZES },
  "model.safetensors.index.json": SHARDS,
};

/** Files with few settings, which folders may have. */
const EXTRA: Readonly<Record<string, unknown>> = {
  "tokenizer_config.json": { tokenizer_class: "BertTokenizer", model_max_length: 16 },
  "special_tokens_map.json": { mask_token: "[MASK]" },
  "added_tokens.json": {},
  "generation_config.json": {},
};

function withShards(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  const bytes = fileOf(files, "model.safetensors");
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as object;
  const map = Object.fromEntries(
    Object.keys(header)
      .filter((name) => name !== "__metadata__")
      .map((name) => [name, "weights-00001-of-00001.safetensors"]),
  );
  const others = [...files].filter(([name]) => name !== "model.safetensors");
  const index = json({ metadata: { total_size: bytes.length - 8 - length }, weight_map: map });
  return new Map([...others, ["weights-00001-of-00001.safetensors", bytes], ["model.safetensors.index.json", index]]);
}

export function configs(): FuzzKind {
  const bases = new Map([...familyCheckpoints(), ...adapterCheckpoints(), ...quantisedCheckpoints()]);
  bases.set("shards/bert", withShards(bases.get("family/bert") as ReadonlyMap<string, Uint8Array>));
  bases.set(
    "onnx/bert",
    new Map([
      ["model.onnx", fixture("onnx/bert-fused.onnx")],
      ["config.json", json({ model_type: "bert", id2label: { 0: "a", 1: "b", 2: "c" } })],
      ...TEXT_FILES,
    ]),
  );
  bases.set(
    "onnx/vit",
    new Map([
      ["model.onnx", fixture("onnx/vit-fused.onnx")],
      ["config.json", json({ model_type: "vit", image_size: 16, patch_size: 8 })],
      ...pictureFiles({ height: 16, width: 16 }),
    ]),
  );
  const names = [...bases.keys()];
  // Folders whose second file is the point are met more often.
  const weighted = [
    ...names,
    ...names.filter((name) => !name.startsWith("family/")),
    ...Array(4).fill("shards/bert"),
    ...names.filter((name) => bases.get(name)?.has("preprocessor_config.json")),
  ];
  return {
    name: "configs",
    bases,
    make(chance, faults) {
      const base = chance.pick(weighted) as string;
      const files = bases.get(base) ?? new Map<string, Uint8Array>();
      const present = Object.keys(DICTIONARIES).filter((name) => files.has(name));
      const isText = !files.has("preprocessor_config.json");
      const candidates = [...present, ...present, ...(isText ? ["tokenizer_config.json", ...Object.keys(EXTRA)] : [])];
      const changed = new Map<string, Uint8Array>();
      for (const fault of faults) {
        const file = fault.pick(candidates);
        const before = changed.get(file) ?? files.get(file) ?? json(EXTRA[file]);
        changed.set(file, mutated(before, DICTIONARIES[file] ?? {}, fault));
      }
      return { base, files: changed, how: anyMethod(chance) };
    },
    use: (folder, { how = "" }) => useModel(folder, how),
  };
}

/** As JSON, where it is still some; else as bytes. */
export function mutated(bytes: Uint8Array, dictionary: Dictionary, chance: Chance): Uint8Array {
  if (chance.is(0.9)) {
    try {
      const root = toNode(JSON.parse(new TextDecoder().decode(bytes)));
      if (root.kind !== "raw") {
        mutateJson(root, chance, dictionary);
        return new TextEncoder().encode(write(root));
      }
    } catch {
      // An earlier fault left no JSON.
    }
  }
  return bytes.length === 0 ? new Uint8Array([0x7b]) : mutateBytes(bytes, chance);
}
