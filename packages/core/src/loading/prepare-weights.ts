/** @file The weights of a checkpoint as a family reads them: stored tensors, and those that are computed from stored ones. Opens no files. */

import type { Warning } from "../attribution/explanation.ts";
import { type Adapter, mergeLora } from "../checkpoint/adapter/merge-lora.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import { type DerivedTensor, isDerived, placeholder } from "../checkpoint/derived-tensor.ts";
import { dequantise } from "../checkpoint/quantised/dequantise.ts";
import type { ReadRange } from "../onnx/external-data.ts";
import type { StoredTensor } from "../onnx/model.ts";
import type { WeightSource } from "../transformer/parameters.ts";

export interface PreparedWeights {
  /** Tensors by the names that families ask for; derived ones have no bytes yet. */
  readonly source: WeightSource;
  /** Tensors to be computed before programs run, by name. */
  readonly derived: ReadonlyMap<string, DerivedTensor>;
  readonly warnings: readonly Warning[];
}

/**
 * Finds what is to be computed: the weights of quantised layers, and those that an adapter changes.
 *
 * @param adapter - Merged into the weights, once they are dequantised.
 * @throws {CheckpointError} When weights are stored in a way that calig does not read, or the adapter does not fit them.
 */
export async function prepareWeights(
  stored: WeightSource,
  config: CheckpointConfig,
  read: ReadRange,
  adapter?: Adapter,
): Promise<PreparedWeights> {
  const tensors = new Map([...stored.names].map((name) => [name, stored.get(name)] as const));
  const settings = ["quantization_config", "compression_config"].find((key) => config.has(key));
  const { derived, taken, note } = await dequantise(
    tensors,
    settings === undefined ? undefined : config.section(settings),
    read,
  );
  const plain = [...tensors].filter(([name]) => !taken.has(name));
  const base = new Map<string, StoredTensor | DerivedTensor>([...plain, ...derived]);
  const merged = adapter === undefined ? undefined : mergeLora(base, adapter);
  const all = new Map([...base, ...(merged?.tensors ?? [])]);
  return {
    source: {
      ...stored,
      names: new Set(all.keys()),
      get(name) {
        const own = all.get(name);
        if (own === undefined) return stored.get(name); // says that it is missing
        return isDerived(own) ? placeholder(own) : own;
      },
    },
    derived: new Map([...all].filter((entry): entry is [string, DerivedTensor] => isDerived(entry[1]))),
    warnings: [
      ...(note === undefined ? [] : [{ code: "quantised-weights", message: note }]),
      ...(merged === undefined ? [] : [{ code: "merged-adapter", message: merged.note }]),
    ],
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
