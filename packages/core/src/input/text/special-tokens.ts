/** @file Which tokens of a vocabulary are the padding, mask, unknown, class and separator tokens. */

import { textOf } from "./portable/json-part.ts";
import type { SpecialToken, SpecialTokens } from "./tokenizer.ts";

/** Where a Hugging Face folder names its special tokens. */
export interface SpecialTokenSources {
  /** Contents of tokenizer.json. */
  readonly tokenizer: unknown;
  /** Contents of tokenizer_config.json. */
  readonly config?: unknown;
  /** Contents of special_tokens_map.json. */
  readonly map?: unknown;
  /** Id of a token, or undefined when the vocabulary has none of that text. */
  readonly idOf: (text: string) => number | undefined;
}

/** Usual names, for folders that do not say which token has which role. */
const USUAL: Readonly<Record<keyof SpecialTokens, readonly string[]>> = {
  pad: ["[PAD]", "<pad>"],
  mask: ["[MASK]", "<mask>"],
  unk: ["[UNK]", "<unk>"],
  cls: ["[CLS]", "<s>"],
  sep: ["[SEP]", "</s>"],
};

/**
 * The special tokens of a tokenizer: those that tokenizer_config.json names, then those of special_tokens_map.json,
 * the unknown token of the model, the padding token of tokenizer.json, and last its added tokens with a usual name.
 * Tokens that the vocabulary lacks are left out: the model has no vector for them.
 */
export function findSpecialTokens({ tokenizer, config, map, idOf }: SpecialTokenSources): SpecialTokens {
  const added = list(field(tokenizer, "added_tokens")).map(textOf);
  const found: Partial<Record<keyof SpecialTokens, SpecialToken>> = {};
  for (const role of Object.keys(USUAL) as (keyof SpecialTokens)[]) {
    const candidates = [
      textOf(field(config, `${role}_token`)),
      textOf(field(map, `${role}_token`)),
      role === "unk" ? unknownToken(field(tokenizer, "model")) : undefined,
      role === "pad" ? textOf(field(field(tokenizer, "padding"), "pad_token")) : undefined,
      ...USUAL[role].filter((name) => added.includes(name)),
    ];
    for (const text of candidates) {
      const id = text === undefined ? undefined : idOf(text);
      if (text === undefined || id === undefined) continue;
      found[role] = { id, text };
      break;
    }
  }
  return found;
}

/** WordPiece, BPE and WordLevel name their unknown token; Unigram gives its place in the vocabulary. */
function unknownToken(model: unknown): string | undefined {
  const place = field(model, "unk_id");
  return textOf(field(model, "unk_token")) ?? textOf(list(list(field(model, "vocab"))[Number(place ?? -1)])[0]);
}

const field = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
