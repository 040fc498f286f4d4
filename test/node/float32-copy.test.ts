/** @file Weights copied as float32: the same numbers, and nothing left behind. */

import { readdir } from "node:fs/promises";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { readStoredTensor } from "@calig/core/internal/onnx/external-data";
import { floatToHalf } from "@calig/core/internal/tensor/half";
import { copyAsFloat32 } from "@calig/node/internal/node/float32-copy";
import { readWeights } from "@calig/node/internal/node/weights";
import { describe, expect, it } from "vitest";
import { readRangeOf, useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const VALUES = Float32Array.from([0, 1, -2.5, 0.0999755859375, 65504, 6e-8]);

const folderOf = (dtype: "float16" | "int64") =>
  tempFolder({
    "model.safetensors": encodeSafetensors([
      { name: "whole", dtype: "float32", shape: [2, 3], data: VALUES },
      dtype === "float16"
        ? { name: "half", dtype, shape: [3, 2], data: floatToHalf(VALUES) }
        : { name: "numbers", dtype, shape: [1], data: BigInt64Array.of(3n) },
    ]),
  });

describe("copyAsFloat32()", () => {
  it("holds the values of all tensors, and is gone after release", async () => {
    const parent = await tempFolder();
    const weights = await readWeights(await folderOf("float16"));
    const copy = await copyAsFloat32(weights, { parent });
    for (const name of ["whole", "half"]) {
      const stored = copy.source.get(name);
      const { dtype, shape, data } = await readStoredTensor(stored, readRangeOf(copy.folder));
      expect([dtype, shape]).toEqual(["float32", weights.source.get(name).shape]);
      expect(data).toBeAllClose(VALUES, { rtol: name === "whole" ? 0 : 1e-3, atol: 6e-8 });
    }
    await copy.release();
    expect(await readdir(parent)).toEqual([]);
  });

  it("leaves nothing behind when a tensor cannot be converted", async () => {
    const parent = await tempFolder();
    const weights = await readWeights(await folderOf("int64"));
    await expect(copyAsFloat32(weights, { parent })).rejects.toThrow(
      /Cannot convert the weights of .* int64 to float32/,
    );
    expect(await readdir(parent)).toEqual([]);
  });
});
