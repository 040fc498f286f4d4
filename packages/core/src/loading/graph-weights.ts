/** @file The weights of a decoded ONNX graph: what they are, which of them belong into memory, which stay in their file. */

import type { Graph, StoredTensor } from "../onnx/model.ts";
import { byteSize, type DType } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";

/** Tensors of whole numbers up to this size are sizes, axes and row numbers: they are read, bytes. */
const SMALL_INTEGERS = 2 ** 16;
/** Other tensors up to this size are scales and constants of formulas. */
const SMALL = 2 ** 10;

const isWhole = (dtype: DType): boolean => /^(int64|int32|bool)$/.test(dtype);

/** Whether a tensor is worth having in memory: sizes and constants are computed with. */
export function isSmall({ dtype, shape }: StoredTensor): boolean {
  return byteSize(dtype, elementCount(shape)) <= (isWhole(dtype) ? SMALL_INTEGERS : SMALL);
}

/** The side files that tensors are stored in, by the location that the graph gives, and the last byte that is needed of each. */
export function sideFileEnds({ initializers }: Graph): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const { dtype, shape, storage } of initializers) {
    if (storage.kind !== "external") continue;
    const end = storage.offset + (storage.length ?? byteSize(dtype, elementCount(shape)));
    ends.set(storage.location, Math.max(ends.get(storage.location) ?? 0, end));
  }
  return ends;
}

/** A tensor that is a view on the model's file as a place there; a small one as a copy, so that the file can be let go. */
export function inFile(tensor: StoredTensor, location: string, file: Uint8Array): StoredTensor {
  const { storage } = tensor;
  if (storage.kind !== "bytes" || storage.bytes.buffer !== file.buffer) return tensor;
  if (isSmall(tensor)) return { ...tensor, storage: { kind: "bytes", bytes: new Uint8Array(storage.bytes) } };
  const offset = storage.bytes.byteOffset - file.byteOffset;
  return { ...tensor, storage: { kind: "external", location, offset, length: storage.bytes.byteLength } };
}

/** Elements by type, most frequent first; whole numbers of 32 bits and more, and single numbers, are no weights. */
export function countElements({ initializers }: Graph): ReadonlyMap<DType, number> {
  const counts = new Map<DType, number>();
  for (const { dtype, shape } of initializers) {
    if (!isWhole(dtype) && shape.length > 0) counts.set(dtype, (counts.get(dtype) ?? 0) + elementCount(shape));
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1]));
}
