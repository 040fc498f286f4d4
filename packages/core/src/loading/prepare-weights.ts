/** @file The weights of a checkpoint as a family reads them: stored tensors, and those that are computed from stored ones. Opens no files. */

import type { Warning } from "../attribution/explanation.ts";
import type { Adapter } from "../checkpoint/adapter/merge-lora.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import { type DerivedTensor, placeholder } from "../checkpoint/derived-tensor.ts";
import { dequantise } from "../checkpoint/quantised/dequantise.ts";
import type { ReadRange } from "../onnx/external-data.ts";
import type { StoredTensor } from "../onnx/model.ts";
import { type WeightSource, weightSource } from "../transformer/parameters.ts";

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
  const settings = ["quantization_config", "compression_config"].find((key) => config.has(key));
  const all = new Map<string, StoredTensor | DerivedTensor>();
  const tensors = new Map<string, StoredTensor>();
  for (const name of stored.names) tensors.set(name, stored.get(name));
  const section = settings === undefined ? undefined : config.section(settings);
  const dequantised = await dequantise(tensors, section, read);
  for (const [name, tensor] of tensors) if (!dequantised.taken.has(name)) all.set(name, tensor);
  for (const [name, tensor] of dequantised.derived) all.set(name, tensor);
  const merged =
    adapter === undefined
      ? undefined
      : (await import("../checkpoint/adapter/merge-lora.ts")).mergeLora(new Map(all), adapter);
  for (const [name, tensor] of merged?.tensors ?? []) all.set(name, tensor);
  const derived = new Map<string, DerivedTensor>();
  const placed = new Map<string, StoredTensor>();
  for (const [name, tensor] of all) {
    if ("compute" in tensor) derived.set(name, tensor);
    placed.set(name, "compute" in tensor ? placeholder(tensor) : tensor);
  }
  const notes: Warning[] = [];
  if (dequantised.note !== undefined) notes.push({ code: "quantised-weights", message: dequantised.note });
  if (merged !== undefined) notes.push({ code: "merged-adapter", message: merged.note });
  return { source: weightSource(stored.description, placed), derived, warnings: notes };
}
