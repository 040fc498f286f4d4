/** @file The weights of a checkpoint as a family reads them: stored tensors, and those that are computed from stored ones. Opens no files. */

import type { Warning } from "../attribution/explanation.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import { type DerivedTensor, placeholder } from "../checkpoint/derived-tensor.ts";
import { dequantise } from "../checkpoint/quantised/dequantise.ts";
import type { ReadRange } from "../onnx/external-data.ts";
import type { WeightSource } from "../transformer/parameters.ts";

export interface PreparedWeights {
  /** Tensors by the names that families ask for; derived ones have no bytes yet. */
  readonly source: WeightSource;
  /** Tensors to be computed before programs run, by name. */
  readonly derived: ReadonlyMap<string, DerivedTensor>;
  readonly warnings: readonly Warning[];
}

/**
 * Finds what is to be computed: the weights of quantised layers.
 *
 * @throws {CheckpointError} When weights are stored in a way that calig does not read.
 */
export async function prepareWeights(
  stored: WeightSource,
  config: CheckpointConfig,
  read: ReadRange,
): Promise<PreparedWeights> {
  const tensors = new Map([...stored.names].map((name) => [name, stored.get(name)] as const));
  const settings = ["quantization_config", "compression_config"].find((key) => config.has(key));
  const { derived, taken, note } = await dequantise(
    tensors,
    settings === undefined ? undefined : config.section(settings),
    read,
  );
  const names = new Set([...[...stored.names].filter((name) => !taken.has(name)), ...derived.keys()]);
  return {
    source: {
      ...stored,
      names,
      get(name) {
        const own = derived.get(name);
        return own === undefined ? stored.get(name) : placeholder(own);
      },
    },
    derived,
    warnings: note === undefined ? [] : [{ code: "quantised-weights", message: note }],
  };
}

/** The same tensors, and the names of those that were asked for. */
export function recordUse(source: WeightSource): { readonly source: WeightSource; readonly used: Set<string> } {
  const used = new Set<string>();
  return {
    used,
    source: {
      ...source,
      get(name) {
        used.add(name);
        return source.get(name);
      },
    },
  };
}
