/** @file The tensors of a checkpoint in one safetensors file or several whose headers were read. */

import { type SafetensorsIndex, toStoredTensor } from "../checkpoint/safetensors.ts";
import { CheckpointError } from "../errors.ts";
import type { DType } from "../tensor/dtype.ts";
import type { WeightSource } from "../transformer/parameters.ts";
import { commonPrefix } from "./common-prefix.ts";
import type { WeightFacts } from "./model-parts.ts";

/** The weights in one file, and the index of weights in several. */
export const WEIGHTS = "model.safetensors";
export const SHARD_INDEX = "model.safetensors.index.json";

/** Files of weights under other names: no adapter, no shard without its index, none in the names of the original code. */
export const otherWeights = (names: readonly string[]): readonly string[] =>
  names.filter(
    (name) =>
      name.endsWith(".safetensors") && !/^(adapter_model|consolidated|optimizer)|-\d+-of-\d+\.safetensors$/.test(name),
  );

/** One weights file. */
export interface WeightsFile {
  /** What the engine calls it. */
  readonly location: string;
  /** In bytes. */
  readonly size: number;
  readonly index: SafetensorsIndex;
}

/**
 * The tensors of a checkpoint by the names that the model gives them: without what a framework set before all of them.
 *
 * @param description - What the weights are called in errors.
 */
export function checkpointWeights(
  files: readonly WeightsFile[],
  description: string,
): Omit<WeightFacts, "sha256"> & { readonly source: WeightSource } {
  const prefix = commonPrefix(files.flatMap(({ index }) => [...index.tensors.keys()]));
  const places = new Map(
    files.flatMap(({ index, location }) =>
      [...index.tensors].map(([full, entry]) => {
        const name = full.slice(prefix.length);
        return [name, { entry: { ...entry, name }, location }] as const;
      }),
    ),
  );
  const counts = new Map<DType, number>();
  for (const { entry } of places.values()) {
    const elements = entry.shape.reduce((product, axis) => product * axis, 1);
    counts.set(entry.dtype, (counts.get(entry.dtype) ?? 0) + elements);
  }
  return {
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    parameters: [...counts.values()].reduce((sum, elements) => sum + elements, 0),
    elements: new Map([...counts].sort((a, b) => b[1] - a[1])),
    source: {
      description,
      names: new Set(places.keys()),
      get(name) {
        const place = places.get(name);
        if (place === undefined) throw new CheckpointError(`Cannot find tensor "${name}" in "${description}"`);
        return toStoredTensor(place.entry, place.location);
      },
    },
  };
}
