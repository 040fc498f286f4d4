/**
 * @file Folders of decoders as they are published: shards, tied heads, names without a prefix. The numbers are those of
 * transformers (test/golden/parity-decoders.json).
 */

import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { loadModel } from "@calig/node";
import { openStore } from "@calig/web/internal/web/model-files";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { type ParityCase, parityFeeds, readParityFile } from "../support/parity.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";

const { cases } = readParityFile("decoders");

/** The files of a case in two shards. @param renamed - Names of tensors in the files. */
function folderOf({ config, tensors, gain }: ParityCase, renamed: (name: string) => string) {
  const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
  const shardOf = (index: number) => shards[index % 2] as string;
  const weight_map = Object.fromEntries(tensors.map(([name], index) => [renamed(name), shardOf(index)]));
  const written = (file: string) =>
    tensors
      .filter((_, index) => shardOf(index) === file)
      .map(([name, shape]) => {
        const data = hashedParameter(name, shape, gain);
        return { name: renamed(name), dtype: "float32" as const, shape, data };
      });
  return {
    "config.json": JSON.stringify(config),
    "tokenizer.json": tinyTokenizer(),
    "model.safetensors.index.json": JSON.stringify({ weight_map }),
    ...Object.fromEntries(shards.map((file) => [file, encodeSafetensors(written(file))])),
  };
}

describe.each([
  ["qwen2", (name: string) => name],
  ["gemma2", (name: string) => name],
  ["gpt2", (name: string) => name.replace(/^transformer\./, "")],
] as const)("a folder of %s, whose head is tied", (family, renamed) => {
  const reference = cases.find(({ name }) => name === family) as ParityCase;

  it("gives the logits of transformers", async () => {
    expect(reference.tensors.some(([name]) => name.startsWith("lm_head"))).toBe(false);
    await using model = await loadModel(openStore(folderOf(reference, renamed)), { threads: 1 });
    const { logits } = await model.programs.forward(parityFeeds(model.transformer, reference));
    const { values } = reference.logits;
    const apart = values.map((value, i) => Math.abs(value - (logits.data[i] as number)));
    expect(Math.max(...apart) / Math.max(...values.map(Math.abs))).toBeLessThan(1e-4);
  });
});
