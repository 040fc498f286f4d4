/** @file Stored tensors of an ONNX file: element types, shapes, and the bytes in whichever of the format's fields they are. */

import { OnnxParseError } from "../errors.ts";
import { byteSize, type DType, dtypeFromCode } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { StoredTensor, TensorStorage } from "./model.ts";
import {
  type StringStringEntryProto,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from "./onnx-proto.ts";

/**
 * One initializer or tensor attribute. `raw_data` stays a view on the file; typed fields become little-endian bytes.
 *
 * @throws {OnnxParseError} When the element type is unknown, or the bytes do not fit type and shape.
 */
export function decodeTensor(proto: TensorProto, path: string): StoredTensor {
  const fail = (found: string): never => {
    throw new OnnxParseError(`Cannot read tensor "${proto.name}" at ${path}: ${found}`, path);
  };
  const dtype = dtypeFromCode(proto.dataType) ?? fail(`calig does not know ${elementType(proto.dataType)}`);
  const shape = proto.dims.map(Number);
  if (!shape.every(isSize)) fail(`it has the shape [${shape.join(", ")}]`);
  if (proto.segment !== undefined) fail("it is one segment of a tensor; calig reads whole ones");
  const storage = decodeStorage(proto, dtype, fail);
  const elements = elementCount(shape);
  if (storage.kind === "bytes" && storage.bytes.byteLength !== byteSize(dtype, elements)) {
    fail(
      `it has ${storage.bytes.byteLength} bytes, wanted ${byteSize(dtype, elements)} for shape [${shape.join(", ")}] of ${dtype}`,
    );
  }
  if (storage.kind === "strings" && storage.strings.length !== elements) {
    fail(`it has ${storage.strings.length} strings, wanted ${elements} for shape [${shape.join(", ")}]`);
  }
  return { name: proto.name, dtype, shape, storage };
}

const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0;

function decodeStorage(proto: TensorProto, dtype: DType, fail: (found: string) => never): TensorStorage {
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    const { location, offset = "0", length } = decodeEntries(proto.externalData);
    if (location === undefined || location === "") return fail("its data are external but no location is given");
    const position = (name: string, digits: string): number => {
      if (/^\d+$/.test(digits) && isSize(Number(digits))) return Number(digits);
      return fail(`its external data have ${name} "${digits}", wanted a number of bytes`);
    };
    return {
      kind: "external",
      location,
      offset: position("offset", offset),
      length: length === undefined ? undefined : position("length", length),
    };
  }
  if (dtype === "string") return { kind: "strings", strings: proto.stringData };
  return { kind: "bytes", bytes: proto.rawData.byteLength > 0 ? proto.rawData : typedBytes(proto, dtype) };
}

/** Elements of the typed fields as little-endian bytes: which field holds which type is said in onnx.proto at TensorProto. */
function typedBytes(proto: TensorProto, dtype: DType): Uint8Array {
  switch (dtype) {
    case "float32":
      return new Uint8Array(Float32Array.from(proto.floatData).buffer);
    case "float64":
      return new Uint8Array(Float64Array.from(proto.doubleData).buffer);
    case "int64":
      return new Uint8Array(BigInt64Array.from(proto.int64Data).buffer);
    case "uint32":
      return new Uint8Array(Uint32Array.from(proto.uint64Data, Number).buffer);
    case "uint64":
      return new Uint8Array(BigUint64Array.from(proto.uint64Data).buffer);
    case "int32":
      return new Uint8Array(Int32Array.from(proto.int32Data).buffer);
    case "int16":
    case "uint16":
    case "float16":
    case "bfloat16":
      return new Uint8Array(Uint16Array.from(proto.int32Data).buffer);
    default:
      return Uint8Array.from(proto.int32Data);
  }
}

/** "element type COMPLEX64", or the bare number of one that is newer than the schema. */
export const elementType = (code: number): string => `element type ${TensorProto_DataType[code] ?? code}`;

/** Key-value pairs of the format as a record. */
export const decodeEntries = (entries: readonly StringStringEntryProto[]): Record<string, string> =>
  Object.fromEntries(entries.map(({ key, value }) => [key, value]));
