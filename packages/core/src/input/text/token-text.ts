/** @file What single tokens stand for, from the contents of a tokenizer.json, whichever library runs it. */

import { isPart, type JsonPart } from "./portable/json-part.ts";

/** A byte written in hexadecimal, as vocabularies with a fallback to bytes have it. */
const BYTE = /^<0x([0-9A-F]{2})>$/;

/**
 * The text of a token, by its id: words begin with their space. A token that is a part of a character shows the sign for
 * what is no character.
 */
export function tokenTexts(contents: JsonPart): (id: number) => string {
  let names: ReadonlyMap<number, string> | undefined;
  const isByteLevel = [contents.decoder, contents.pre_tokenizer].some((part) =>
    (JSON.stringify(part) ?? "").includes('"ByteLevel"'),
  );
  const ending = isPart(contents.model) ? contents.model.end_of_word_suffix : undefined;
  const suffix = typeof ending === "string" ? ending : "";
  return (id) => {
    names ??= tokenNames(contents);
    const found = names.get(id);
    if (found === undefined) return String(id);
    // Words that end in a mark stand for themselves and the space behind them.
    const name = suffix !== "" && found.endsWith(suffix) ? `${found.slice(0, -suffix.length)} ` : found;
    const byte = BYTE.exec(name)?.[1];
    if (byte !== undefined) return decoded([Number.parseInt(byte, 16)]);
    const bytes = isByteLevel ? bytesOf(name.trimEnd()) : undefined;
    const text = bytes === undefined ? name.replaceAll("\u2581", " ") : decoded(bytes);
    return bytes !== undefined && name.endsWith(" ") ? `${text} ` : text;
  };
}

const decoded = (bytes: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(bytes));

function tokenNames({ model, added_tokens: added }: JsonPart): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const vocabulary = isPart(model) ? model.vocab : undefined;
  // Unigram lists pairs of a name and its score; the others have objects of ids.
  if (Array.isArray(vocabulary))
    vocabulary.forEach((entry: unknown, id) => void names.set(id, String((entry as unknown[])[0])));
  else if (isPart(vocabulary)) for (const [name, id] of Object.entries(vocabulary)) names.set(Number(id), name);
  for (const token of Array.isArray(added) ? added : []) {
    if (isPart(token)) names.set(Number(token.id), String(token.content));
  }
  return names;
}

/** The bytes that the characters of GPT-2's alphabet stand for; undefined for a name with others, as added tokens have. */
function bytesOf(name: string): readonly number[] | undefined {
  const bytes = Array.from(name, (char) => ALPHABET.get(char));
  return bytes.includes(undefined) ? undefined : (bytes as number[]);
}

/** Bytes that print stand for themselves, the others for characters from 256 on (Radford et al. 2019). */
const ALPHABET: ReadonlyMap<string, number> = (() => {
  const prints = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let others = 256;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [String.fromCodePoint(prints(byte) ? byte : others++), byte] as const),
  );
})();
