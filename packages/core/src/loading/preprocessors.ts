/** @file The files that lie beside the weights of every model: those of its tokenizer and of its image processor. */

import { findImageProcessor } from "../input/image/find-image-processor.ts";
import type { LoadContext } from "./load-context.ts";
import type { Preprocessors } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";
import { readTokenizerFiles } from "./tokenizer-files.ts";

export const preprocessorsIn = (
  store: ModelStore,
  { createTokenizer }: Pick<LoadContext, "createTokenizer">,
): Preprocessors => ({
  tokenizer: async (facts) => createTokenizer({ ...(await readTokenizerFiles(store)), ...facts }),
  imageProcessor: () => findImageProcessor((file) => store.text(file), store.where, { thrifty: !store.listed }),
});
