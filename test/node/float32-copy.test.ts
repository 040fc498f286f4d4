/** @file Weights copied as float32: the same numbers, and nothing left behind. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { anyWeights, checkpointWeights } from "@calig/core/internal/loading/checkpoint-weights";
import { readContents } from "@calig/core/internal/loading/contents";
import { asFloat32 } from "@calig/core/internal/loading/float32-weights";
import { readStoredTensor } from "@calig/core/internal/onnx/external-data";
import { floatToHalf } from "@calig/core/internal/tensor/half";
import { diskStore } from "@calig/node/internal/node/disk-store";
import { scratchFile } from "@calig/node/internal/node/scratch-file";
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

describe("asFloat32()", () => {
  /** All tensors of a folder, converted into a temporary file below `parent`. */
  async function convert(folder: string, parent: string) {
    const weights = await checkpointWeights(await anyWeights(await readContents(diskStore(folder))));
    return { weights, copy: await asFloat32(weights, { names: [...weights.source.names] }, () => scratchFile(parent)) };
  }

  it("holds the values of all tensors, and is gone after release", async () => {
    const parent = await tempFolder();
    const { weights, copy } = await convert(await folderOf("float16"), parent);
    for (const name of ["whole", "half"]) {
      const stored = copy.source.get(name);
      for (const read of [copy.read, readRangeOf(copy.place.weightsFolder as string)]) {
        const { dtype, shape, data } = await readStoredTensor(stored, read);
        expect([dtype, shape]).toEqual(["float32", weights.source.get(name).shape]);
        expect(data).toBeAllClose(VALUES, { rtol: name === "whole" ? 0 : 1e-3, atol: 6e-8 });
      }
    }
    await copy.release();
    expect(await readdir(parent)).toEqual([]);
  });

  it("leaves nothing behind when a tensor cannot be converted", async () => {
    const parent = await tempFolder();
    await expect(convert(await folderOf("int64"), parent)).rejects.toThrow(
      /Cannot convert the weights of .* int64 to float32/,
    );
    expect(await readdir(parent)).toEqual([]);
  });

  it("says where there is no room", async () => {
    const nowhere = join(await tempFolder(), "nowhere");
    await expect(convert(await folderOf("float16"), nowhere)).rejects.toThrow(
      /Cannot keep the weights as float32 in ".*nowhere": there is no such file or folder; make room there, or set TMPDIR/,
    );
  });
});
