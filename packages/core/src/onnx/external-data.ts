/** @file The elements of stored tensors, wherever their bytes are: in the model or in a side file that is read when asked for. */

import { OnnxParseError, quote, UnsupportedModelError } from "../errors.ts";
import { byteSize, viewBytes } from "../tensor/dtype.ts";
import { elementCount, type Tensor } from "../tensor/tensor.ts";
import type { StoredTensor } from "./model.ts";

/** Reads `length` bytes at `offset` of the side file at `location`, a path relative to the folder of the model. */
export type ReadRange = (location: string, offset: number, length: number) => Promise<Uint8Array>;

/**
 * The tensor in its own element type; float16 and bfloat16 stay bit patterns (`toFloatTensor` widens them).
 *
 * The elements are a view on the model's bytes or on what `readRange` gave, copied only where they are not aligned.
 *
 * @throws {OnnxParseError} When the model or the side file holds more or fewer bytes than type and shape ask for.
 * @throws {UnsupportedModelError} For strings and for 4-bit integers, which JavaScript has no arrays for.
 */
export async function readStoredTensor(stored: StoredTensor, readRange: ReadRange): Promise<Tensor> {
  const { name, dtype, shape, storage } = stored;
  if (storage.kind === "strings" || dtype === "string" || dtype === "int4" || dtype === "uint4") {
    const reason = `tensor "${name}" has element type ${dtype}, calig reads numbers of 8 bits and more`;
    throw new UnsupportedModelError(`Cannot read a tensor: ${reason}`, [{ reason }]);
  }
  const wanted = byteSize(dtype, elementCount(shape));
  const found = storage.kind === "external" ? (storage.length ?? wanted) : storage.bytes.byteLength;
  if (found !== wanted) throw sizeError(stored, `the model gives it ${found} bytes, wanted ${wanted}`);
  if (storage.kind === "bytes") return { dtype, shape, data: viewBytes(dtype, storage.bytes) };
  const bytes = await readRange(storage.location, storage.offset, wanted);
  if (bytes.byteLength !== wanted) {
    const place = `${quote(storage.location)} gives ${bytes.byteLength} bytes at offset ${storage.offset}`;
    throw sizeError(stored, `${place}, wanted ${wanted}; check that the file was downloaded whole`);
  }
  return { dtype, shape, data: viewBytes(dtype, bytes) };
}

const sizeError = ({ name, dtype, shape }: StoredTensor, found: string) =>
  new OnnxParseError(`Cannot read tensor "${name}" of type ${dtype} and shape ${quote(shape)}: ${found}`);
