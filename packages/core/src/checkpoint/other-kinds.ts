/** @file What models of other kinds are, by "model_type": what is said of them instead of a list of all that is built. */

/** The kinds, what their model types look like, and what to give instead. */
const KINDS: readonly (readonly [types: RegExp, what: string])[] = [
  [
    /moe|^(mixtral|dbrx|deepseek_v[23]|deepseek_v32|gpt_oss|llama4(_text)?|qwen3_next|minimax(_m\d)?|longcat_flash|jetmoe|dots1|bailing_.*|hunyuan_v1_moe|kimi_.*|switch_transformers|nllb-moe)$/,
    "a mixture of experts, of which each token passes a few",
  ],
  [
    /^(jamba|bamba|zamba2?|nemotron_h|falcon_h1|granitemoehybrid|lfm2(_.*)?|recurrent_gemma|plamo2|hymba)$/,
    "a decoder that has recurrent layers beside attention",
  ],
  [/mamba|^(rwkv\d?|xlstm|retnet|hyena|gated_deltanet)$/, "a recurrent (state-space) model without attention"],
  [
    /^(m?t5|umt5|longt5|byt5|t5gemma2?|m?bart|bigbird_pegasus|pegasus(_x)?|marian|led|blenderbot(-small)?|m2m_100|plbart|mvp|fsmt|prophetnet|xlm-prophetnet|encoder-decoder|seamless_m4t.*)$/,
    "an encoder-decoder, whose decoder looks at the states of an encoder",
  ],
  [
    /vl$|_vl_|vision|llava|^(gemma3|gemma3n|gemma4|paligemma|idefics\d?|blip.*|instructblip.*|fuyu|kosmos.*|pixtral|mistral3|mllama|chameleon|internvl|smolvlm|aria|florence.*|git|phi4_multimodal)$/,
    "a model of pictures and texts together",
  ],
  [/^(whisper|wav2vec2.*|hubert|wavlm|speech.*|musicgen.*|audio.*|moshi|qwen2_audio|encodec)$/, "a model of sound"],
];

/** What a model type is, where it is of a kind that calig builds none of: "a mixture of experts, ...". */
export const otherKind = (modelType: string): string | undefined => KINDS.find(([types]) => types.test(modelType))?.[1];
