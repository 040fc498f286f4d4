/** @file Checkpoints whose tensors have other names than the model gives them, or that the configuration does not fit. */

import { explain } from "@calig/core/internal/attribution/explain";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { CheckpointError } from "@calig/core/internal/errors";
import { loadModel } from "@calig/node/internal/node/load-model";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();

/** The tiny BERT with its tensors renamed; what they hold stays the same. */
const renamed = (rename: (name: string) => string, config: object = {}) =>
  tempFolder({
    ...tinyBertFiles(),
    "config.json": JSON.stringify({ ...TINY_CONFIG, ...config }),
    "model.safetensors": encodeSafetensors(
      tinyTensors().map(([name, shape]) => ({
        name: rename(name),
        dtype: "float32",
        shape,
        data: hashedParameter(name, shape),
      })),
    ),
  });

/** Logits of a text. */
async function logitsOf(folder: string): Promise<readonly number[]> {
  await using model = await loadModel(folder);
  const { predictions } = await explain(model, "The plot is thin.", { method: "random" });
  return [...predictions].sort((a, b) => a.index - b.index).map(({ logit }) => logit);
}

describe("loadModel() of a checkpoint with other names", () => {
  it.each(["module.", "_orig_mod.module.", "model.", "net.0."])(
    "reads tensors that all begin with %s",
    async (prefix) => {
      expect(await logitsOf(await renamed((name) => prefix + name))).toEqual(
        await logitsOf(await renamed((name) => name)),
      );
    },
  );

  it("reads gamma and beta for scale and shift", async () => {
    const old = (name: string) =>
      name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
    expect(await logitsOf(await renamed(old))).toEqual(await logitsOf(await renamed((name) => name)));
  });

  it("names what the file has where a name is missing", async () => {
    const loading = loadModel(await renamed((name) => (name.startsWith("bert.") ? `wrapped.${name}` : name)));
    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow(
      /tensor "bert\.embeddings\.word_embeddings\.weight" is missing.*such as "wrapped\.bert/,
    );
  });

  it("refuses blocks that the configuration does not count", async () => {
    const loading = loadModel(await renamed((name) => name, { num_hidden_layers: 1 }));
    await expect(loading).rejects.toThrow('"num_hidden_layers" in config.json is 1, and the weights have 2 blocks');
  });

  it("warns of tensors that the model does not use", async () => {
    const folder = await tempFolder({
      ...tinyBertFiles(),
      "model.safetensors": encodeSafetensors([
        ...tinyTensors().map(([name, shape]) => ({
          name,
          dtype: "float32" as const,
          shape,
          data: hashedParameter(name, shape),
        })),
        { name: "gate.weight", dtype: "float32", shape: [1], data: new Float32Array(1) },
      ]),
    });
    await using model = await loadModel(folder);
    expect(model.warnings?.map(({ code, message }) => [code, message.includes('"gate.weight"')])).toEqual([
      ["unused-tensors", true],
    ]);
  });
});
