/** @file Element types: ONNX code <-> name <-> bytes <-> JavaScript array. Codes: TensorProto.DataType of onnx.proto (IR 11). */

import { InternalError } from "../errors.ts";

/** Element type of a tensor, by the name that ONNX and onnxruntime use. */
export type DType =
  | "float32" | "uint8" | "int8" | "uint16" | "int16" | "int32" | "int64" | "string" | "bool" | "float16"
  | "float64" | "uint32" | "uint64" | "bfloat16" | "float8e4m3fn" | "float8e5m2" | "uint4" | "int4"; // biome-ignore format: one table

/** Arrays that hold tensor elements. Floating-point numbers of 8 and 16 bits are their bit patterns, bool holds 0 or 1. */
export type TensorData =
  | Float32Array | Float64Array | Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array
  | BigInt64Array | BigUint64Array; // biome-ignore format: one table

interface DTypeFacts {
  readonly code: number;
  /** Size of one element in bits. 0 for strings. */
  readonly bits: number;
  readonly array: (new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TensorData) | undefined;
}

const TABLE: Readonly<Record<DType, DTypeFacts>> = {
  float32: { code: 1, bits: 32, array: Float32Array },
  uint8: { code: 2, bits: 8, array: Uint8Array },
  int8: { code: 3, bits: 8, array: Int8Array },
  uint16: { code: 4, bits: 16, array: Uint16Array },
  int16: { code: 5, bits: 16, array: Int16Array },
  int32: { code: 6, bits: 32, array: Int32Array },
  int64: { code: 7, bits: 64, array: BigInt64Array },
  string: { code: 8, bits: 0, array: undefined },
  bool: { code: 9, bits: 8, array: Uint8Array },
  float16: { code: 10, bits: 16, array: Uint16Array },
  float64: { code: 11, bits: 64, array: Float64Array },
  uint32: { code: 12, bits: 32, array: Uint32Array },
  uint64: { code: 13, bits: 64, array: BigUint64Array },
  bfloat16: { code: 16, bits: 16, array: Uint16Array },
  float8e4m3fn: { code: 17, bits: 8, array: Uint8Array },
  float8e5m2: { code: 19, bits: 8, array: Uint8Array },
  uint4: { code: 21, bits: 4, array: undefined },
  int4: { code: 22, bits: 4, array: undefined },
};

const BY_CODE = new Map<number, DType>(Object.entries(TABLE).map(([name, facts]) => [facts.code, name as DType]));

/** ONNX TensorProto.DataType code of a type. */
export const dtypeCode = (dtype: DType): number => TABLE[dtype].code;

/** Type of an ONNX TensorProto.DataType code; undefined for codes that calig does not know. */
export const dtypeFromCode = (code: number): DType | undefined => BY_CODE.get(code);

/** Bytes that `elements` elements take (4-bit types are packed two to a byte). */
export const byteSize = (dtype: DType, elements: number): number => Math.ceil((TABLE[dtype].bits * elements) / 8);

/** Whether gradients can flow through values of this type. */
export const isFloating = (dtype: DType): boolean =>
  dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";

/** Whether these are floating-point numbers of 8 bits: stored weights, never what programs compute with. */
export const isFloat8 = (dtype: DType): boolean => dtype === "float8e4m3fn" || dtype === "float8e5m2";

/** A typed view of little-endian bytes; copies only where the offset does not fit the element size. */
export function viewBytes(dtype: DType, bytes: Uint8Array): TensorData {
  const { array, bits } = TABLE[dtype];
  if (array === undefined) throw new InternalError(`no array type for ${dtype}`);
  const size = bits / 8;
  // Not bytes.slice(): that of Node's Buffer is a view.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new array(aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
}
