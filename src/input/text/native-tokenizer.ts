/** @file Tokenizers in Node: an adapter over Hugging Face's own library. The only file that imports it. */

import { Tokenizer as Library } from "tokenizers";
import { CheckpointError } from "../../errors.ts";
import { utf16OffsetsOf } from "./code-points.ts";
import { createTokenizer } from "./create-tokenizer.ts";
import type { RawToken } from "./encoded-text.ts";
import { portableSecond } from "./portable-tokenizer.ts";
import type { TokenizerFiles } from "./settings/tokenizer-files.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Makes a tokenizer of the files of a folder. Ids are those of Hugging Face's Python libraries: the library is the same,
 * and the files are read as transformers reads them. The limit is the model's, or `model_max_length` of
 * tokenizer_config.json where that is lower; truncation and padding that tokenizer.json asks for are not applied.
 *
 * @throws {CheckpointError} When the files are not those of a tokenizer that the library reads.
 */
export const createNativeTokenizer = (files: TokenizerFiles): Tokenizer =>
  createTokenizer(files, (contents) => {
    const library = load(JSON.stringify(contents));
    return {
      encode: (texts) => encode(library, texts),
      idOf: (text) => library.tokenToId(text) ?? undefined,
      second: portableSecond(contents),
    };
  });

function load(json: string): Library {
  try {
    return Library.fromString(json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(
      `Cannot load a tokenizer from "tokenizer.json": ${reason}; it must be that of a Hugging Face model, download it again`,
      "tokenizer.json",
      { cause },
    );
  }
}
async function encode(library: Library, texts: readonly string[]): Promise<readonly RawToken[]> {
  const encoding = await library.encode(texts[0] as string, texts[1]);
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
