/** @file What models of other kinds are, by "model_type": what is said of them instead of a list of all that is built. */

/** A kind of models that calig does not build from checkpoints. */
export interface OtherKind {
  /** "a mixture of experts, of which each token passes a few" */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
}

const GIVE_ANOTHER =
  "calig builds encoders, and decoders all of whose weights every token passes (Llama, Mistral, Qwen, Gemma, Phi, GPT-2 and others), from checkpoints; give a model of these";
const EXPORT =
  "calig builds no models of this type from checkpoints; export it to ONNX (Optimum, torch.onnx) and give that file: the parts of such models are found by structure";
const GIVE_BOTH =
  "calig explains pictures and texts by both towers of CLIP or SigLIP; give a checkpoint of the whole model (CLIPModel, SiglipModel)";

/** Types by words, each as a whole or up to a `*`. */
const any = (words: string): RegExp =>
  new RegExp(
    `^(${words
      .trim()
      .split(/\s+/)
      .map((word) => word.replaceAll("*", ".*"))
      .join("|")})$`,
  );

/** The kinds, what their model types look like, and what to give instead; the first that fits. */
const KINDS: readonly (readonly [types: RegExp, what: string, remedy?: string])[] = [
  [
    /moe|^(mixtral|dbrx|deepseek_v[23]|deepseek_v32|gpt_oss|llama4(_text)?|qwen3_next|minimax(_m\d)?|longcat_flash|jetmoe|dots1|bailing_.*|hunyuan_v1_moe|kimi_.*|switch_transformers|nllb-moe)$/,
    "a mixture of experts, of which each token passes a few",
  ],
  [
    any(
      "jamba bamba zamba zamba2 nemotron_h falcon_h1 granitemoehybrid lfm2* recurrent_gemma plamo2 hymba olmo_hybrid",
    ),
    "a decoder that has recurrent layers beside attention",
  ],
  [/mamba|^(rwkv\d?|xlstm|retnet|hyena|gated_deltanet)$/, "a recurrent (state-space) model without attention"],
  [
    any(
      "clip_text_model clip_vision_model siglip_text_model siglip_vision_model siglip2_text_model siglip2_vision_model",
    ),
    "one of the two towers of CLIP or SigLIP by itself",
    GIVE_BOTH,
  ],
  [
    any("siglip2"),
    "SigLIP 2 for pictures of any size (NaFlex)",
    'calig builds SigLIP and SigLIP 2 for pictures of one size, whose checkpoints are of type "siglip"; give one of these',
  ],
  [
    any(
      "whisper wav2vec2* hubert wavlm speech* musicgen* audio* moshi* *audio* encodec clap* bark clvp* csm* dac *asr* fastspeech* higgs* mctct mimi* moonshine* parakeet* pop2piano sew sew-d seamless* unispeech* univnet vits vibevoice* voxtral* xcodec* kyutai* dia dia_* jukebox granite_speech* tvlt neucodec *tts* wavtokenizer* omniasr* canary* musicflamingo lasr_*",
    ),
    "a model of sound",
    "calig explains texts and pictures; a kind of input of your own and a family that reads it can be given from outside (docs/extend.md)",
  ],
  [
    any("vivit videomae timesformer vjepa2 tvp videoprism* videomt"),
    "a model of videos",
    "calig explains single pictures; give a model that classifies pictures",
  ],
  [
    any(
      "altclip* align* chinese_clip* groupvit* xclip* flava* metaclip_2* vision-text-dual-encoder tipsv2* *clip_*_model",
    ),
    "a model of pictures and texts by two towers, other than CLIP and SigLIP",
    GIVE_BOTH,
  ],
  [
    any(
      "*detr* yolos d_fine deta deimv2 *grounding-dino omdet-turbo owlvit* owlv2* table-transformer pp_doclayout* pp_ocrv*_det",
    ),
    "a detector, which gives boxes of objects",
    "calig explains the classes of whole pictures; give a model that classifies pictures",
  ],
  [
    any(
      "mask2former maskformer oneformer upernet segformer sam sam2* sam3* sam_* seggpt eomt* clipseg* vitmatte edgetam* sapiens2*",
    ),
    "a model of segmentation, which gives a mask of the picture",
    "calig explains the classes of whole pictures; give a model that classifies pictures",
  ],
  [
    any("dpt depth_anything depth_pro prompt_depth_anything zoedepth glpn chmv2"),
    "a model of depth, which gives a number for every pixel",
    "calig explains the classes of whole pictures; give a model that classifies pictures",
  ],
  [
    any("superpoint superglue lightglue efficientloftr vitpose*"),
    "a model of key points, which gives places in the picture",
    "calig explains the classes of whole pictures; give a model that classifies pictures",
  ],
  [
    any(
      "swin swinv2 swin2sr maskformer-swin donut-swin pvt pvt_v2 mobilevit mobilevitv2 hiera dinat nat cvt levit efficientformer swiftformer focalnet poolformer van",
    ),
    "a hierarchical vision Transformer (as Swin, PVT, MobileViT), whose blocks have fewer and fewer positions",
    "calig explains vision Transformers whose blocks all have the same positions (ViT, DeiT, BEiT, DINOv2, CLIP, SigLIP); give one of these",
  ],
  [
    any(
      "bit convnext convnextv2 dinov3_convnext resnet regnet efficientnet mobilenet_v1 mobilenet_v2 hgnet_v2 pp_lcnet* textnet rt_detr_resnet",
    ),
    "a convolutional network without attention",
    "calig explains Transformers; give a vision Transformer (ViT, DeiT, BEiT, DINOv2, CLIP, SigLIP)",
  ],
  [
    any(
      "autoformer informer patchtst patchtsmixer time_series_transformer timesfm* decision_transformer trajectory_transformer",
    ),
    "a model of series of numbers",
    "calig explains texts and pictures; give a model of these",
  ],
  [
    any("layoutlm* layoutxlm lilt bros markuplm tapas udop donut* pix2struct* nougat"),
    "a model of documents, which reads where words stand besides the words",
    "calig explains texts and pictures; give a model of these",
  ],
  [
    any(
      "t5 t5* mt5 umt5 longt5 byt5 bart mbart bigbird_pegasus pegasus pegasus_x marian led blenderbot blenderbot-small m2m_100 plbart mvp fsmt prophetnet xlm-prophetnet encoder-decoder rag trocr",
    ),
    "an encoder-decoder, whose decoder looks at the states of an encoder",
  ],
  [
    any(
      "roformer longformer big_bird bert-generation convbert data2vec-text deberta ernie ernie_m esm esmc eurobert flaubert ibert jina_embeddings_v3 luke megatron-bert mobilebert mra nezha nomic_bert nystromformer qdqbert rembert retribert roberta-prelayernorm roc_bert splinter squeezebert xlm xlm-roberta-xl xlnet xmod yoso dpr realm canine",
    ),
    "an encoder of texts",
    EXPORT,
  ],
  [
    any("fnet funnel reformer mega perceiver"),
    "an encoder of texts without usual attention, or whose blocks have fewer and fewer positions",
  ],
  [
    any("vit_msn vit_hybrid ijepa dinov3_vit data2vec-vision mlcd* aimv2* pixio radio vitdet timm_wrapper"),
    "a vision Transformer",
    EXPORT,
  ],
  [
    /vl$|_vl_|vision|llava|^(gemma3|gemma3n|gemma4|paligemma|idefics\d?|blip.*|instructblip.*|fuyu|kosmos.*|pixtral|mistral3|mllama|chameleon|internvl|smolvlm|aria|florence.*|git|phi4_multimodal|vilt|visual_bert|lxmert|bridgetower.*|janus|ovis2|col(pali|qwen2|modernvbert)|modernvbert|fast_vlm|got_ocr2|perception_lm|molmo.*|minicpmv.*|minicpm_ocr|glm\d+m?v.*|emu3|qwen2_5_omni.*|video_llama.*|shieldgemma2|lighton_ocr|glm_ocr.*|glm_image.*|granite_docling.*|gemma3n.*)$/,
    "a model of pictures and texts together",
  ],
  [
    any(
      "apertus bitnet biogpt codegen code_llama cpmant ctrl cwm diffllama doge exaone* flex_olmo gemma3n_text gpt-sw3 gpt_neox_japanese hunyuan_v1_dense imagegpt internlm3 jais2 minicpm3 ministral* modernbert-decoder nanochat olmo3 open-llama openai-gpt persimmon seed_oss transfo-xl vaultgemma xglm youtu",
    ),
    "a decoder",
    EXPORT,
  ],
];

/** What a model type is, where it is of a kind that calig builds none of. */
export function otherKind(modelType: string): OtherKind | undefined {
  const found = KINDS.find(([types]) => types.test(modelType));
  if (found === undefined) return undefined;
  const [, what, remedy = GIVE_ANOTHER] = found;
  return { what, remedy };
}
