/**
 * @file A tokenizer.json as the classes of transformers 5 make it: from a vocabulary and the settings of
 * tokenizer_config.json alone. Of a tokenizer.json that is there they take the vocabulary, the compiled character map, and
 * in part what sets special tokens around a text; everything else in it is without effect. Vocabularies without a
 * tokenizer.json are read the same way, in version 4 too.
 */

import { isPart, type JsonPart, partsOf, typeOf } from "../portable/json-part.ts";
import type { NamedTokens, Role } from "./named-tokens.ts";
import type { ClassKind, Version } from "./tokenizer-classes.ts";

/** What a class is made from. */
export interface RebuildSource {
  /** `vocab`, and `merges` for BPE, as in the "model" of tokenizer.json. */
  readonly model: JsonPart;
  /** The tokenizer.json, empty where there is none. */
  readonly contents: JsonPart;
  readonly config: JsonPart;
  readonly version: Version;
  readonly tokens: NamedTokens;
  /** Id of a token, added ones included. */
  readonly idOf: (text: string) => number | undefined;
}

/** Kind of vocabulary that a class is made for. */
const MODELS: Readonly<Record<Exclude<ClassKind, "plain">, string>> = {
  bert: "WordPiece",
  mpnet: "WordPiece",
  roberta: "BPE",
  gpt2: "BPE",
  qwen2: "BPE",
  llama: "BPE",
  albert: "Unigram",
  "deberta-v2": "Unigram",
  "xlm-roberta": "Unigram",
  camembert: "Unigram",
  clip: "BPE",
};

export const modelTypeOf = (kind: ClassKind): string | undefined => (kind === "plain" ? undefined : MODELS[kind]);

type Parts = Pick<Readonly<Record<string, unknown>>, "model" | "normalizer" | "pre_tokenizer" | "post_processor">;
type Rebuild = (source: RebuildSource) => Parts;

/** The parts of a tokenizer.json besides added tokens; undefined for classes that take it as it is. */
export function rebuild(kind: ClassKind, source: RebuildSource): Parts | undefined {
  return kind === "plain" ? undefined : REBUILDS[kind](source);
}

const REBUILDS: Readonly<Record<Exclude<ClassKind, "plain">, Rebuild>> = {
  bert: (source) => ({ ...wordPiece(source), post_processor: around(source, "cls", "sep", "typed") }),
  mpnet: (source) => ({ ...wordPiece(source), post_processor: robertaProcessing(source, true, false) }),
  roberta: (source) => {
    const prefix = flag(source.config, "add_prefix_space", false);
    return {
      model: bytePairs(source.model),
      normalizer: null,
      pre_tokenizer: byteLevel(prefix),
      post_processor: robertaProcessing(source, flag(source.config, "trim_offsets", true), prefix),
    };
  },
  gpt2: (source) => ({
    model: bytePairs(source.model),
    normalizer: null,
    pre_tokenizer: byteLevel(flag(source.config, "add_prefix_space", false)),
    post_processor: ownProcessor(source),
  }),
  qwen2: (source) => ({
    model: bytePairs(source.model),
    normalizer: { type: "NFC" },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: QWEN2 }, behavior: "Isolated", invert: false },
        byteLevel(flag(source.config, "add_prefix_space", false), false),
      ],
    },
    post_processor: ownProcessor(source),
  }),
  llama: (source) => {
    const legacy = flag(source.config, "legacy", false);
    const scheme = flag(source.config, "add_prefix_space", true) ? (legacy ? "always" : "first") : "never";
    return {
      model: {
        ...bytePairs(source.model),
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: true,
        byte_fallback: true,
      },
      normalizer: null,
      pre_tokenizer: { ...metaspace(scheme), split: false },
      post_processor: ownProcessor(source),
    };
  },
  albert: (source) => ({
    model: unigram(source, 1),
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Replace", pattern: { String: "``" }, content: '"' },
        { type: "Replace", pattern: { String: "''" }, content: '"' },
        ...(flag(source.config, "keep_accents", false) ? [] : [{ type: "NFKD" }, { type: "StripAccents" }]),
        ...(flag(source.config, "do_lower_case", true) ? [{ type: "Lowercase" }] : []),
        ...charsmap(source),
      ],
    },
    pre_tokenizer: spacesAndMarks(source),
    post_processor: around(source, "cls", "sep", "typed"),
  }),
  "deberta-v2": (source) => {
    const { config, tokens } = source;
    const unknown = (Array.isArray(source.model.vocab) ? source.model.vocab : []).findIndex(
      (entry) => Array.isArray(entry) && entry[0] === tokens.byRole.unk?.content && entry[1] === 0,
    );
    const stated = typeof config.unk_id === "number" ? config.unk_id : 1;
    return {
      model: unigram(source, unknown < 0 ? stated : unknown),
      normalizer: {
        type: "Sequence",
        normalizers: [
          ...(flag(config, "do_lower_case", false) ? [{ type: "Lowercase" }] : []),
          { type: "Replace", pattern: { Regex: "\\s{2,}|[\\n\\r\\t]" }, content: " " },
          { type: "NFC" },
          { type: "Strip", strip_left: false, strip_right: true },
        ],
      },
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          ...(flag(config, "split_by_punct", false) ? [{ type: "Punctuation", behavior: "Isolated" }] : []),
          metaspace(flag(config, "add_prefix_space", true) ? "always" : "first"),
        ],
      },
      post_processor: around(source, "cls", "sep", "typed"),
    };
  },
  "xlm-roberta": (source) => ({
    model: unigram(source, 3),
    normalizer: charsmap(source)[0] ?? null,
    pre_tokenizer: spacesAndMarks(source),
    post_processor: around(source, "bos", "eos", "doubled"),
  }),
  clip: ({ model, tokens, idOf }) => {
    const token = (role: Role) => {
      const text = tokens.byRole[role]?.content ?? "<|endoftext|>";
      return [text, idOf(text) ?? 0];
    };
    return {
      model: { ...bytePairs(model), unk_token: tokens.byRole.unk?.content ?? null, end_of_word_suffix: "</w>" },
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "NFC" },
          { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
          { type: "Lowercase" },
        ],
      },
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: CLIP }, behavior: "Removed", invert: true },
          byteLevel(false),
        ],
      },
      post_processor: {
        type: "RobertaProcessing",
        sep: token("eos"),
        cls: token("bos"),
        trim_offsets: false,
        add_prefix_space: false,
      },
    };
  },
  camembert: (source) => {
    const unknown = (Array.isArray(source.model.vocab) ? source.model.vocab : []).findIndex(
      (entry) => Array.isArray(entry) && entry[0] === source.tokens.byRole.unk?.content,
    );
    return {
      model: unigram(source, Math.max(0, unknown)),
      normalizer: charsmap(source)[0] ?? null,
      pre_tokenizer: spacesAndMarks(source),
      post_processor: around(source, "bos", "eos", "doubled"),
    };
  },
};

/** The pattern of CLIP's words. */
const CLIP = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/** The pattern of Qwen2's words. */
const QWEN2 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** A setting that is true or false; null and what is absent are `fallback`. */
export const flag = (config: JsonPart, key: string, fallback: boolean): boolean =>
  typeof config[key] === "boolean" ? (config[key] as boolean) : fallback;

/** The normaliser of BERT by its settings; accents go with upper case where nothing is said of them. */
export const bertNormalizer = (config: JsonPart) => ({
  type: "BertNormalizer",
  clean_text: true,
  handle_chinese_chars: flag(config, "tokenize_chinese_chars", true),
  strip_accents: typeof config.strip_accents === "boolean" ? config.strip_accents : null,
  lowercase: flag(config, "do_lower_case", true),
});

const wordPiece = ({ model, config, tokens }: RebuildSource) => ({
  model: {
    type: "WordPiece",
    unk_token: tokens.byRole.unk?.content ?? "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: model.vocab,
  },
  normalizer: bertNormalizer(config),
  pre_tokenizer: { type: "BertPreTokenizer" },
});

const bytePairs = ({ vocab, merges }: JsonPart) => ({
  type: "BPE",
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: "",
  end_of_word_suffix: "",
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
  vocab,
  merges,
});

const unigram = ({ model }: RebuildSource, unknown: number) => ({
  type: "Unigram",
  unk_id: unknown,
  vocab: model.vocab,
  byte_fallback: false,
});

const byteLevel = (prefix: boolean, words = true) => ({
  type: "ByteLevel",
  add_prefix_space: prefix,
  trim_offsets: true,
  use_regex: words,
});

const metaspace = (scheme: string) => ({
  type: "Metaspace",
  replacement: "\u2581",
  prepend_scheme: scheme,
  split: true,
});

const spacesAndMarks = ({ config }: RebuildSource) => ({
  type: "Sequence",
  pretokenizers: [{ type: "WhitespaceSplit" }, metaspace(flag(config, "add_prefix_space", true) ? "always" : "never")],
});

/** The compiled map of the file's normaliser, as a list of one or none. */
function charsmap({ contents }: RebuildSource): readonly JsonPart[] {
  const normalizer = isPart(contents.normalizer) ? contents.normalizer : {};
  const parts = typeOf(normalizer) === "Sequence" ? partsOf(normalizer, "normalizers") : [normalizer];
  return parts.filter((part) => typeOf(part) === "Precompiled" && part.precompiled_charsmap != null).slice(0, 1);
}

function robertaProcessing({ tokens, idOf }: RebuildSource, trim: boolean, prefix: boolean) {
  const pair = (role: Role, fallback: string, id: number) => {
    const text = tokens.byRole[role]?.content ?? fallback;
    return [text, idOf(text) ?? id];
  };
  return {
    type: "RobertaProcessing",
    sep: pair("sep", "</s>", 2),
    cls: pair("cls", "<s>", 0),
    trim_offsets: trim,
    add_prefix_space: prefix,
  };
}

const special = (text: string, type: number) => ({ SpecialToken: { id: text, type_id: type } });
const sequence = (id: "A" | "B", type: number) => ({ Sequence: { id, type_id: type } });

function template(single: readonly object[], pair: readonly object[], ids: ReadonlyMap<string, number>) {
  const entries = [...ids].map(([text, id]) => [text, { id: text, ids: [id], tokens: [text] }]);
  return { type: "TemplateProcessing", single, pair, special_tokens: Object.fromEntries(entries) };
}

/** One token before a text and one after it; of a pair the second text is numbered 1, or follows a doubled end. */
function around({ tokens, idOf }: RebuildSource, first: Role, last: Role, pairs: "typed" | "doubled") {
  const begin = tokens.byRole[first]?.content ?? "";
  const end = tokens.byRole[last]?.content ?? "";
  const ids = new Map([
    [begin, idOf(begin) ?? 2],
    [end, idOf(end) ?? 3],
  ]);
  const single = [special(begin, 0), sequence("A", 0), special(end, 0)];
  const second =
    pairs === "typed" ? [sequence("B", 1), special(end, 1)] : [special(end, 0), sequence("B", 0), special(end, 0)];
  return template(single, [...single, ...second], ids);
}

/** What the file sets around a text; without a file, or where it sets nothing, what add_bos_token and add_eos_token ask for. */
function ownProcessor({ contents, config, version, tokens, idOf }: RebuildSource) {
  if (isPart(contents.post_processor)) return contents.post_processor;
  const isFile = contents.model !== undefined;
  return bosAndEos(tokens, idOf, {
    bos: !isFile && flag(config, "add_bos_token", false),
    eos: version === 5 && !isFile && flag(config, "add_eos_token", false),
    // GPT-2's tokens of version 4 have the beginning once.
    again: version === 5,
  });
}

/** Beginning and end of each text, as far as they are wanted. */
export function bosAndEos(
  { byRole }: NamedTokens,
  idOf: (text: string) => number | undefined,
  wanted: { readonly bos: boolean; readonly eos: boolean; readonly again?: boolean },
) {
  const bos = wanted.bos ? byRole.bos?.content : undefined;
  const eos = wanted.eos ? byRole.eos?.content : undefined;
  const one = (id: "A" | "B", type: number) => [
    ...(bos === undefined || (id === "B" && wanted.again === false) ? [] : [special(bos, type)]),
    sequence(id, type),
    ...(eos === undefined ? [] : [special(eos, type)]),
  ];
  const ids = new Map([bos, eos].flatMap((text) => (text === undefined ? [] : [[text, idOf(text) ?? 0]])));
  return template(one("A", 0), [...one("A", 0), ...one("B", 1)], ids as Map<string, number>);
}
