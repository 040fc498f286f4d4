/** @file The tensors of a checkpoint whose files were found: by the names that the model gives them, where the engine finds them. */

import { type SafetensorsEntry, toStoredTensor } from "../checkpoint/safetensors.ts";
import { CheckpointError } from "../errors.ts";
import type { StoredTensor } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";
import type { CheckpointFiles, IndexedFile } from "./checkpoint-files.ts";
import { commonPrefix } from "./common-prefix.ts";
import type { PlacedWeights } from "./float32-weights.ts";
import type { WeightFacts } from "./model-parts.ts";
import { weightFiles } from "./weight-files.ts";

export interface CheckpointWeights extends PlacedWeights {
  readonly facts: Omit<WeightFacts, "sha256">;
  /** Of all files, those of the adapter last. Cost: they are read. */
  sha256(): Promise<string>;
  /** Tensors of the adapter, by the names in its file. */
  readonly adapter: ReadonlyMap<string, StoredTensor>;
}

/** @param adapter - The weights file of an adapter that programs read, too. */
export function checkpointWeights({ files, description }: CheckpointFiles, adapter?: IndexedFile): CheckpointWeights {
  const { locations, place, read, sha256 } = weightFiles(adapter === undefined ? files : [...files, adapter]);
  const tensors = new Map(
    withoutPrefix(files).map(([entry, file]) => [entry.name, { entry, location: locations[file] as string }] as const),
  );
  const counts = new Map<DType, number>();
  for (const { entry } of tensors.values()) {
    const elements = entry.shape.reduce((product, axis) => product * axis, 1);
    counts.set(entry.dtype, (counts.get(entry.dtype) ?? 0) + elements);
  }
  const added = locations.at(-1) as string;
  return {
    facts: {
      bytes: files.reduce((sum, { file: { size } }) => sum + size, 0),
      parameters: [...counts.values()].reduce((sum, elements) => sum + elements, 0),
      elements: new Map([...counts].sort((a, b) => b[1] - a[1])),
    },
    place,
    read,
    sha256,
    source: {
      description,
      names: new Set(tensors.keys()),
      get(name) {
        const tensor = tensors.get(name);
        if (tensor === undefined) throw new CheckpointError(`Cannot find tensor "${name}" in "${description}"`);
        return toStoredTensor(tensor.entry, tensor.location);
      },
    },
    adapter: new Map([...(adapter?.index.tensors ?? [])].map(([name, entry]) => [name, toStoredTensor(entry, added)])),
  };
}

/** All tensors, without what a framework set before all of their names, and the number of the file of each. */
function withoutPrefix(files: CheckpointFiles["files"]): readonly (readonly [SafetensorsEntry, number])[] {
  const prefix = commonPrefix(files.flatMap(({ index }) => [...index.tensors.keys()]));
  return files.flatMap(({ index }, file) =>
    [...index.tensors].map(([name, entry]) => [{ ...entry, name: name.slice(prefix.length) }, file] as const),
  );
}
