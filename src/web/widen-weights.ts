/** @file Weights of half precision as float32, in memory: for engines that may not read them. */

import type { StoredTensor } from "../onnx/model.ts";
import { byteSize, viewBytes } from "../tensor/dtype.ts";
import { toFloatTensor } from "../tensor/half.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { WeightSource } from "../transformer/parameters.ts";

export interface WeightsInMemory {
  /** Files by the location that tensors name. */
  readonly contents: Readonly<Record<string, Uint8Array>>;
  readonly source: WeightSource;
}

const isHalf = ({ dtype }: StoredTensor): boolean => dtype === "float16" || dtype === "bfloat16";

/**
 * The same weights with float32 for float16 and bfloat16; files that nothing is read from any more are left out.
 *
 * Cost: 4 bytes for each parameter of half precision.
 */
export function widenWeights({ contents, source }: WeightsInMemory): WeightsInMemory {
  const tensors = [...source.names].map((name) => source.get(name));
  const half = tensors.filter(isHalf);
  if (half.length === 0) return { contents, source };
  const location = "weights.float32";
  const sizeOf = ({ shape }: StoredTensor) => byteSize("float32", elementCount(shape));
  const bytes = new Uint8Array(half.reduce((sum, tensor) => sum + sizeOf(tensor), 0));
  const widened = new Map<string, StoredTensor>();
  let offset = 0;
  for (const tensor of half) {
    const { name, shape } = tensor;
    const length = sizeOf(tensor);
    bytes.set(float32Bytes(tensor, contents), offset);
    widened.set(name, { name, dtype: "float32", shape, storage: { kind: "external", location, offset, length } });
    offset += length;
  }
  const kept = new Set(
    tensors.flatMap((tensor) =>
      tensor.storage.kind === "external" && !isHalf(tensor) ? [tensor.storage.location] : [],
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

function float32Bytes({ dtype, shape, storage }: StoredTensor, contents: WeightsInMemory["contents"]): Uint8Array {
  const file = storage.kind === "external" ? contents[storage.location] : undefined;
  const offset = storage.kind === "external" ? storage.offset : 0;
  const stored = file?.slice(offset, offset + byteSize(dtype, elementCount(shape))) ?? new Uint8Array();
  const { data } = toFloatTensor({ dtype, shape, data: viewBytes(dtype, stored) });
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
