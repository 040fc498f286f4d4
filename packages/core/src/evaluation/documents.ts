/** @file The texts that a data set compares others with, as documents that are searched: at which rank the right one is found. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { TextInput } from "../attribution/input.ts";
import { embeddingOf, makesEmbeddings } from "../attribution/similarity.ts";
import { type DatasetItem, isLazy } from "./dataset.ts";

/** Documents that are searched by embeddings. */
export interface Documents {
  readonly texts: readonly string[];
  /**
   * At which rank a document is found by an embedding: 1 where it is the most similar one; among equals the last.
   *
   * Cost: at first a forward pass for each document.
   */
  rank(document: string, embedding: ArrayLike<number>): Promise<number>;
}

/** The text that an input is compared with, where that is one. */
export function documentOf({ input }: Pick<DatasetItem, "input">): string | undefined {
  if (isLazy(input)) return undefined;
  const { pair, with: other = pair } = input as Partial<TextInput>;
  return typeof other === "string" ? other : undefined;
}

/** The documents of a data set; undefined where the model makes no embeddings, or there are fewer than two. */
export function documentsOf(model: ExplainableModel, items: readonly DatasetItem[]): Documents | undefined {
  if (!makesEmbeddings(model)) return undefined;
  const texts = [...new Set(items.flatMap((item) => documentOf(item) ?? []))];
  if (texts.length < 2) return undefined;
  const prompts = items.map(({ input }) => (input as Partial<TextInput>).withPrompt);
  const [textPrompt] = prompts;
  let all: Promise<readonly Float64Array[]> | undefined;
  const isDot = model.sentences?.similarity === "dot";
  const embed = async (): Promise<readonly Float64Array[]> => {
    const vectors: Float64Array[] = [];
    for (const text of texts) {
      const vector = await embeddingOf(model, { text, ...(textPrompt === undefined ? {} : { textPrompt }) });
      const length = isDot ? 1 : Math.hypot(...vector);
      vectors.push(vector.map((value) => value / length));
    }
    return vectors;
  };
  return {
    texts,
    async rank(document, embedding) {
      all ??= embed();
      // The length of the embedding itself is the same for all.
      const similarities = (await all).map((vector) =>
        vector.reduce((sum, value, i) => sum + value * (embedding[i] as number), 0),
      );
      const own = similarities[texts.indexOf(document)] as number;
      return similarities.filter((value) => value >= own).length;
    },
  };
}
