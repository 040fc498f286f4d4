/** @file What lies beside the weights of every model: its tokenizer, whatever files that is in, and its image processor. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { notJson } from "../checkpoint/json-fields.ts";
import { CheckpointError, quote } from "../errors.ts";
import type { ImageProcessor } from "../input/image/image-processor.ts";
import type { Size } from "../input/image/rgb-image.ts";
import type { TokenizerFiles, VocabularyFiles } from "../input/text/settings/tokenizer-files.ts";
import { MAKE_TOKENIZER_JSON } from "../input/text/settings/vocabulary-model.ts";
import type { Tokenizer } from "../input/text/tokenizer.ts";
import { streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { parseJson } from "../util/parse-json.ts";
import type { Contents } from "./contents.ts";
import type { LoadContext } from "./load-context.ts";
import type { TokenizerFacts } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";

/** Vocabularies of which tokenizer.json has to be made first. */
const FOREIGN = /\.(model|vocab|spm)$|^(tekken\.json|vocab\.bpe|bpe\.codes|encoder\.json|source\.spm)$/;
/** The special tokens that tokenizer_config.json may name. */
const ROLES = ["pad_token", "mask_token", "unk_token", "cls_token", "sep_token"];

/** Where the files are: beside the weights of the model, or of the base of an adapter. */
export type PreprocessorPlaces = readonly [own: Contents, base?: Contents];

/** @throws {CheckpointError} When there is no tokenizer, or none that can be read without transformers. */
export async function readTokenizer(
  places: PreprocessorPlaces,
  facts: TokenizerFacts,
  { createTokenizer }: Pick<LoadContext, "createTokenizer">,
): Promise<Tokenizer> {
  return createTokenizer({ ...(await readTokenizerFiles(savedIn(places))), ...facts });
}

/** How pictures are prepared, and the size that they get; undefined where it depends on the picture. */
export interface PictureReading {
  readonly imageProcessor: ImageProcessor;
  readonly size: Size | undefined;
}

/** @throws {CheckpointError} When no file says how pictures are prepared, or it asks for what calig does not do. */
export async function readImageProcessor(places: PreprocessorPlaces): Promise<PictureReading> {
  const store = savedIn(places);
  // Pages that explain texts need none of this.
  const { findImageProcessor } = await import("../input/image/find-image-processor.ts");
  const { processedSize } = await import("../input/image/process-image.ts");
  const imageProcessor = await findImageProcessor((file) => store.text(file), store.where, { thrifty: !store.listed });
  return { imageProcessor, size: processedSize(imageProcessor) };
}

/** Tokenizers and image processors are saved with adapters; where they are not, those of the base are meant. */
function savedIn([own, base = own]: PreprocessorPlaces): ModelStore {
  const saved = /^(tokenizer\.json|vocab\.(txt|json)|preprocessor_config\.json|.*\.model)$/;
  return base === own || own.names?.some((name) => saved.test(name)) === true ? own.store : base.store;
}

/**
 * @param maxLength - Most tokens that the model reads.
 * @throws {CheckpointError} When it reads none: positions begin behind that of padding.
 */
export function tokenizerFacts(
  config: CheckpointConfig | undefined,
  { graph, anatomy }: TransformerGraph,
  maxLength: number,
): TokenizerFacts {
  if (maxLength < 1) {
    throw new CheckpointError(
      `Cannot use "config.json": with its "max_position_embeddings" and "pad_token_id" the model reads ${maxLength} tokens; check that the file belongs to this model`,
      "config.json",
    );
  }
  const table = graph.initializers.find(({ name }) => name === streamOf(anatomy).wordEmbeddings?.table);
  const text = (key: string) => (config?.has(key) === true ? config.string(key) : undefined);
  return {
    modelMaxLength: maxLength,
    embeddingRows: table?.shape[0],
    ...(config === undefined
      ? {}
      : {
          model: {
            type: config.modelType,
            tokenizerClass: text("tokenizer_class"),
            madeWith: text("transformers_version"),
          },
        }),
  };
}

/** A JSON file; undefined where there is none. @throws {CheckpointError} When it is none. */
async function readJson(store: ModelStore, path: string): Promise<object | undefined> {
  const text = await store.text(path);
  if (text === undefined) return undefined;
  try {
    return parseJson(text) as object;
  } catch (cause) {
    throw new CheckpointError(`Cannot read "${path}" in "${store.where}": ${notJson(text)}`, path, { cause });
  }
}

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
  const hasTemplate = Object.hasOwn(tokenizerConfig ?? {}, "chat_template") || !store.listed;
  return {
    tokenizerJson,
    vocabulary,
    tokenizerConfig,
    chatTemplate: hasTemplate ? undefined : await store.text("chat_template.jinja"),
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
  const names = await store.list();
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
