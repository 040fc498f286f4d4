/** @file The weights of a checkpoint folder, in one file or in shards: where each tensor lies. Bytes stay in the files. */

import { open, readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { ADAPTER_WEIGHTS } from "@calig/core/internal/checkpoint/adapter/adapter";
import {
  parseSafetensorsHeader,
  type SafetensorsIndex,
  safetensorsHeaderLength,
  toStoredTensor,
} from "@calig/core/internal/checkpoint/safetensors";
import { checkShards, shardFiles } from "@calig/core/internal/checkpoint/shards";
import { CheckpointError } from "@calig/core/internal/errors";
import { checkpointWeights, otherWeights, SHARD_INDEX, WEIGHTS } from "@calig/core/internal/loading/checkpoint-weights";
import type { WeightFacts } from "@calig/core/internal/loading/model-parts";
import { otherFormat } from "@calig/core/internal/loading/other-formats";
import type { StoredTensor } from "@calig/core/internal/onnx/model";
import type { WeightSource } from "@calig/core/internal/transformer/parameters";
import { commonFolder, sha256 } from "./file-places.ts";
import { isFile } from "./onnx-files.ts";

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
  const { names, index } = await weightFiles(folder);
  const files: WeightsFile[] = [];
  for (const name of names) files.push(await readHeader(folder, name));
  if (index !== undefined) {
    checkShards(index, SHARD_INDEX, new Map(files.map((file) => [file.index.file, file.index.tensors.keys()])));
  }
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

/**
 * Names of the weights files: the usual one, else the shards of the index, else the only other safetensors file.
 *
 * @throws {CheckpointError} When there is none, or several of which none has the usual name; says what there is instead.
 */
async function weightFiles(folder: string): Promise<{ readonly names: readonly string[]; readonly index?: string }> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.includes(WEIGHTS)) return { names: [WEIGHTS] };
  const index = names.includes(SHARD_INDEX) ? await readFile(join(folder, SHARD_INDEX), "utf8") : undefined;
  if (index !== undefined) {
    const shards = shardFiles(index, SHARD_INDEX);
    const missing = shards.filter((name) => !names.includes(name));
    if (missing.length === 0) return { names: shards, index };
    throw new CheckpointError(
      `Cannot load weights from "${folder}": "${SHARD_INDEX}" names ${shards.length} files, and there is no file ${missing.map((name) => `"${name}"`).join(", ")}; download ${missing.length === 1 ? "it" : "them"} again`,
      missing[0],
    );
  }
  return { names: [onlyWeights(folder, names)] };
}

/** @throws {CheckpointError} When there is none, or several. */
function onlyWeights(folder: string, names: readonly string[]): string {
  const others = otherWeights(names);
  const [only, ...more] = others;
  if (only !== undefined && more.length === 0) return only;
  const files = names.filter((name) => !/^(config\.json|tokenizer.*|vocab.*|merges\.txt)$/.test(name));
  const found =
    more.length > 0
      ? `there are ${others.map((name) => `"${name}"`).join(", ")}, none of which is called "${WEIGHTS}"; give the one that is meant that name`
      : `there is no file "${WEIGHTS}"; ${otherFormat(files) ?? `calig reads checkpoints stored as safetensors, in one file or in shards with "${SHARD_INDEX}"`}`;
  throw new CheckpointError(`Cannot load weights from "${folder}": ${found}`, WEIGHTS);
}

async function readHeader(folder: string, file: string): Promise<WeightsFile> {
  const path = await resolveFile(folder, file);
  if (!(await isFile(path))) {
    throw new CheckpointError(`Cannot load weights from "${folder}": "${file}" is no file; download it again`, file);
  }
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
