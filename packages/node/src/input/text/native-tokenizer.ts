/** @file Tokenizers in Node: an adapter over Hugging Face's own library. The only file that imports it. */

import { CheckpointError, quote } from "@calig/core/internal/errors";
import { utf16OffsetsOf } from "@calig/core/internal/input/text/code-points";
import { createTokenizer } from "@calig/core/internal/input/text/create-tokenizer";
import type { RawToken } from "@calig/core/internal/input/text/encoded-text";
import { isPart, type JsonPart, typeOf } from "@calig/core/internal/input/text/portable/json-part";
import { portableSecond } from "@calig/core/internal/input/text/portable-tokenizer";
import type { TokenizerFiles } from "@calig/core/internal/input/text/settings/tokenizer-files";
import type { Tokenizer } from "@calig/core/internal/input/text/tokenizer";
import type { Tokenizer as Library } from "tokenizers";
import { nativeLibrary } from "../../util/native-library.ts";
import { requirePackage } from "../../util/own-place.ts";

const native = nativeLibrary(
  () => requirePackage<typeof import("tokenizers")>("tokenizers"),
  "tokenizers",
  "read texts",
);

/**
 * Makes a tokenizer of the files of a folder. Ids are those of Hugging Face's Python libraries: the library is the same,
 * and the files are read as transformers reads them. The limit is the model's, or `model_max_length` of
 * tokenizer_config.json where that is lower; truncation and padding that tokenizer.json asks for are not applied.
 *
 * @throws {CheckpointError} When the files are not those of a tokenizer that the library reads.
 */
export const createNativeTokenizer = (files: TokenizerFiles): Tokenizer =>
  createTokenizer(files, (contents) => {
    const library = load(contents);
    return {
      encode: (texts) => encode(library, texts, contents),
      idOf: (text) => library.tokenToId(text) ?? undefined,
      second: portableSecond(contents),
    };
  });

function load(contents: JsonPart): Library {
  const { Tokenizer: Reader } = native();
  try {
    return Reader.fromString(JSON.stringify(contents));
  } catch (cause) {
    const parts = ["model", "normalizer", "pre_tokenizer", "post_processor"]
      .map((key) => `${key} ${isPart(contents[key]) ? quote(typeOf(contents[key])) : "none"}`)
      .join(", ");
    throw new CheckpointError(
      `Cannot load a tokenizer: Hugging Face's library does not read "tokenizer.json" (${parts}); download it again, or make it anew with a version of transformers that is not newer than this library`,
      "tokenizer.json",
      { cause },
    );
  }
}

async function encode(library: Library, texts: readonly string[], contents: JsonPart): Promise<readonly RawToken[]> {
  const encoding = await library.encode(texts[0] as string, texts[1]).catch((cause: unknown) => {
    const unknown = isPart(contents.model) ? contents.model.unk_token : undefined;
    throw new CheckpointError(
      `Cannot read the text: the tokenizer's library finds no tokens for a part of it, and its token for unknown words is ${quote(unknown ?? "not given")}; check that "tokenizer.json" belongs to this model`,
      "tokenizer.json",
      { cause },
    );
  });
  const names = encoding.getTokens();
  const typeIds = encoding.getTypeIds();
  const offsets = encoding.getOffsets();
  const special = encoding.getSpecialTokensMask();
  const sequences = encoding.getSequenceIds();
  const toUtf16 = texts.map(utf16OffsetsOf);
  return encoding.getIds().map((id, index): RawToken => {
    const sequence = special[index] === 1 ? null : (sequences[index] ?? 0);
    const [start = 0, end = 0] = (offsets[index] ?? []).map(toUtf16[sequence ?? 0] as (offset: number) => number);
    return { id, typeId: typeIds[index] as number, name: names[index] as string, sequence, start, end };
  });
}
