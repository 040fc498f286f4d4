/** @file Checkpoints in several files: the same model as in one. */

import { mkdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;

/** The tiny model with every other tensor in the second file. */
function shardedFiles(): Files {
  const { "model.safetensors": _, ...files } = tinyBertFiles();
  const tensors = tinyTensors();
  const map = Object.fromEntries(tensors.map(([name], index) => [name, SHARDS[index % 2] as string]));
  const shard = (file: string) =>
    encodeSafetensors(
      tensors
        .filter(([name]) => map[name] === file)
        .map(([name, shape]) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape) })),
    );
  return {
    ...files,
    "model.safetensors.index.json": JSON.stringify({ weight_map: map }),
    ...Object.fromEntries(SHARDS.map((file) => [file, shard(file)])),
  };
}

describe("loadModel() of a sharded checkpoint", () => {
  it("gives the explanation of the same weights in one file", async () => {
    await using whole = await loadModel(await tempFolder(tinyBertFiles()));
    await using sharded = await loadModel(await tempFolder(shardedFiles()));
    const of = async (model: typeof whole) => (await explain(model, "An ordinary sentence.", { steps: 3 })).attribution;
    expect(await of(sharded)).toEqual(await of(whole));
    expect(sharded.weights.parameters).toBe(whole.weights.parameters);
  });

  it("follows links into different folders", async () => {
    const folder = await tempFolder(shardedFiles());
    for (const [index, file] of SHARDS.entries()) {
      const elsewhere = join(await tempFolder(), String(index));
      await mkdir(elsewhere);
      await rename(join(folder, file), join(elsewhere, "blob"));
      await symlink(join(elsewhere, "blob"), join(folder, file));
    }
    await using model = await loadModel(folder);
    expect((await explain(model, "Fine.", { steps: 2 })).blocks).toHaveLength(2);
  });

  it("names a shard that is missing", async () => {
    const { [SHARDS[1]]: _, ...files } = shardedFiles();
    await expect(loadModel(await tempFolder(files))).rejects.toThrow(
      /there is no file "model-00002-of-00002.safetensors"/,
    );
  });
});
