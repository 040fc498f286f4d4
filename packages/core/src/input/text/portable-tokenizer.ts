/**
 * @file Tokenizers outside Node, where the native library does not run: vocabularies are searched by
 * @huggingface/tokenizers, which gives no offsets; normalising and splitting are done here, where characters keep their
 * place. Held to the same table of cases as the native tokenizer.
 */

import { createTokenizer } from "./create-tokenizer.ts";
import type { RawToken } from "./encoded-text.ts";
import { addedTokensOf, splitAtTokens } from "./portable/added-tokens.ts";
import { type AlignedText, alignedText, plain } from "./portable/aligned-text.ts";
import { isPart, type JsonPart, partsOf, typeOf } from "./portable/json-part.ts";
import { type Library, openLibrary, openWholeLibrary } from "./portable/library.ts";
import { createNormalizer } from "./portable/normalizers.ts";
import { createPreTokenizer } from "./portable/pre-tokenizers.ts";
import { createVocabulary } from "./portable/vocabulary.ts";
import type { TokenizerFiles } from "./settings/tokenizer-files.ts";
import type { SecondReader, SpecialToken, Tokenizer } from "./tokenizer.ts";

/** A token of a text without its place among the special ones. */
type TextToken = Omit<RawToken, "typeId" | "sequence">;

/**
 * Makes a tokenizer of the files of a folder. Ids and offsets are those of the native library for the kinds of normaliser,
 * pre-tokenizer and vocabulary that are known here (WordPiece, BPE, Unigram).
 *
 * @throws {CheckpointError} When they are no tokenizer's, or it has a part that is only read in Node; names the part.
 */
export const createPortableTokenizer = (files: TokenizerFiles): Tokenizer =>
  createTokenizer(files, (contents) => {
    const model = isPart(contents.model) ? contents.model : {};
    const library = openLibrary(contents, model);
    return {
      encode: createReader(contents, model, library),
      idOf: (text) => library.token_to_id(text),
      second: lazily("@huggingface/tokenizers", () => openWholeLibrary(contents)),
    };
  });

/** This reader beside the native one: it normalises and splits with code of its own. */
export const portableSecond = (contents: JsonPart): SecondReader =>
  lazily("the portable reader, over @huggingface/tokenizers", () => {
    const model = isPart(contents.model) ? contents.model : {};
    const reader = createReader(contents, model, openLibrary(contents, model));
    return (text, pair) =>
      reader(pair === undefined ? [text] : [text, pair]).map(({ id, name }) => ({ id, text: name }));
  });

/** A reader that is made when it is first asked. */
function lazily(name: string, open: () => (text: string, pair?: string) => readonly SpecialToken[]): SecondReader {
  let reader: ReturnType<typeof open> | undefined;
  return {
    name,
    async encode(text, pair) {
      reader ??= open();
      return reader(text, pair);
    },
  };
}

function createReader(contents: JsonPart, model: JsonPart, library: Library) {
  const textTokens = createTextTokens(contents, model, library);
  return (texts: readonly string[]): readonly RawToken[] => withSpecialTokens(contents, library, texts.map(textTokens));
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
