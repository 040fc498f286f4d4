/** @file The weights of a checkpoint folder, in one file or in shards: where each tensor lies. Bytes stay in the files. */

import { open, readFile, realpath } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { ADAPTER_WEIGHTS } from "../checkpoint/adapter/adapter.ts";
import {
  parseSafetensorsHeader,
  type SafetensorsIndex,
  safetensorsHeaderLength,
  toStoredTensor,
} from "../checkpoint/safetensors.ts";
import { shardFiles } from "../checkpoint/shards.ts";
import { CheckpointError } from "../errors.ts";
import { checkpointWeights, SHARD_INDEX, WEIGHTS } from "../loading/checkpoint-weights.ts";
import type { WeightFacts } from "../loading/model-parts.ts";
import type { StoredTensor } from "../onnx/model.ts";
import type { WeightSource } from "../transformer/parameters.ts";
import { commonFolder, sha256 } from "./file-places.ts";

/** What the weights of a model are, and where. */
export interface StoredWeightFacts extends WeightFacts {
  /** Real folder that holds all files: what external data is relative to. */
  readonly folder: string;
}

export interface CheckpointWeights extends StoredWeightFacts {
  readonly source: WeightSource;
  /** Tensors of the adapter that was asked for, by the names in its file. */
  readonly adapter: ReadonlyMap<string, StoredTensor>;
}

/** Bytes of the length field that a safetensors file starts with. */
const LENGTH_FIELD = 8;

/** One weights file whose header was read. */
interface WeightsFile {
  /** Real path. */
  readonly path: string;
  readonly size: number;
  readonly index: SafetensorsIndex;
}

/**
 * Reads the headers of `model.safetensors`, or of the shards that `model.safetensors.index.json` names.
 *
 * Paths are resolved through links first: the engine refuses external data that leaves its folder.
 * Cost: the files are read once for their SHA-256; their tensors are not loaded.
 *
 * @param adapter - Folder of an adapter whose weights are read, too.
 * @throws {CheckpointError} When a file is missing, truncated or inconsistent.
 */
export async function readWeights(folder: string, adapter?: string): Promise<CheckpointWeights> {
  const names = await weightFiles(folder);
  const files: WeightsFile[] = [];
  for (const name of names) files.push(await readHeader(folder, name));
  const own = adapter === undefined ? [] : [await readHeader(adapter, ADAPTER_WEIGHTS)];
  const paths = [...files, ...own].map(({ path }) => path);
  const common = commonFolder(paths.map((path) => dirname(path)));
  const description = join(folder, names.length === 1 ? (names[0] as string) : SHARD_INDEX);
  return {
    ...checkpointWeights(
      files.map(({ path, index, size }) => ({ location: relative(common, path), index, size })),
      description,
    ),
    folder: common,
    adapter: new Map(
      own.flatMap(({ path, index }) =>
        [...index.tensors].map(([name, entry]) => [name, toStoredTensor(entry, relative(common, path))] as const),
      ),
    ),
    sha256: await sha256(paths),
  };
}

/** Names of the weights files: the one, else the shards of the index. */
async function weightFiles(folder: string): Promise<readonly string[]> {
  if ((await realpath(join(folder, WEIGHTS)).catch(() => undefined)) !== undefined) return [WEIGHTS];
  const index = await readFile(join(folder, SHARD_INDEX), "utf8").catch(() => undefined);
  return index === undefined ? [WEIGHTS] : shardFiles(index, SHARD_INDEX);
}

async function readHeader(folder: string, file: string): Promise<WeightsFile> {
  const path = await resolveFile(folder, file);
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const first = new Uint8Array(Math.min(LENGTH_FIELD, size));
    await handle.read(first, 0, first.length, 0);
    const length = safetensorsHeaderLength(first, size, file);
    const header = new Uint8Array(length);
    await handle.read(header, 0, length, LENGTH_FIELD);
    return { path, size, index: parseSafetensorsHeader(header, size, file) };
  } finally {
    await handle.close();
  }
}

async function resolveFile(folder: string, file: string): Promise<string> {
  try {
    return await realpath(join(folder, file));
  } catch (cause) {
    throw new CheckpointError(
      `Cannot load weights from "${folder}": there is no file "${file}"; calig reads checkpoints stored as safetensors, in one file or in shards with "${SHARD_INDEX}"`,
      file,
      { cause },
    );
  }
}
