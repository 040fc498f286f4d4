/** @file Dense tensors in memory. */

import { ShapeError } from "../errors.ts";
import type { DType, TensorData } from "./dtype.ts";

/** A dense, row-major tensor. `data.length` equals the product of `shape`. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A float32 tensor, the type of everything that is attributed. */
export interface FloatTensor extends Tensor {
  readonly dtype: "float32";
  readonly data: Float32Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function check<T extends Tensor>(tensor: T): T {
  if (tensor.data.length !== elementCount(tensor.shape)) {
    throw new ShapeError(
      `Cannot make a tensor of shape [${tensor.shape.join(", ")}] from ${tensor.data.length} elements: it needs ${elementCount(tensor.shape)}`,
    );
  }
  return tensor;
}

/** A float32 tensor over `data` (not copied when it is a Float32Array). */
export function floatTensor(data: ArrayLike<number>, shape: readonly number[]): FloatTensor {
  return check({ dtype: "float32", shape, data: data instanceof Float32Array ? data : Float32Array.from(data) });
}

/** An int64 tensor of integers. */
export function intTensor(data: ArrayLike<number>, shape: readonly number[]): Tensor {
  return check({ dtype: "int64", shape, data: BigInt64Array.from(Array.from(data, (v) => BigInt(v))) });
}

/** A bool tensor of 0 and 1. */
export function boolTensor(data: ArrayLike<number | boolean>, shape: readonly number[]): Tensor {
  return check({ dtype: "bool", shape, data: Uint8Array.from(Array.from(data, (v) => (v ? 1 : 0))) });
}

/** A float32 tensor of zeros. */
export const zeros = (shape: readonly number[]): FloatTensor =>
  floatTensor(new Float32Array(elementCount(shape)), shape);
