/** @file The index of a checkpoint in several files: which files there are. */

import { CheckpointError } from "../errors.ts";
import { parseJson } from "../util/parse-json.ts";
import { notJson } from "./json-fields.ts";

/**
 * Names of the files that a `model.safetensors.index.json` lists, sorted, each once.
 *
 * @param json - Text of the index: `{ "weight_map": { "tensor": "file" } }`.
 * @throws {CheckpointError} When it is no such index, or a name leaves the folder.
 */
export const shardFiles = (json: string, file: string): readonly string[] =>
  [...new Set(shardMap(json, file).values())].sort();

/** The file of every tensor. @throws {CheckpointError} As `shardFiles`. */
function shardMap(json: string, file: string): ReadonlyMap<string, string> {
  let index: unknown;
  try {
    index = parseJson(json);
  } catch (cause) {
    throw new CheckpointError(`Cannot read "${file}": ${notJson(json)}`, file, { cause });
  }
  const map = (index as { readonly weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== "object" || map === null || Object.keys(map).length === 0) {
    throw new CheckpointError(
      `Cannot read "${file}": it has no "weight_map" from tensors to files; download it again`,
      file,
    );
  }
  const names = [...new Set(Object.values(map) as unknown[])];
  const wrong = names.find((name) => typeof name !== "string" || !/^[^/\\]+\.safetensors$/.test(name));
  if (wrong !== undefined) {
    throw new CheckpointError(
      `Cannot read "${file}": it names the file ${JSON.stringify(wrong)}; shards are safetensors files in the same folder`,
      file,
    );
  }
  return new Map(Object.entries(map as Record<string, string>));
}

const SHOWN = 3;

/**
 * Checks that the shards hold what the index says.
 *
 * @param shards - Names of the tensors of each file.
 * @throws {CheckpointError} When a tensor is not in its file, or is in several.
 */
export function checkShards(json: string, file: string, shards: ReadonlyMap<string, Iterable<string>>): void {
  const wanted = shardMap(json, file);
  const places = new Map<string, string>();
  for (const [shard, names] of shards) {
    for (const name of names) {
      const other = places.get(name);
      if (other !== undefined) {
        throw new CheckpointError(
          `Cannot read the weights of "${file}": tensor "${name}" is in "${other}" and in "${shard}"; the shards are of different checkpoints, download all of them again`,
          file,
        );
      }
      places.set(name, shard);
    }
  }
  const missing = [...wanted].filter(([name, shard]) => places.get(name) !== shard);
  if (missing.length === 0) return;
  const shown = missing.slice(0, SHOWN).map(([name, shard]) => `"${name}" in "${shard}"`);
  throw new CheckpointError(
    `Cannot read the weights of "${file}": it promises tensors that are not there, ${shown.join(", ")}${missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : ""}; the index and the shards are of different checkpoints, download all of them again`,
    file,
  );
}
