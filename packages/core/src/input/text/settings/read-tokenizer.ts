/**
 * @file A tokenizer as transformers reads it: tokenizer.json with what tokenizer_config.json, special_tokens_map.json and
 * added_tokens.json change in it, in the versions 4 and 5, which differ.
 *
 * Version 4 (read from 4.57) takes tokenizer.json and mends single settings. Version 5 (5.24) makes the tokenizer anew for
 * the classes that it has; for the others tokenizer.json is taken as it is.
 */

import { CheckpointError } from "../../../errors.ts";
import { parseJson } from "../../../util/parse-json.ts";
import { isPart, type JsonPart, stringOf, typeOf } from "../portable/json-part.ts";
import { addTokens, listedTokens, vocabularyIds } from "./add-tokens.ts";
import { checkParts } from "./check-parts.ts";
import { namedTokens, partOf, type TokenSpec } from "./named-tokens.ts";
import { bertNormalizer, bosAndEos, flag, modelTypeOf, rebuild } from "./rebuild.ts";
import { type ClassKind, tokenizerClass, type Version } from "./tokenizer-classes.ts";
import type { TokenizerFiles } from "./tokenizer-files.ts";
import { vocabularyModel } from "./vocabulary-model.ts";

/** A tokenizer as one version reads it. */
export interface Reading {
  readonly version: Version;
  /** A tokenizer.json. */
  readonly contents: JsonPart;
  /** Whether the model is told which text of a pair a token belongs to. */
  readonly types: boolean;
  /** One more than the largest id. */
  readonly end: number;
}

export interface Readings {
  /** By the version that wrote the model; by version 5 where nothing says it. */
  readonly chosen: Reading;
  /** By the other version, where it is another tokenizer. */
  readonly other?: Reading;
  /** Which end of a text is cut off where it is too long. */
  readonly truncationSide: "left" | "right";
}

const FILE = "tokenizer.json";

/** @throws {CheckpointError} When the files are not those of a tokenizer that is kept in files. */
export function readTokenizer(files: TokenizerFiles): Readings {
  const config = partOf(files.tokenizerConfig);
  const contents = files.tokenizerJson === undefined ? undefined : parse(files.tokenizerJson);
  const [version, otherVersion] = writtenBy(files, config) === 4 ? ([4, 5] as const) : ([5, 4] as const);
  const chosen = reading(version, files, contents);
  const other = reading(otherVersion, files, contents);
  return { chosen, ...(isSame(chosen, other) ? {} : { other }), truncationSide: sideOf(config, contents) };
}

/** The major version of transformers that wrote the folder. */
function writtenBy({ model }: TokenizerFiles, config: JsonPart): Version {
  const stated = /^(\d+)\./.exec(model?.madeWith ?? "")?.[1];
  if (stated !== undefined) return Number(stated) >= 5 ? 5 : 4;
  // Only version 4 writes this key.
  return isPart(config.added_tokens_decoder) ? 4 : 5;
}

function parse(json: string): JsonPart {
  let contents: unknown;
  try {
    contents = parseJson(json);
  } catch (cause) {
    throw new CheckpointError(`Cannot load a tokenizer: "${FILE}" is not valid JSON; download it again`, FILE, {
      cause,
    });
  }
  if (isPart(contents) && isPart(contents.model)) return contents;
  throw new CheckpointError(
    `Cannot load a tokenizer: "${FILE}" has no "model"; it must be that of a Hugging Face model, download it again`,
    FILE,
  );
}

function reading(version: Version, files: TokenizerFiles, contents: JsonPart | undefined): Reading {
  const config = partOf(files.tokenizerConfig);
  const found = tokenizerClass(version, config, files.model);
  const names = config.model_input_names;
  const types = Array.isArray(names) ? names.includes("token_type_ids") : found.types;
  const model = contents === undefined ? vocabularyModel(files, found, version) : partOf(contents.model);
  const kind = contents === undefined || fits(found.kind, model, contents) ? found.kind : "plain";
  const made =
    contents === undefined || version === 5
      ? madeAnew(version, kind, files, contents, model)
      : mended(kind, files, contents, model);
  const whole = config.split_special_tokens === true ? withoutSpecial(made, model) : made;
  const end = checkParts(whole, vocabularyIds(model));
  return { version, contents: { ...whole, truncation: null, padding: null, decoder: null }, types, end };
}

/** Whether a class can be made from this vocabulary: a folder may name the wrong one. */
function fits(kind: ClassKind, model: JsonPart, contents: JsonPart): boolean {
  const wanted = modelTypeOf(kind);
  if (wanted === undefined) return false;
  const listed = Array.isArray(model.vocab);
  const type = model.type ?? (listed ? "Unigram" : "merges" in model ? "BPE" : "WordPiece");
  // What Llama 3 calls a LlamaTokenizer is one of bytes.
  const bytes = kind === "llama" && JSON.stringify([contents.pre_tokenizer, contents.decoder]).includes("ByteLevel");
  return type === wanted && !bytes;
}

/** Version 5, and vocabularies without tokenizer.json. */
function madeAnew(
  version: Version,
  kind: ClassKind,
  files: TokenizerFiles,
  contents: JsonPart | undefined,
  model: JsonPart,
): JsonPart {
  const tokens = namedTokens(files, kind, version);
  const { size, idOf } = vocabularyIds(model);
  const listed = contents === undefined ? [] : listedTokens(contents);
  const isNew = kind !== "plain";
  const stated = tokens.decoder ? tokens.stated : [...tokens.stated, ...listed];
  const defaults = isNew ? Object.values(tokens.byRole).filter(({ content }) => idOf(content) !== undefined) : [];
  const added = addAll(isNew ? [] : listed, stated, [...tokens.named, ...defaults], { size, idOf });
  const find = (text: string) => added.find(({ content }) => content === text)?.id ?? idOf(text);
  const config = partOf(files.tokenizerConfig);
  const parts = rebuild(kind, { model, contents: contents ?? {}, config, version, tokens, idOf: find });
  return { version: "1.0", ...contents, ...parts, added_tokens: added };
}

/** Version 4: single settings of tokenizer.json are brought into line with tokenizer_config.json. */
function mended(kind: ClassKind, files: TokenizerFiles, contents: JsonPart, model: JsonPart): JsonPart {
  const config = partOf(files.tokenizerConfig);
  const tokens = namedTokens(files, kind, 4);
  const { size, idOf } = vocabularyIds(model);
  const listed = listedTokens(contents);
  const added = addAll(listed, tokens.stated, tokens.named, { size, idOf });
  const find = (text: string) => added.find(({ content }) => content === text)?.id ?? idOf(text);
  const result: Record<string, unknown> = { ...contents, added_tokens: added };
  const normalizer = contents.normalizer;
  if ((kind === "bert" || kind === "mpnet") && isPart(normalizer) && typeOf(normalizer) === "BertNormalizer") {
    result.normalizer = mendedNormalizer(normalizer, config, kind);
  }
  const splitter = contents.pre_tokenizer;
  if (isPart(splitter) && typeOf(splitter) === "ByteLevel") {
    result.pre_tokenizer = { ...splitter, add_prefix_space: flag(config, "add_prefix_space", false) };
  }
  if (kind === "llama") {
    const wanted = { bos: flag(config, "add_bos_token", true), eos: flag(config, "add_eos_token", false) };
    result.post_processor = bosAndEos(tokens, find, wanted);
  }
  return result;
}

/** MPNet's class leaves Chinese characters as the file has them. */
function mendedNormalizer(found: JsonPart, config: JsonPart, kind: ClassKind): JsonPart {
  const wanted = bertNormalizer(config);
  const { lowercase, strip_accents, handle_chinese_chars } = wanted;
  if (kind === "mpnet") return { ...found, lowercase, strip_accents };
  return { ...found, lowercase, strip_accents, handle_chinese_chars };
}

/** The stated tokens with their flags, then the named ones that are not there yet. */
function addAll(
  before: ReturnType<typeof listedTokens>,
  stated: readonly TokenSpec[],
  named: readonly TokenSpec[],
  vocabulary: Parameters<typeof addTokens>[2],
) {
  const known = new Set([...before, ...stated].map(({ content }) => content));
  const missing = named.filter(({ content }) => !known.has(content));
  const roles = new Set(named.map(({ content }) => content));
  const flagged = stated.map((token) => (roles.has(token.content) ? { ...token, special: true } : token));
  return addTokens(before, [...flagged, ...missing], vocabulary);
}

/** Special tokens that stand in a text are split like words, where tokenizer_config.json asks for it. */
function withoutSpecial(contents: JsonPart, model: JsonPart): JsonPart {
  const { idOf } = vocabularyIds(model);
  const kept = listedTokens(contents).filter(({ special, content }) => !special || idOf(content) === undefined);
  return { ...contents, added_tokens: kept };
}

function sideOf(config: JsonPart, contents: JsonPart | undefined): "left" | "right" {
  const stored = isPart(contents?.truncation) ? stringOf(contents.truncation.direction).toLowerCase() : undefined;
  return (config.truncation_side ?? stored) === "left" ? "left" : "right";
}

/** Whether two readings are the same tokenizer; vocabularies are the same anyway. */
function isSame(a: Reading, b: Reading): boolean {
  return a.types === b.types && outline(a.contents) === outline(b.contents);
}

function outline({ model, normalizer, pre_tokenizer, post_processor, added_tokens }: JsonPart): string {
  const { vocab: _, merges: __, ...rest } = partOf(model);
  return JSON.stringify([rest, normalizer, pre_tokenizer, post_processor, added_tokens].map(sorted));
}

/** With keys in order, and without those that say nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isPart(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null && each !== false && each !== "")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
