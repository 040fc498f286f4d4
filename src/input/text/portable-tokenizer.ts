/**
 * @file Tokenizers outside Node, where the native library does not run: vocabularies are searched by
 * @huggingface/tokenizers, which gives no offsets; normalising and splitting are done here, where characters keep their
 * place. Held to the same table of cases as the native tokenizer.
 */

import { CheckpointError } from "../../errors.ts";
import { assembleEncodedText, checkTexts, type RawToken } from "./encoded-text.ts";
import { addedTokensOf, splitAtTokens } from "./portable/added-tokens.ts";
import { type AlignedText, alignedText, plain } from "./portable/aligned-text.ts";
import { isPart, type JsonPart, partsOf, typeOf } from "./portable/json-part.ts";
import { type Library, openLibrary } from "./portable/library.ts";
import { createNormalizer } from "./portable/normalizers.ts";
import { createPreTokenizer } from "./portable/pre-tokenizers.ts";
import { createVocabulary } from "./portable/vocabulary.ts";
import { findSpecialTokens } from "./special-tokens.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What a Hugging Face folder says of its tokenizer. */
export interface PortableTokenizerFiles {
  /** Text of tokenizer.json. */
  readonly tokenizerJson: string;
  /** Contents of tokenizer_config.json. */
  readonly tokenizerConfig?: object;
  /** Contents of special_tokens_map.json. */
  readonly specialTokensMap?: object;
  /** Most tokens that the model has positions for, special ones included. */
  readonly modelMaxLength: number;
}

/** A token of a text without its place among the special ones. */
type TextToken = Omit<RawToken, "typeId" | "sequence">;

/**
 * Reads a tokenizer.json. Ids and offsets are those of the native library for the kinds of normaliser, pre-tokenizer and
 * vocabulary that are known here (WordPiece, BPE, Unigram).
 *
 * @throws {CheckpointError} When it is no tokenizer.json, or has a part that is only read in Node; names the part.
 */
export function createPortableTokenizer(files: PortableTokenizerFiles): Tokenizer {
  const { tokenizerConfig: config, specialTokensMap: map } = files;
  const contents = parse(files.tokenizerJson);
  const model = isPart(contents.model) ? contents.model : {};
  const library = openLibrary(contents, model);
  const textTokens = createTextTokens(contents, model, library);
  const encode = (texts: readonly string[]) => withSpecialTokens(contents, library, texts.map(textTokens));
  const limit = (config as { readonly model_max_length?: unknown } | undefined)?.model_max_length;
  const maxLength = Math.min(
    files.modelMaxLength,
    typeof limit === "number" && limit >= 1 ? limit : files.modelMaxLength,
  );
  return {
    kind: typeOf(model),
    maxLength,
    specialTokens: findSpecialTokens({ tokenizer: contents, config, map, idOf: (text) => library.token_to_id(text) }),
    async encode(text, pair) {
      const texts = pair === undefined ? [text] : [text, pair];
      checkTexts(texts);
      return assembleEncodedText(texts, encode(texts), maxLength);
    },
    async encodeWhole(text) {
      checkTexts([text]);
      return assembleEncodedText([text], encode([text]), Number.POSITIVE_INFINITY);
    },
  };
}

const FILE = "tokenizer.json";

function parse(json: string): JsonPart {
  try {
    const contents = JSON.parse(json) as unknown;
    if (isPart(contents) && isPart(contents.model)) return contents;
  } catch (cause) {
    throw new CheckpointError(`Cannot load a tokenizer: "${FILE}" is not valid JSON; download it again`, FILE, {
      cause,
    });
  }
  throw new CheckpointError(
    `Cannot load a tokenizer: "${FILE}" has no "model"; it must be that of a Hugging Face model, download it again`,
    FILE,
  );
}

/** The tokens of one text, special ones that stand in the text included. */
function createTextTokens(contents: JsonPart, part: JsonPart, library: Library) {
  const normalize = isPart(contents.normalizer) ? createNormalizer(contents.normalizer) : (text: AlignedText) => text;
  const split = isPart(contents.pre_tokenizer)
    ? createPreTokenizer(contents.pre_tokenizer)
    : (text: AlignedText) => [text];
  const vocabulary = createVocabulary(library.model, part);
  const added = addedTokensOf(contents);
  const raw = added
    .filter(({ normalized }) => !normalized)
    .map((token) => ({ token, look: Array.from(token.content) }));
  const normalized = added
    .filter((token) => token.normalized)
    .map((token) => ({ token, look: normalize(alignedText(token.content)).map(({ char }) => char) }));

  return (whole: string): readonly TextToken[] => {
    const tokens: TextToken[] = [];
    const push = (id: number, name: string, text: AlignedText) => {
      const [first, last] = [text[0], text.at(-1)];
      if (first !== undefined && last !== undefined) tokens.push({ id, name, start: first.start, end: last.end });
    };
    for (const outer of splitAtTokens(alignedText(whole), raw)) {
      if (outer.token !== undefined) {
        push(outer.token.id, outer.token.content, outer.text);
        continue;
      }
      const isFirst = outer.text[0]?.start === 0;
      for (const [index, { text, token }] of splitAtTokens(normalize(outer.text), normalized).entries()) {
        if (token !== undefined) {
          push(token.id, token.content, text);
          continue;
        }
        for (const piece of split(text, isFirst && index === 0)) {
          for (const { id, name, start, end } of vocabulary(plain(piece))) push(id, name, piece.slice(start, end));
        }
      }
    }
    return tokens;
  };
}

/** What stands for token `index` of text `sequence` while the library sets special tokens around them. */
const placeholder = (sequence: number, index: number): string => `\0${sequence}\0${index}`;

function withSpecialTokens(
  contents: JsonPart,
  library: Library,
  sequences: readonly (readonly TextToken[])[],
): readonly RawToken[] {
  const names = sequences.map((tokens, sequence) => tokens.map((_, index) => placeholder(sequence, index)));
  const { tokens, typeIds } = arrange(contents, library, names);
  const places = new Map(names.flatMap((list, sequence) => list.map((name, index) => [name, { sequence, index }])));
  return tokens.map((name, position): RawToken => {
    const typeId = typeIds[position] ?? 0;
    const place = places.get(name);
    const own = place === undefined ? undefined : sequences[place.sequence]?.[place.index];
    if (place !== undefined && own !== undefined) return { ...own, typeId, sequence: place.sequence };
    return { id: library.token_to_id(name) ?? 0, typeId, name, sequence: null, start: 0, end: 0 };
  });
}

function arrange(contents: JsonPart, library: Library, names: readonly string[][]) {
  const [first = [], second] = names;
  const types = first.map(() => 0).concat((second ?? []).map(() => 1));
  if (library.post_processor === null) return { tokens: first.concat(second ?? []), typeIds: types };
  const { tokens, token_type_ids: given } = library.post_processor.post_process(first, second ?? null);
  // The library numbers the second text of RoBERTa's pairs 1; the native one numbers everything 0.
  const typeIds = isRoberta(contents.post_processor) ? [] : (given ?? types);
  return { tokens, typeIds };
}

const isRoberta = (part: unknown): boolean =>
  isPart(part) && (typeOf(part) === "RobertaProcessing" || partsOf(part, "processors").some((each) => isRoberta(each)));
