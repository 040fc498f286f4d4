/** @file The tensors of a GGUF file as a model's family reads them: stored ones, and those that are computed of blocks. */

import type { StoredTensor } from "../../onnx/model.ts";
import type { DType } from "../../tensor/dtype.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import type { DerivedTensor } from "../derived-tensor.ts";
import type { Undo } from "./architectures.ts";
import type { GgufEntry } from "./header.ts";

/** Types that the engine reads as they are. */
const PLAIN: Readonly<Record<string, DType>> = { F32: "float32", F16: "float16", BF16: "bfloat16" };

/** @param location - What the engine calls the file. */
export function ggufTensor(
  { shape, type, offset, length }: GgufEntry,
  { name, undo }: { readonly name: string; readonly undo?: Undo | undefined },
  location: string,
): StoredTensor | DerivedTensor {
  const storage = { kind: "external", location, offset, length } as const;
  const plain = PLAIN[type.name];
  if (plain !== undefined && undo === undefined) return { name, dtype: plain, shape, storage };
  const part: StoredTensor = { name, dtype: "uint8", shape: [length], storage };
  const decode = (bytes: Uint8Array): Float32Array => {
    const values = new Float32Array((bytes.length / type.bytes) * type.elements);
    type.decode(bytes, values);
    return values;
  };
  return {
    name,
    shape: undo?.kind === "transposed" ? [...shape].reverse() : shape,
    parts: [part],
    compute: ([bytes]) => undone(decode((bytes as Tensor).data as Uint8Array), shape, undo),
    ...(undo === undefined ? { pieces: { elements: type.elements, bytes: type.bytes, compute: decode } } : {}),
  };
}

function undone(values: Float32Array, shape: readonly number[], undo: Undo | undefined): Float32Array {
  if (undo === undefined) return values;
  if (undo.kind === "added") return values.map((value) => value - undo.number);
  const [rows = 1, columns = elementCount(shape) / rows] = shape;
  const result = new Float32Array(values.length);
  if (undo.kind === "transposed") {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        result[column * rows + row] = values[row * columns + column] as number;
      }
    }
    return result;
  }
  const size = rows / undo.heads;
  for (let row = 0; row < rows; row++) {
    const [head, place] = [Math.floor(row / size), row % size];
    // In the file the two numbers of a rotary pair lie side by side, in the model half a head apart.
    const from = head * size + (place % (size / 2)) * 2 + Math.floor(place / (size / 2));
    result.set(values.subarray(from * columns, (from + 1) * columns), row * columns);
  }
  return result;
}
