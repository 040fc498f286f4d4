/** @file A model whose weights are hashes of their names, without a file. */

import type { StoredTensor } from "@calig/core/internal/onnx/model";
import type { WeightSource } from "@calig/core/internal/transformer/parameters";
import { hashedParameter } from "./hashed-weights.ts";

/** The tensors [name, shape] filled by `hashedParameter`, each made when it is first asked for. */
export function hashedWeights(
  tensors: readonly (readonly [name: string, shape: readonly number[]])[],
  gain = 1,
): WeightSource {
  const shapes = new Map(tensors);
  const made = new Map<string, StoredTensor>();
  return {
    description: "hashed weights",
    names: new Set(shapes.keys()),
    get(name) {
      const existing = made.get(name);
      if (existing !== undefined) return existing;
      const shape = shapes.get(name) ?? [];
      const { buffer } = hashedParameter(name, shape, gain);
      const tensor: StoredTensor = {
        name,
        dtype: "float32",
        shape,
        storage: { kind: "bytes", bytes: new Uint8Array(buffer) },
      };
      made.set(name, tensor);
      return tensor;
    },
  };
}
