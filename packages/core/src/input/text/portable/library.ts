/**
 * @file What is used of @huggingface/tokenizers, with its types: those that the package ships do not resolve for ES
 * modules (0.2.0: relative imports without endings). The only file that imports it.
 */

import { Tokenizer } from "@huggingface/tokenizers";
import { CheckpointError, quote } from "../../../errors.ts";
import { isPart, type JsonPart, partsOf, typeOf } from "./json-part.ts";

/** A vocabulary. Which of the searches it has depends on its type. */
export interface LibraryModel {
  readonly tokens_to_ids: ReadonlyMap<string, number>;
  readonly unk_token?: string;
  readonly unk_token_id?: number;
  readonly end_of_word_suffix?: string | null;
  /** BPE: whole pieces of the vocabulary are taken as they are. */
  readonly ignore_merges?: boolean;
  /** WordPiece: the tokens of pieces. */
  encode(pieces: readonly string[]): readonly string[];
  /** BPE: the parts that are left when nothing more can be merged, of the vocabulary or not. */
  bpe?(piece: string): readonly string[];
  /** Unigram: the most probable parts, of the vocabulary or not. */
  tokenize?(piece: string): readonly string[];
}

/** Sets special tokens around the tokens of one text, or of two. */
export interface LibraryPostProcessor {
  post_process(
    tokens: readonly string[],
    pair: readonly string[] | null,
  ): { readonly tokens: readonly string[]; readonly token_type_ids?: readonly number[] };
}

export interface Library {
  readonly model: LibraryModel;
  readonly post_processor: LibraryPostProcessor | null;
  token_to_id(token: string): number | undefined;
}

const FILE = "tokenizer.json";

/** The library's vocabulary and post-processor; the other parts, of which it gives no offsets, are not made. */
export function openLibrary(contents: JsonPart, model: JsonPart): Library {
  try {
    // Files of older versions of the native library leave the type of the vocabulary away.
    const type = model.type ?? (Array.isArray(model.vocab) ? "Unigram" : "merges" in model ? "BPE" : "WordPiece");
    const parts = {
      ...contents,
      // The library would find them as pieces of the vocabulary, too.
      added_tokens: [],
      post_processor: addsTokens(contents.post_processor) ? contents.post_processor : null,
      model: { ...model, type },
      decoder: null,
      normalizer: null,
      pre_tokenizer: null,
    };
    const library = new Tokenizer(parts, {}) as unknown as Library;
    const added = new Map(partsOf(contents, "added_tokens").map(({ content, id }) => [content, id as number]));
    return {
      model: library.model,
      post_processor: library.post_processor,
      token_to_id: (token) => added.get(token) ?? library.token_to_id(token),
    };
  } catch (cause) {
    throw new CheckpointError(
      `Cannot load a tokenizer from "${FILE}": the library @huggingface/tokenizers does not read its ${quote(typeOf(model))}; explain with this model in Node, or download the file again`,
      FILE,
      { cause },
    );
  }
}

/** ByteLevel only trims offsets, which is done here; the library's drops the second text of a pair. */
function addsTokens(part: unknown): boolean {
  if (!isPart(part) || typeOf(part) === "ByteLevel") return false;
  return typeOf(part) !== "Sequence" || partsOf(part, "processors").some(addsTokens);
}

/** What the library itself makes of texts, normalising and splitting included: all tokens, special ones too. */
export function openWholeLibrary(
  contents: JsonPart,
): (text: string, pair?: string) => readonly { readonly id: number; readonly text: string }[] {
  const whole = new Tokenizer({ added_tokens: [], ...contents }, {});
  return (text, pair) => {
    const { ids, tokens } = whole.encode(text, pair === undefined ? {} : { text_pair: pair });
    return ids.map((id: number, i: number) => ({ id, text: tokens[i] as string }));
  };
}
