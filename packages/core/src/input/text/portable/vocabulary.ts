/**
 * @file Pieces to tokens of the vocabulary. The search is @huggingface/tokenizers' own; what it does not say is how many
 * characters each token takes, which is derived here.
 */

import { type JsonPart, stringOf, unsupported } from "./json-part.ts";
import type { LibraryModel } from "./library.ts";

/** A token of the vocabulary and how many characters of the piece it stands for. */
export interface PieceToken {
  readonly id: number;
  readonly name: string;
  /** Characters since the beginning of the piece. */
  readonly start: number;
  readonly end: number;
}

/** The tokens of one piece of text. */
export type Vocabulary = (piece: string) => readonly PieceToken[];

const lengthOf = (text: string): number => Array.from(text).length;

/** @throws {CheckpointError} For a kind that is not known here. */
export function createVocabulary(model: LibraryModel, part: JsonPart): Vocabulary {
  if (model.tokenize !== undefined) return unigram(model, part);
  if (model.bpe !== undefined) {
    if (!part.continuing_subword_prefix) return pairs(model, part);
  } else if (part.type === "WordPiece" || part.type === undefined) return wordPiece(model, part);
  throw unsupported("model", part, ["BPE", "Unigram", "WordPiece"]);
}

function wordPiece(model: LibraryModel, part: JsonPart): Vocabulary {
  const prefix = lengthOf(stringOf(part.continuing_subword_prefix, "##"));
  return (piece) => {
    const names = model.encode([piece]);
    const whole = lengthOf(piece);
    let position = 0;
    return names.map((name, index) => {
      const start = position;
      // The unknown token stands for all of the piece.
      position = name === model.unk_token ? whole : start + lengthOf(name) - (index === 0 ? 0 : prefix);
      return { id: model.tokens_to_ids.get(name) ?? model.unk_token_id ?? 0, name, start, end: position };
    });
  };
}

function pairs(model: LibraryModel, part: JsonPart): Vocabulary {
  const suffix = stringOf(model.end_of_word_suffix);
  return (piece) => {
    const isWhole = model.ignore_merges && model.tokens_to_ids.has(piece);
    const names = isWhole ? [piece] : (model.bpe?.(piece) ?? []);
    const lengths = names.map((name) =>
      lengthOf(suffix !== "" && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name),
    );
    return known(model, names, lengths, part);
  };
}

function unigram(model: LibraryModel, part: JsonPart): Vocabulary {
  return (piece) => {
    const names = model.tokenize?.(piece) ?? [];
    return known(model, names, names.map(lengthOf), { ...part, fuse_unk: true });
  };
}

/** Names with their ids; what is not in the vocabulary becomes bytes, where it has them, or the unknown token. */
function known(
  model: LibraryModel,
  names: readonly string[],
  lengths: readonly number[],
  part: JsonPart,
): PieceToken[] {
  const ids = model.tokens_to_ids;
  const tokens: PieceToken[] = [];
  let position = 0;
  names.forEach((name, index) => {
    const [start, end] = [position, position + (lengths[index] as number)];
    position = end;
    const id = ids.get(name);
    if (id !== undefined && id !== model.unk_token_id) {
      tokens.push({ id, name, start, end });
      return;
    }
    const bytes = part.byte_fallback === true ? byteTokens(name) : [];
    if (bytes.length > 0 && bytes.every((byte) => ids.has(byte))) {
      for (const byte of bytes) tokens.push({ id: ids.get(byte) as number, name: byte, start, end });
      return;
    }
    const unknown = model.unk_token_id;
    if (unknown === undefined) return;
    const last = tokens.at(-1);
    if (part.fuse_unk === true && last !== undefined && last.id === unknown && last.end === start) {
      tokens[tokens.length - 1] = { ...last, name: last.name + name, end };
    } else tokens.push({ id: unknown, name, start, end });
  });
  return tokens;
}

const byteTokens = (name: string): readonly string[] =>
  Array.from(new TextEncoder().encode(name), (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
