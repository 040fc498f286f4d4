/** @file The weights of a checkpoint folder: where each tensor lies in its file. Bytes stay in the file. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parseSafetensorsHeader, safetensorsHeaderLength, toStoredTensor } from "../checkpoint/safetensors.ts";
import { CheckpointError } from "../errors.ts";
import type { WeightSource } from "../transformer/parameters.ts";

export interface CheckpointWeights {
  readonly source: WeightSource;
  /** Real folder of the weights file: what external data is relative to. */
  readonly folder: string;
  readonly bytes: number;
  readonly parameters: number;
  /** Element types found, most frequent first. */
  readonly dtypes: readonly string[];
  readonly sha256: string;
}

/** Bytes of the length field that a safetensors file starts with. */
const LENGTH_FIELD = 8;

/**
 * Reads the header of `model.safetensors`.
 *
 * The path is resolved through links first: the engine refuses external data that leaves its folder.
 * Cost: the file is read once for its SHA-256; its tensors are not loaded.
 *
 * @throws {CheckpointError} When the file is missing, truncated or inconsistent.
 */
export async function readWeights(folder: string, file = "model.safetensors"): Promise<CheckpointWeights> {
  const path = await resolveFile(folder, file);
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const first = new Uint8Array(Math.min(LENGTH_FIELD, size));
    await handle.read(first, 0, first.length, 0);
    const length = safetensorsHeaderLength(first, size, file);
    const header = new Uint8Array(length);
    await handle.read(header, 0, length, LENGTH_FIELD);
    const index = parseSafetensorsHeader(header, size, file);
    const location = basename(path);
    const counts = new Map<string, number>();
    let parameters = 0;
    for (const tensor of index.tensors.values()) {
      const elements = tensor.shape.reduce((product, axis) => product * axis, 1);
      parameters += elements;
      counts.set(tensor.dtype, (counts.get(tensor.dtype) ?? 0) + elements);
    }
    return {
      folder: dirname(path),
      bytes: size,
      parameters,
      dtypes: [...counts].sort((a, b) => b[1] - a[1]).map(([dtype]) => dtype),
      sha256: await sha256(path),
      source: {
        description: join(folder, file),
        names: new Set(index.tensors.keys()),
        get(name) {
          const entry = index.tensors.get(name);
          if (entry === undefined) throw new CheckpointError(`Cannot find tensor "${name}" in "${file}"`, file);
          return toStoredTensor(entry, location);
        },
      },
    };
  } finally {
    await handle.close();
  }
}

async function resolveFile(folder: string, file: string): Promise<string> {
  try {
    return await realpath(join(folder, file));
  } catch (cause) {
    throw new CheckpointError(
      `Cannot load weights from "${folder}": there is no file "${file}"; calig reads checkpoints stored as safetensors`,
      file,
      { cause },
    );
  }
}

function sha256(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash("sha256");
    createReadStream(path, { highWaterMark: 2 ** 20 })
      .on("data", (chunk) => hash.update(chunk))
      .on("error", reject)
      .on("end", () => resolve(hash.digest("hex")));
  });
}
