/** @file A folder of every text family is loaded and explained, from a baseline of tokens and one of word vectors. */

import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { type ParityCase, readParityFile } from "../support/parity.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const { cases } = readParityFile("text");

/** The model of a case as a folder, with the vocabulary of the tokenizer that comes with the tiny BERT. */
function folderOf({ config, tensors, gain }: ParityCase): Promise<string> {
  const { vocab_size } = TINY_CONFIG;
  const resized = tensors.map(([name, shape]) => {
    const isWords = /(word|tok)_embeddings\.weight$/.test(name);
    return [name, isWords ? [vocab_size, shape[1] as number] : shape] as const;
  });
  return tempFolder({
    ...tinyBertFiles(),
    "config.json": JSON.stringify({ ...config, vocab_size, pad_token_id: 0 }),
    "model.safetensors": encodeSafetensors(
      resized.map(([name, shape]) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape, gain) })),
    ),
  });
}

describe.each(cases.map((reference) => [reference.name, reference] as const))("explain() with %s", (_, reference) => {
  it("accounts for the score in every block", async () => {
    await using model = await loadModel(await folderOf(reference));
    expect(model.facts.task).toBe(
      reference.target.token === undefined ? "text-classification" : "token-classification",
    );
    for (const baseline of ["mask", "mean"] as const) {
      const { blocks, features } = await explain(model, "Short, but not too short.", { baseline, target: 1 });
      expect(features).toHaveLength(9);
      for (const { completeness } of blocks) expect(completeness.relativeError, baseline).toBeLessThanOrEqual(0.01);
    }
  });
});
