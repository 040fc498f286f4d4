/** @file The files of a tokenizer in a model's folder, wherever that is: which are read, and what to say where there is none. */

import { CheckpointError, quote } from "../errors.ts";
import type { TokenizerFiles, VocabularyFiles } from "../input/text/settings/tokenizer-files.ts";
import { MAKE_TOKENIZER_JSON } from "../input/text/settings/vocabulary-model.ts";

/** A folder as far as its tokenizer goes. Files that are not there are undefined. */
export interface TokenizerFolder {
  /** For messages. */
  readonly name: string;
  text(file: string): Promise<string | undefined>;
  json(file: string): Promise<object | undefined>;
  /** Names of all files; left out where a place cannot be listed, and asking for a file that is not there is seen. */
  list?(): Promise<readonly string[]>;
  /** What to do about a file that is not there. */
  readonly remedy?: string;
}

/** Vocabularies of which tokenizer.json has to be made first. */
const FOREIGN = /\.(model|vocab|spm)$|^(tekken\.json|vocab\.bpe|bpe\.codes|encoder\.json|source\.spm)$/;
/** The special tokens that tokenizer_config.json may name. */
const ROLES = ["pad_token", "mask_token", "unk_token", "cls_token", "sep_token"];

/** @throws {CheckpointError} When there is no tokenizer, or none that can be read without transformers. */
export async function readTokenizerFiles(
  folder: TokenizerFolder,
): Promise<Omit<TokenizerFiles, "modelMaxLength" | "model" | "embeddingRows">> {
  const tokenizerConfig = await folder.json("tokenizer_config.json");
  const tokenizerJson = await folder.text("tokenizer.json");
  const vocabulary = tokenizerJson === undefined ? await readVocabulary(folder) : undefined;
  // Read only where they have something to say: asking for a file that is not there looks like an error.
  const complete =
    Object.hasOwn(tokenizerConfig ?? {}, "added_tokens_decoder") ||
    (folder.list === undefined && ROLES.every((role) => Object.hasOwn(tokenizerConfig ?? {}, role)));
  return {
    tokenizerJson,
    vocabulary,
    tokenizerConfig,
    specialTokensMap: complete ? undefined : await folder.json("special_tokens_map.json"),
    addedTokens: complete ? undefined : await folder.json("added_tokens.json"),
  };
}

async function readVocabulary(folder: TokenizerFolder): Promise<VocabularyFiles> {
  const lines = await folder.text("vocab.txt");
  if (lines !== undefined) return { kind: "lines", vocabulary: lines };
  const vocabulary = await folder.text("vocab.json");
  const merges = vocabulary === undefined ? undefined : await folder.text("merges.txt");
  if (vocabulary !== undefined && merges !== undefined) return { kind: "merges", vocabulary, merges };
  const names = folder.list === undefined ? [] : await folder.list();
  const foreign = names.filter((name) => FOREIGN.test(name));
  const there = foreign.length > 0 ? foreign : names.filter((name) => /^(vocab|merges|tokenizer)/.test(name));
  const found = there.length === 0 ? "" : `; there ${there.length === 1 ? "is" : "are"} ${there.map(quote).join(", ")}`;
  const remedy =
    foreign.length > 0
      ? `transformers makes one of ${foreign.length === 1 ? "it" : "them"}, in the model's folder: ${MAKE_TOKENIZER_JSON}`
      : (folder.remedy ??
        `copy it from where the model comes from, or make it in the model's folder: ${MAKE_TOKENIZER_JSON}`);
  throw new CheckpointError(
    `Cannot load a tokenizer from "${folder.name}": there is no "tokenizer.json", no "vocab.txt" and no "vocab.json" with "merges.txt"${found}; ${remedy}`,
    "tokenizer.json",
  );
}
