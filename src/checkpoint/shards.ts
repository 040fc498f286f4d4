/** @file The index of a checkpoint in several files: which files there are. */

import { CheckpointError } from "../errors.ts";

/**
 * Names of the files that a `model.safetensors.index.json` lists, sorted, each once.
 *
 * @param json - Text of the index: `{ "weight_map": { "tensor": "file" } }`.
 * @throws {CheckpointError} When it is no such index, or a name leaves the folder.
 */
export function shardFiles(json: string, file: string): readonly string[] {
  let index: unknown;
  try {
    index = JSON.parse(json);
  } catch (cause) {
    throw new CheckpointError(`Cannot read "${file}": it is not valid JSON; download it again`, file, { cause });
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
  return (names as string[]).sort();
}
