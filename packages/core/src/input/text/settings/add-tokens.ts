/** @file Tokens added to a vocabulary as the native library adds them. */

import { largest } from "../../../util/largest.ts";
import { isPart, type JsonPart } from "../portable/json-part.ts";
import { specOf, type TokenSpec } from "./named-tokens.ts";

/** An entry of `added_tokens` in tokenizer.json. */
export interface AddedSpec extends TokenSpec {
  readonly id: number;
}

/** Ids of the vocabulary of a tokenizer.json: an object, or for Unigram a list. */
export interface VocabularyIds {
  readonly size: number;
  /** One more than the largest id. */
  readonly end: number;
  idOf(text: string): number | undefined;
}

/** By vocabulary: each version of transformers asks several times, of up to hundreds of thousands of tokens. */
const known = new WeakMap<object, VocabularyIds>();

export function vocabularyIds(model: JsonPart): VocabularyIds {
  const vocab = Array.isArray(model.vocab) || isPart(model.vocab) ? model.vocab : {};
  const ids = known.get(vocab) ?? (Array.isArray(vocab) ? idsOfList(vocab) : idsOfPart(vocab as JsonPart));
  known.set(vocab, ids);
  return ids;
}

function idsOfList(vocab: readonly unknown[]): VocabularyIds {
  const ids = new Map(vocab.map((entry, id) => [Array.isArray(entry) ? entry[0] : entry, id]));
  return { size: vocab.length, end: vocab.length, idOf: (text) => ids.get(text) };
}

function idsOfPart(ids: JsonPart): VocabularyIds {
  const values = Object.values(ids);
  let end = 0;
  for (const id of values) if (typeof id === "number" && id >= end) end = id + 1;
  return {
    size: values.length,
    end,
    idOf: (text) => (Object.hasOwn(ids, text) ? (ids[text] as number) : undefined),
  };
}

/** The added tokens that a tokenizer.json lists. */
export const listedTokens = (contents: JsonPart): readonly AddedSpec[] =>
  (Array.isArray(contents.added_tokens) ? contents.added_tokens : []).flatMap((token) =>
    isPart(token) && typeof token.id === "number" && typeof token.content === "string" && token.content !== ""
      ? [{ id: token.id, ...specOf(token, false) }]
      : [],
  );

const isSame = (a: TokenSpec, b: TokenSpec): boolean =>
  a.content === b.content &&
  a.single_word === b.single_word &&
  a.lstrip === b.lstrip &&
  a.rstrip === b.rstrip &&
  a.normalized === b.normalized &&
  a.special === b.special;

/** Tokens of the vocabulary keep their ids, and have the flags that were given last; others get ids behind it. */
export function addTokens(
  before: readonly AddedSpec[],
  tokens: readonly TokenSpec[],
  { size, idOf }: Pick<VocabularyIds, "size" | "idOf">,
): readonly AddedSpec[] {
  const added = new Map(before.map((token) => [token.id, token]));
  // Kept besides, since there may be thousands.
  const byContent = new Map<string, AddedSpec>();
  for (const token of added.values()) if (!byContent.has(token.content)) byContent.set(token.content, token);
  let most = largest(added.keys(), -1);
  for (const token of tokens) {
    if (token.content === "") continue;
    const known = byContent.get(token.content);
    if (known !== undefined && isSame(known, token)) continue;
    const id = known?.id ?? idOf(token.content) ?? (most >= size || size === 0 ? most + 1 : size);
    const replaced = added.get(id);
    if (replaced !== undefined) byContent.delete(replaced.content);
    const spec = { id, ...token };
    added.set(id, spec);
    byContent.set(token.content, spec);
    most = Math.max(most, id);
  }
  return [...added.values()].sort((a, b) => a.id - b.id);
}
