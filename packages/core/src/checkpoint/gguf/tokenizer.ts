/**
 * @file The tokenizer in the metadata of a GGUF file, as tokenizer.json and tokenizer_config.json: vocabularies of bytes
 * ("gpt2") and of SentencePiece with scores ("llama").
 */

import { CheckpointError, quote } from "../../errors.ts";
import type { GgufHeader } from "./header.ts";
import { type GgufMetadata, metadataOf } from "./metadata.ts";
import { KNOWN_SPLITTINGS, type Splitting, splittingOf, UNNAMED } from "./pre-tokenizers.ts";

/** Two files of a Hugging Face folder, as objects. */
export interface GgufTokenizer {
  readonly tokenizer: object;
  readonly config: object;
  /** What a reader of explanations must know; undefined where there is nothing to tell. */
  readonly note: string | undefined;
}

/** What a token is, by llama.cpp's numbers. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

interface Vocabulary {
  readonly metadata: GgufMetadata;
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly ids: ReadonlyMap<string, number>;
}

/** What differs between the kinds of vocabularies. */
interface Parts {
  readonly model: object;
  readonly normalizer: object | null;
  readonly preTokenizer: object | null;
  /** Whether texts begin with the first token where the file does not say it. */
  readonly begins: boolean;
  readonly note?: string | undefined;
}

/**
 * @returns Undefined where the file names a rule of splitting that is not known, and a tokenizer.json beside it may say more.
 * @throws {CheckpointError} When there is no tokenizer, or one of another kind; names it and the way out.
 */
export function readGgufTokenizer(header: GgufHeader, beside: boolean): GgufTokenizer | undefined {
  const metadata = metadataOf(header);
  const kind = metadata.string("tokenizer.ggml.model");
  const tokens = metadata.strings("tokenizer.ggml.tokens");
  if (kind === undefined || tokens === undefined) {
    if (beside) return undefined;
    throw refused(header.file, "it has no tokenizer", "lay the model's tokenizer.json beside it");
  }
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const vocabulary = { metadata, tokens, types: metadata.numbers("tokenizer.ggml.token_type") ?? [], ids };
  const parts = partsOf(kind, vocabulary, beside);
  if (parts === undefined) return undefined;
  const roles = rolesOf(vocabulary);
  const bos = metadata.boolean("tokenizer.ggml.add_bos_token") ?? parts.begins;
  const eos = metadata.boolean("tokenizer.ggml.add_eos_token") ?? false;
  return {
    tokenizer: {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: addedTokens(vocabulary),
      normalizer: parts.normalizer,
      pre_tokenizer: parts.preTokenizer,
      post_processor: around(bos ? roles.bos_token : undefined, eos ? roles.eos_token : undefined, ids),
      decoder: null,
      model: parts.model,
    },
    config: {
      tokenizer_class: "PreTrainedTokenizerFast",
      ...roles,
      add_bos_token: bos,
      add_eos_token: eos,
      clean_up_tokenization_spaces: false,
      ...given("chat_template", metadata.string("tokenizer.chat_template")),
    },
    note: parts.note,
  };
}

function partsOf(kind: string, vocabulary: Vocabulary, beside: boolean): Parts | undefined {
  if (kind === "gpt2") return bytes(vocabulary, beside);
  if (kind === "llama") return sentencePiece(vocabulary);
  if (beside) return undefined;
  throw refused(
    vocabulary.metadata.file,
    `its "tokenizer.ggml.model" is ${quote(kind)}, and calig reads "gpt2" and "llama"`,
    "lay the model's tokenizer.json beside it",
  );
}

/** Merges of bytes, which are written as letters. */
function bytes({ metadata, ids }: Vocabulary, beside: boolean): Parts | undefined {
  const name = metadata.string("tokenizer.ggml.pre");
  const unnamed = name === undefined || name === UNNAMED;
  const rule: Splitting | undefined = splittingOf(name);
  if ((rule === undefined || unnamed) && beside) return undefined;
  const merges = metadata.strings("tokenizer.ggml.merges");
  if (rule === undefined) {
    throw refused(
      metadata.file,
      `it splits texts by the rule ${quote(name)} ("tokenizer.ggml.pre"), and calig knows ${KNOWN_SPLITTINGS.map(quote).join(", ")}`,
      "lay the model's tokenizer.json beside it",
    );
  }
  if (merges === undefined) {
    throw refused(metadata.file, 'it lacks "tokenizer.ggml.merges"', "lay the model's tokenizer.json beside it");
  }
  return {
    model: {
      ...MODEL,
      ignore_merges: rule.whole === true,
      vocab: Object.fromEntries(ids),
      merges: merges.map((merge) => {
        const space = merge.indexOf(" ", 1);
        return [merge.slice(0, space), merge.slice(space + 1)];
      }),
    },
    normalizer: rule.normalizer ?? null,
    preTokenizer: rule.splitter,
    begins: rule.begins === true,
    note: unnamed
      ? `The file does not say how texts are split before tokens are looked up ("tokenizer.ggml.pre"): they are split as for GPT-2, which gives other tokens where the model was trained otherwise; lay its tokenizer.json beside the file to read that instead`
      : undefined,
  };
}

const MODEL = {
  type: "BPE",
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
};

/** Pieces with scores: two neighbours merge where the piece of both has the best score. */
function sentencePiece({ metadata, tokens, types, ids }: Vocabulary): Parts {
  const scores = metadata.numbers("tokenizer.ggml.scores");
  if (scores === undefined || scores.length !== tokens.length) {
    const found = scores === undefined ? "it lacks" : `it has ${scores.length} scores for ${tokens.length} tokens in`;
    throw refused(metadata.file, `${found} "tokenizer.ggml.scores"`, "lay the model's tokenizer.json beside it");
  }
  const prefix = metadata.boolean("tokenizer.ggml.add_space_prefix") ?? true;
  const replaced = { type: "Replace", pattern: { String: " " }, content: SPACE };
  const unknown = types.indexOf(UNKNOWN);
  return {
    model: {
      ...MODEL,
      unk_token: unknown >= 0 ? tokens[unknown] : null,
      fuse_unk: true,
      byte_fallback: tokens.includes("<0x00>"),
      vocab: Object.fromEntries(ids),
      merges: mergesOf(tokens, scores, ids),
    },
    normalizer: prefix ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: SPACE }, replaced] } : replaced,
    preTokenizer: null,
    begins: true,
  };
}

const SPACE = "\u2581";

/** Every way to put a piece together from two, the best scores first; of equal ones the order of their halves. */
function mergesOf(
  tokens: readonly string[],
  scores: readonly number[],
  ids: ReadonlyMap<string, number>,
): readonly (readonly [string, string])[] {
  const merges: { readonly pair: readonly [string, string]; readonly key: readonly number[] }[] = [];
  tokens.forEach((token, id) => {
    const characters = Array.from(token);
    let left = "";
    for (let cut = 1; cut < characters.length; cut++) {
      left += characters[cut - 1];
      const first = ids.get(left);
      if (first === undefined) continue;
      const right = token.slice(left.length);
      const second = ids.get(right);
      if (second !== undefined) merges.push({ pair: [left, right], key: [-(scores[id] as number), first, second] });
    }
  });
  const difference = (a: readonly number[], b: readonly number[]) =>
    (a[0] as number) - (b[0] as number) || (a[1] as number) - (b[1] as number) || (a[2] as number) - (b[2] as number);
  return merges.sort((a, b) => difference(a.key, b.key)).map(({ pair }) => pair);
}

/** Tokens that are found in texts as they are. */
function addedTokens({ metadata, tokens, types }: Vocabulary): readonly object[] {
  const rstrip =
    metadata.string("general.architecture") === "phi3" && metadata.string("tokenizer.ggml.model") === "llama";
  return tokens.flatMap((content, id) => {
    const type = types[id];
    if (content === "" || (type !== CONTROL && type !== USER_DEFINED && type !== UNKNOWN)) return [];
    return [
      {
        id,
        content,
        single_word: false,
        lstrip: false,
        // Those of Phi-3 take the white space behind them, which no file says.
        rstrip: rstrip && content.startsWith("<|") && content !== "<|endoftext|>",
        normalized: false,
        special: type !== USER_DEFINED,
      },
    ];
  });
}

/** Names of tokens with a part of their own, as in tokenizer_config.json. */
function rolesOf({ metadata, tokens }: Vocabulary) {
  const role = (key: string) => {
    const id = metadata.number(`tokenizer.ggml.${key}_token_id`);
    return id === undefined ? undefined : tokens[id];
  };
  return {
    ...given("bos_token", role("bos")),
    ...given("eos_token", role("eos")),
    ...given("unk_token", role("unknown")),
    ...given("pad_token", role("padding")),
  } as { readonly bos_token?: string; readonly eos_token?: string };
}

/** The tokens before and behind texts; null where there are none. */
function around(bos: string | undefined, eos: string | undefined, ids: ReadonlyMap<string, number>): object | null {
  const special = [bos, eos].filter((token) => token !== undefined);
  if (special.length === 0) return null;
  const set = (id: string | undefined, type_id: number) =>
    id === undefined ? [] : [{ SpecialToken: { id, type_id } }];
  const text = (id: string, type_id: number) => [
    ...set(bos, type_id),
    { Sequence: { id, type_id } },
    ...set(eos, type_id),
  ];
  return {
    type: "TemplateProcessing",
    single: text("A", 0),
    pair: [...text("A", 0), ...text("B", 1)],
    special_tokens: Object.fromEntries(special.map((id) => [id, { id, ids: [ids.get(id)], tokens: [id] }])),
  };
}

const given = (key: string, value: string | undefined) => (value === undefined ? {} : { [key]: value });

const refused = (file: string, found: string, remedy: string): CheckpointError =>
  new CheckpointError(`Cannot read the tokenizer in "${file}": ${found}; ${remedy}`, file);
