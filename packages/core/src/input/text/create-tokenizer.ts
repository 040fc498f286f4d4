/** @file A tokenizer from the files of a folder and a library that runs a tokenizer.json. Knows no library. */

import { CheckpointError } from "../../errors.ts";
import { assembleEncodedText, checkTexts, type RawToken } from "./encoded-text.ts";
import { isPart, type JsonPart, partsOf } from "./portable/json-part.ts";
import { chatTemplateOf } from "./settings/chat-template.ts";
import { partOf } from "./settings/named-tokens.ts";
import { type Reading, readTokenizer } from "./settings/read-tokenizer.ts";
import type { TokenizerFiles } from "./settings/tokenizer-files.ts";
import { findSpecialTokens } from "./special-tokens.ts";
import { tokenTexts } from "./token-text.ts";
import type { EncodedText, OtherReading, SecondReader, Tokenizer } from "./tokenizer.ts";

/** A tokenizer.json at work. */
export interface OpenedTokenizer {
  /** Tokens of one text, or of a pair, special ones included; nothing is cut off or filled up. */
  encode(texts: readonly string[]): readonly RawToken[] | Promise<readonly RawToken[]>;
  idOf(text: string): number | undefined;
  /** Another implementation of the same contents. */
  readonly second: SecondReader;
}

/**
 * @param open - Runs the contents of a tokenizer.json.
 * @throws {CheckpointError} When the files are not those of a tokenizer, or its ids exceed the model's word vectors.
 */
export function createTokenizer(files: TokenizerFiles, open: (contents: JsonPart) => OpenedTokenizer): Tokenizer {
  const { chosen, other, truncationSide } = readTokenizer(files);
  checkRows(chosen, files);
  const opened = open(chosen.contents);
  const second = other === undefined ? undefined : { ...open(other.contents), reading: other };
  const config = partOf(files.tokenizerConfig);
  const map = isPart(config.added_tokens_decoder) ? {} : partOf(files.specialTokensMap);
  const maxLength = Math.min(files.modelMaxLength, limitOf(config));
  const model = partOf(chosen.contents.model);
  const chat = chatTemplateOf(config, map, files.chatTemplate);
  const marks = new Set(
    partsOf(chosen.contents, "added_tokens").flatMap(({ id, special }) => (special === true ? [id] : [])),
  );

  const encode = async (texts: readonly string[], limit: number): Promise<EncodedText> => {
    checkTexts(texts);
    const tokens = typed(await opened.encode(texts), chosen);
    const difference =
      second === undefined ? undefined : compare(tokens, typed(await second.encode(texts), second.reading));
    const encoded = assembleEncodedText(texts, tokens, limit, truncationSide);
    if (difference === undefined || second === undefined) return encoded;
    const otherReading: OtherReading = { difference, read: chosen.version, other: second.reading.version };
    return { ...encoded, otherReading };
  };

  return {
    kind: typeof model.type === "string" ? model.type : "unknown",
    maxLength,
    ...(chat === undefined ? {} : { chat }),
    isMark: (id) => marks.has(id),
    textOf: tokenTexts(chosen.contents),
    specialTokens: findSpecialTokens({ tokenizer: chosen.contents, config, map, idOf: opened.idOf }),
    second: opened.second,
    encode: (text, pair) => encode(pair === undefined ? [text] : [text, pair], maxLength),
    encodeWhole: (text) => encode([text], Number.POSITIVE_INFINITY),
  };
}

function checkRows({ end }: Reading, { embeddingRows }: TokenizerFiles): void {
  if (embeddingRows === undefined || end <= embeddingRows) return;
  throw new CheckpointError(
    `Cannot use the tokenizer: its ids go up to ${end - 1}, and the model has word vectors for ${embeddingRows} ids (0 to ${embeddingRows - 1}); check that tokenizer and weights belong to the same model, or resize the word vectors of the model as its tokenizer was (resize_token_embeddings() of transformers) and save it again`,
    "tokenizer.json",
  );
}

/** Models that are not told which text a token belongs to read every token as one of the first. */
const typed = (tokens: readonly RawToken[], { types }: Reading): readonly RawToken[] =>
  types ? tokens : tokens.map((token) => ({ ...token, typeId: 0 }));

function compare(tokens: readonly RawToken[], others: readonly RawToken[]): OtherReading["difference"] | undefined {
  const differs = (key: "id" | "typeId") =>
    tokens.length !== others.length || tokens.some((token, index) => token[key] !== others[index]?.[key]);
  if (differs("id")) return "tokens";
  return differs("typeId") ? "types" : undefined;
}

/** transformers writes 1e30 for "no limit". */
function limitOf(config: JsonPart): number {
  const limit = config.model_max_length ?? config.max_len;
  return typeof limit === "number" && limit >= 1 ? limit : Number.POSITIVE_INFINITY;
}
