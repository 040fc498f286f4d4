/** @file The files of a tokenizer in a model's folder, wherever that is: which are read, and what to say where there is none. */

import { CheckpointError, quote } from "../errors.ts";
import type { TokenizerFiles, VocabularyFiles } from "../input/text/settings/tokenizer-files.ts";
import { MAKE_TOKENIZER_JSON } from "../input/text/settings/vocabulary-model.ts";
import { filesIn, type ModelStore, readJson } from "./model-store.ts";

/** Vocabularies of which tokenizer.json has to be made first. */
const FOREIGN = /\.(model|vocab|spm)$|^(tekken\.json|vocab\.bpe|bpe\.codes|encoder\.json|source\.spm)$/;
/** The special tokens that tokenizer_config.json may name. */
const ROLES = ["pad_token", "mask_token", "unk_token", "cls_token", "sep_token"];

/** @throws {CheckpointError} When there is no tokenizer, or none that can be read without transformers. */
export async function readTokenizerFiles(
  store: ModelStore,
): Promise<Omit<TokenizerFiles, "modelMaxLength" | "model" | "embeddingRows">> {
  const tokenizerConfig = await readJson(store, "tokenizer_config.json");
  const tokenizerJson = await store.text("tokenizer.json");
  const vocabulary = tokenizerJson === undefined ? await readVocabulary(store) : undefined;
  // Read only where they have something to say: asking for a file that is not there looks like an error.
  const complete =
    Object.hasOwn(tokenizerConfig ?? {}, "added_tokens_decoder") ||
    (!store.listed && ROLES.every((role) => Object.hasOwn(tokenizerConfig ?? {}, role)));
  return {
    tokenizerJson,
    vocabulary,
    tokenizerConfig,
    specialTokensMap: complete ? undefined : await readJson(store, "special_tokens_map.json"),
    addedTokens: complete ? undefined : await readJson(store, "added_tokens.json"),
  };
}

async function readVocabulary(store: ModelStore): Promise<VocabularyFiles> {
  const lines = await store.text("vocab.txt");
  if (lines !== undefined) return { kind: "lines", vocabulary: lines };
  const vocabulary = await store.text("vocab.json");
  const merges = vocabulary === undefined ? undefined : await store.text("merges.txt");
  if (vocabulary !== undefined && merges !== undefined) return { kind: "merges", vocabulary, merges };
  const names = await filesIn(store);
  const foreign = names.filter((name) => FOREIGN.test(name));
  const there = foreign.length > 0 ? foreign : names.filter((name) => /^(vocab|merges|tokenizer)/.test(name));
  const found = there.length === 0 ? "" : `; there ${there.length === 1 ? "is" : "are"} ${there.map(quote).join(", ")}`;
  const remedy =
    foreign.length > 0
      ? `transformers makes one of ${foreign.length === 1 ? "it" : "them"}, in the model's folder: ${MAKE_TOKENIZER_JSON}`
      : (store.remedy ??
        `copy it from where the model comes from, or make it in the model's folder: ${MAKE_TOKENIZER_JSON}`);
  throw new CheckpointError(
    `Cannot load a tokenizer from "${store.where}": there is no "tokenizer.json", no "vocab.txt" and no "vocab.json" with "merges.txt"${found}; ${remedy}`,
    "tokenizer.json",
  );
}
