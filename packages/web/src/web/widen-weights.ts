/** @file Weights as float32, in memory: those of half precision for engines that may not read them, and those that are computed. */

import { computeTensor, type DerivedTensor } from "@calig/core/internal/checkpoint/derived-tensor";
import type { ReadRange } from "@calig/core/internal/onnx/external-data";
import type { StoredTensor } from "@calig/core/internal/onnx/model";
import { byteSize, viewBytes } from "@calig/core/internal/tensor/dtype";
import { toFloatTensor } from "@calig/core/internal/tensor/half";
import { elementCount } from "@calig/core/internal/tensor/tensor";
import type { WeightSource } from "@calig/core/internal/transformer/parameters";

export interface WeightsInMemory {
  /** Files by the location that tensors name. */
  readonly contents: Readonly<Record<string, Uint8Array>>;
  readonly source: WeightSource;
}

export interface WidenOptions {
  /** Tensors that are computed from stored ones, by name. Default: none. */
  readonly derived?: ReadonlyMap<string, DerivedTensor>;
  /** Whether float16 and bfloat16 become float32. Default: yes. */
  readonly half?: boolean;
}

const isHalf = ({ dtype }: StoredTensor): boolean => dtype === "float16" || dtype === "bfloat16";

/** Reads parts of files that are in memory. */
export const readRangeOf =
  (contents: WeightsInMemory["contents"]): ReadRange =>
  async (location, offset, length) =>
    contents[location]?.slice(offset, offset + length) ?? new Uint8Array();

/**
 * The same weights, those of half precision and the computed ones as float32; files that nothing is read from any more are
 * left out.
 *
 * Cost: 4 bytes for each parameter of half precision, and of computed ones.
 */
export async function widenWeights(
  { contents, source }: WeightsInMemory,
  { derived = new Map(), half = true }: WidenOptions = {},
): Promise<WeightsInMemory> {
  const tensors = [...source.names].map((name) => source.get(name));
  const changes = (tensor: StoredTensor) => derived.has(tensor.name) || (half && isHalf(tensor));
  const changed = tensors.filter(changes);
  if (changed.length === 0) return { contents, source };
  const location = "weights.float32";
  const sizeOf = ({ shape }: StoredTensor) => byteSize("float32", elementCount(shape));
  const bytes = new Uint8Array(changed.reduce((sum, tensor) => sum + sizeOf(tensor), 0));
  const widened = new Map<string, StoredTensor>();
  let offset = 0;
  for (const tensor of changed) {
    const { name, shape } = tensor;
    const length = sizeOf(tensor);
    const computed = derived.get(name);
    bytes.set(
      computed === undefined
        ? float32Bytes(tensor, contents)
        : bytesOf((await computeTensor(computed, readRangeOf(contents))).data),
      offset,
    );
    widened.set(name, { name, dtype: "float32", shape, storage: { kind: "external", location, offset, length } });
    offset += length;
  }
  const kept = new Set(
    tensors.flatMap((tensor) =>
      tensor.storage.kind === "external" && !changes(tensor) ? [tensor.storage.location] : [],
    ),
  );
  return {
    contents: {
      ...Object.fromEntries(Object.entries(contents).filter(([file]) => kept.has(file))),
      [location]: bytes,
    },
    source: { ...source, get: (name) => widened.get(name) ?? source.get(name) },
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function float32Bytes({ dtype, shape, storage }: StoredTensor, contents: WeightsInMemory["contents"]): Uint8Array {
  const file = storage.kind === "external" ? contents[storage.location] : undefined;
  const offset = storage.kind === "external" ? storage.offset : 0;
  const stored = file?.slice(offset, offset + byteSize(dtype, elementCount(shape))) ?? new Uint8Array();
  const { data } = toFloatTensor({ dtype, shape, data: viewBytes(dtype, stored) });
  return bytesOf(data);
}
