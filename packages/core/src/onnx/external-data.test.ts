import { describe, expect, it } from "vitest";
import { OnnxParseError, UnsupportedModelError } from "../errors.ts";
import { readStoredTensor } from "./external-data.ts";
import type { StoredTensor, TensorStorage } from "./model.ts";

/** A file of 3 odd bytes followed by 1, 2, 3 as float32. */
const FILE = new Uint8Array([9, 9, 9, ...new Uint8Array(Float32Array.of(1, 2, 3).buffer)]);
const readFile = async (location: string, offset: number, length: number) => {
  expect(location).toBe("model.bin");
  return FILE.subarray(offset, offset + length);
};
const stored = (storage: TensorStorage, shape = [2]): StoredTensor => ({ name: "w", dtype: "float32", shape, storage });
const external = (offset: number, length?: number): TensorStorage => ({
  kind: "external",
  location: "model.bin",
  offset,
  length,
});

describe("readStoredTensor()", () => {
  it("reads the range that the tensor takes, at any offset", async () => {
    const { dtype, shape, data } = await readStoredTensor(stored(external(7), [2, 1]), readFile);
    expect({ dtype, shape, data: [...data] }).toEqual({ dtype: "float32", shape: [2, 1], data: [2, 3] });
    expect((await readStoredTensor(stored(external(3, 8)), readFile)).data).toEqual(Float32Array.of(1, 2));
  });

  it("does not copy bytes that lie in the model", async () => {
    const bytes = new Uint8Array(Float32Array.of(4, 5).buffer);
    const { data } = await readStoredTensor(stored({ kind: "bytes", bytes }), readFile);
    expect(data.buffer).toBe(bytes.buffer);
  });

  it("refuses a tensor whose bytes do not fit its shape", async () => {
    await expect(readStoredTensor(stored(external(3, 12)), readFile)).rejects.toThrow(
      'Cannot read tensor "w" of type float32 and shape [2]: the model gives it 12 bytes, wanted 8',
    );
    const bytes = new Uint8Array(4);
    await expect(readStoredTensor(stored({ kind: "bytes", bytes }), readFile)).rejects.toThrow(OnnxParseError);
  });

  it("says where a side file ends too early", async () => {
    await expect(readStoredTensor(stored(external(11)), readFile)).rejects.toThrow(
      '"model.bin" gives 4 bytes at offset 11, wanted 8; check that the file was downloaded whole',
    );
  });

  it("refuses strings and 4-bit integers", async () => {
    const strings = { ...stored({ kind: "strings", strings: [] }, [0]), dtype: "string" } as const;
    await expect(readStoredTensor(strings, readFile)).rejects.toThrow(UnsupportedModelError);
    const packed = { ...stored({ kind: "bytes", bytes: new Uint8Array(1) }), dtype: "int4" } as const;
    await expect(readStoredTensor(packed, readFile)).rejects.toThrow("int4");
  });
});
