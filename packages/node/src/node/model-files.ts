/** @file The files that lie beside the weights of every model: configuration, tokenizer, image processor. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { notJson } from "@calig/core/internal/checkpoint/json-fields";
import { CheckpointError } from "@calig/core/internal/errors";
import { findImageProcessor } from "@calig/core/internal/input/image/find-image-processor";
import type { ImageProcessor } from "@calig/core/internal/input/image/image-processor";
import type { Tokenizer } from "@calig/core/internal/input/text/tokenizer";
import type { Preprocessors, TokenizerFacts } from "@calig/core/internal/loading/model-parts";
import { readTokenizerFiles } from "@calig/core/internal/loading/tokenizer-files";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { createNativeTokenizer } from "../input/text/native-tokenizer.ts";

/** Contents of a file that must be there. @throws {CheckpointError} */
export async function readText(folder: string, file: string): Promise<string> {
  try {
    return await readFile(join(folder, file), "utf8");
  } catch (cause) {
    throw new CheckpointError(
      `Cannot load a model from "${folder}": there is no readable "${file}"; a Hugging Face model folder has one`,
      file,
      { cause },
    );
  }
}

async function readJson(folder: string, file: string): Promise<object | undefined> {
  const text = await readFile(join(folder, file), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return parseJson(text) as object;
  } catch (cause) {
    throw new CheckpointError(`Cannot read "${file}" in "${folder}": ${notJson(text)}`, file, {
      cause,
    });
  }
}

/** @throws {CheckpointError} When there is none, or it asks for what calig does not do. */
export const readImageProcessor = (folder: string): Promise<ImageProcessor> =>
  findImageProcessor((file) => readFile(join(folder, file), "utf8").catch(() => undefined), folder);

/**
 * @throws {CheckpointError} When there is no tokenizer, or not one that the library reads.
 */
export async function readTokenizer(folder: string, facts: TokenizerFacts): Promise<Tokenizer> {
  const files = await readTokenizerFiles({
    name: folder,
    text: (file) => readFile(join(folder, file), "utf8").catch(() => undefined),
    json: (file) => readJson(folder, file),
    list: () => readdir(folder).catch(() => []),
  });
  return createNativeTokenizer({ ...files, ...facts });
}

export const preprocessorsIn = (folder: string): Preprocessors => ({
  tokenizer: (facts) => readTokenizer(folder, facts),
  imageProcessor: () => readImageProcessor(folder),
});
