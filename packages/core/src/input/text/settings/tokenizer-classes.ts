/**
 * @file The tokenizer classes of transformers 4.57 and 5: which one a folder gets, how it is built, and whether it numbers
 * the texts of a pair. From tokenization_auto.py and the classes' files.
 */

import { CheckpointError } from "../../../errors.ts";
import { own } from "../../../util/own.ts";
import { type JsonPart, textOf } from "../portable/json-part.ts";
import type { TokenizerModel } from "./tokenizer-files.ts";

/** Major version of transformers. */
export type Version = 4 | 5;

/** Classes that settings change, by what they have in common; "plain" ones take tokenizer.json as it is. */
export type ClassKind =
  | "bert"
  | "mpnet"
  | "roberta"
  | "gpt2"
  | "qwen2"
  | "llama"
  | "albert"
  | "deberta-v2"
  | "xlm-roberta"
  | "camembert"
  | "clip"
  | "plain";

export interface TokenizerClass {
  /** Without the ending "Fast". */
  readonly name: string;
  readonly kind: ClassKind;
  /** Whether the model is given token types, where tokenizer_config.json does not say it. */
  readonly types: boolean;
}

const GENERIC = "PreTrainedTokenizer";

/** Classes whose normaliser is made anew from do_lower_case and its like. */
const LIKE_BERT =
  /^(Bert|ConvBert|DistilBert|Electra|Funnel|LayoutLM|LayoutLMv2|Lxmert|MobileBert|Realm|Retribert|RetriBert|Splinter|SqueezeBert|DPR\w+)Tokenizer$/;
/** Names that version 5 keeps for one of these two classes. */
const LIKE_BERT_IN_5 = /^(Bert|DistilBert|Electra|LayoutLM|Lxmert|MobileBert|SqueezeBert)Tokenizer$/;
const LIKE_ROBERTA = /^(Roberta|Bart|Longformer|LED|Mvp)Tokenizer$/;
const KINDS: Readonly<Record<string, ClassKind>> = {
  MPNetTokenizer: "mpnet",
  GPT2Tokenizer: "gpt2",
  Qwen2Tokenizer: "qwen2",
  LlamaTokenizer: "llama",
  AlbertTokenizer: "albert",
  DebertaV2Tokenizer: "deberta-v2",
  XLMRobertaTokenizer: "xlm-roberta",
  CamembertTokenizer: "camembert",
  CLIPTokenizer: "clip",
};

/** Version 4: classes that leave token types away. Version 5: classes that have them. */
const WITHOUT_TYPES_IN_4 =
  /^(Bart|Barthez|BigBird|Blenderbot|Bloom|CLIP|Camembert|CodeGen|CodeLlama|Cohere|DistilBert|GPT2|GPTNeoX|Gemma|LED|LayoutLMv3|LayoutXLM|Llama|Longformer|MBart50|MBart|MPNet|MT5|Mvp|Nllb|OpenAIGPT|Pegasus|Qwen2|Reformer|RetriBert|Roberta|SeamlessM4T|T5|Udop|Whisper|XGLM|XLMRoberta)Tokenizer$/;
const WITH_TYPES_IN_5 =
  /^(Bert|ConvBert|Electra|LayoutLM|Lxmert|MobileBert|SqueezeBert|Canine|DPRQuestionEncoder|Deberta|DebertaV2|FNet|LayoutLMv2|MarkupLM|Tapas)Tokenizer$/;

/** Classes that exist in Python alone: what they do is in no file. */
const PYTHON =
  /^(BertJapanese|Bertweet|Phobert|XLM|Flaubert|Luke|MLuke|Canine|ByT5|CTRL|FSMT|ProphetNet|RoCBert|Tapas|CpmAnt|Esm|M2M100|Marian|BertGeneration|BioGpt|GPTSw3|GPTNeoXJapanese|PLBart|TransfoXL|Speech2Text|MyT5|Bartpho)Tokenizer$/;

/** Class of each model_type; families that are not listed get a plain one. */
const BY_TYPE: Readonly<Record<string, string>> = {
  albert: "AlbertTokenizer",
  bart: "BartTokenizer",
  bert: "BertTokenizer",
  big_bird: "BigBirdTokenizer",
  camembert: "CamembertTokenizer",
  convbert: "ConvBertTokenizer",
  "data2vec-text": "RobertaTokenizer",
  deberta: "DebertaTokenizer",
  "deberta-v2": "DebertaV2Tokenizer",
  clip: "CLIPTokenizer",
  distilbert: "DistilBertTokenizer",
  electra: "ElectraTokenizer",
  ernie: "BertTokenizer",
  funnel: "FunnelTokenizer",
  gpt2: "GPT2Tokenizer",
  gpt_neo: "GPT2Tokenizer",
  gptj: "GPT2Tokenizer",
  ibert: "RobertaTokenizer",
  layoutlm: "LayoutLMTokenizer",
  longformer: "LongformerTokenizer",
  "megatron-bert": "BertTokenizer",
  mobilebert: "MobileBertTokenizer",
  mpnet: "MPNetTokenizer",
  opt: "GPT2Tokenizer",
  qdqbert: "BertTokenizer",
  qwen2: "Qwen2Tokenizer",
  qwen3: "Qwen2Tokenizer",
  roberta: "RobertaTokenizer",
  "roberta-prelayernorm": "RobertaTokenizer",
  roformer: "RoFormerTokenizer",
  squeezebert: "SqueezeBertTokenizer",
  "xlm-roberta": "XLMRobertaTokenizer",
  xlnet: "XLNetTokenizer",
  xmod: "XLMRobertaTokenizer",
};
const BY_TYPE_IN: Readonly<Record<Version, Readonly<Record<string, string>>>> = {
  4: {
    ...BY_TYPE,
    llama: "LlamaTokenizer",
    mistral: "LlamaTokenizer",
    nystromformer: "AlbertTokenizer",
    "xlm-roberta-xl": "XLMRobertaTokenizer",
    phi: "CodeGenTokenizer",
  },
  5: {
    ...BY_TYPE,
    bart: "RobertaTokenizer",
    convbert: "BertTokenizer",
    distilbert: "BertTokenizer",
    electra: "BertTokenizer",
    layoutlm: "BertTokenizer",
    longformer: "RobertaTokenizer",
    squeezebert: "BertTokenizer",
    phi: "GPT2Tokenizer",
  },
};
/** Families of which version 5 reads tokenizer.json as it is, whatever class the folder names. */
const PLAIN_IN_5 =
  /^(modernbert|modernbert-decoder|phi3|nystromformer|xlm-roberta-xl|mistral|ministral|mixtral|stablelm|olmo2|granite)$/;

const withoutFast = (name: string): string => name.replace(/Fast$/, "");

/** The class that `AutoTokenizer` takes. @throws {CheckpointError} For one that exists in Python alone. */
export function tokenizerClass(version: Version, config: JsonPart, model: TokenizerModel | undefined): TokenizerClass {
  const stated = textOf(config.tokenizer_class) ?? model?.tokenizerClass;
  const named = stated === undefined ? undefined : withoutFast(stated);
  const usual = model === undefined ? undefined : own(BY_TYPE_IN[version], model.type);
  const name = isPlain() ? GENERIC : (named ?? usual ?? GENERIC);
  if (PYTHON.test(name)) {
    throw new CheckpointError(
      `Cannot use the tokenizer: it is a ${name}, which transformers computes in Python and keeps in no file that calig reads; give a model whose tokenizer has a tokenizer.json`,
      "tokenizer_config.json",
    );
  }
  // A tokenizer.json without anything beside it: what it says of types is all there is.
  const types = (stated === undefined && model === undefined) || hasTypes(version, name);
  return { name, kind: kindOf(version, name), types };

  function isPlain(): boolean {
    return version === 5 && model !== undefined && PLAIN_IN_5.test(model.type);
  }
}

function kindOf(version: Version, name: string): ClassKind {
  if ((version === 4 ? LIKE_BERT : LIKE_BERT_IN_5).test(name)) return "bert";
  if (LIKE_ROBERTA.test(name)) return "roberta";
  return Object.hasOwn(KINDS, name) ? (KINDS[name] as ClassKind) : "plain";
}

const hasTypes = (version: Version, name: string): boolean =>
  version === 4 ? !WITHOUT_TYPES_IN_4.test(name) : WITH_TYPES_IN_5.test(name);
