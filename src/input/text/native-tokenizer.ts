/** @file Tokenizers in Node: an adapter over Hugging Face's own library. The only file that imports it. */

import { readFile } from "node:fs/promises";
import { Tokenizer as Library } from "tokenizers";
import { CheckpointError } from "../../errors.ts";
import { utf16OffsetsOf } from "./code-points.ts";
import { assembleEncodedText, checkTexts, type RawToken } from "./encoded-text.ts";
import { findSpecialTokens } from "./special-tokens.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What a Hugging Face folder says of its tokenizer. */
export interface NativeTokenizerFiles {
  /** Path of tokenizer.json. */
  readonly tokenizerJson: string;
  /** Contents of tokenizer_config.json. */
  readonly tokenizerConfig?: object;
  /** Contents of special_tokens_map.json. */
  readonly specialTokensMap?: object;
  /** Most tokens that the model has positions for, special ones included. */
  readonly modelMaxLength: number;
}

/**
 * Loads a tokenizer.json. Ids are those of Hugging Face's Python libraries, because the library is the same. The limit
 * is the model's, or `model_max_length` of tokenizer_config.json where that is lower; truncation and padding that
 * tokenizer.json asks for are not applied.
 *
 * @throws {CheckpointError} When the file is missing or not a tokenizer that the library reads.
 */
export async function loadNativeTokenizer(files: NativeTokenizerFiles): Promise<Tokenizer> {
  const { tokenizerJson: path, tokenizerConfig: config, specialTokensMap: map } = files;
  const { library, contents } = await load(path);
  library.disableTruncation();
  library.disablePadding();
  const maxLength = Math.min(files.modelMaxLength, limitOf(config));
  return {
    kind: contents.model?.type ?? "unknown",
    maxLength,
    specialTokens: findSpecialTokens({
      tokenizer: contents,
      config,
      map,
      idOf: (text) => library.tokenToId(text) ?? undefined,
    }),
    async encode(text, pair) {
      const texts = pair === undefined ? [text] : [text, pair];
      checkTexts(texts);
      return assembleEncodedText(texts, await encode(library, texts), maxLength);
    },
    async encodeWhole(text) {
      checkTexts([text]);
      return assembleEncodedText([text], await encode(library, [text]), Number.POSITIVE_INFINITY);
    },
  };
}

async function load(path: string) {
  try {
    const json = await readFile(path, "utf8");
    const contents = JSON.parse(json) as { readonly model?: { readonly type?: string } };
    return { library: Library.fromString(json), contents };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(
      `Cannot load a tokenizer from "${path}": ${reason}; it must be the tokenizer.json of a Hugging Face model, download it again`,
      path,
      { cause },
    );
  }
}

/** transformers writes 1e30 for "no limit". */
function limitOf(config: object | undefined): number {
  const limit = (config as { readonly model_max_length?: unknown } | undefined)?.model_max_length;
  return typeof limit === "number" && limit >= 1 ? limit : Number.POSITIVE_INFINITY;
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
