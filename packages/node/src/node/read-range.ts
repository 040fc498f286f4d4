/** @file Parts of the files of a folder, as tensors stored beside a model are read. */

import { open } from "node:fs/promises";
import { join } from "node:path";
import type { ReadRange } from "@calig/core/internal/onnx/external-data";

/** Reads less than asked for where the file ends. */
export const readRangeIn =
  (folder: string): ReadRange =>
  async (location, offset, length) => {
    const file = await open(join(folder, location));
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  };
