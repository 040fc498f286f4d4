import { describe, expect, it } from "vitest";
import { CheckpointError, ShapeError } from "../errors.ts";
import { viewBytes } from "../tensor/dtype.ts";
import { encodeSafetensors, parseSafetensorsHeader, safetensorsHeaderLength, toStoredTensor } from "./safetensors.ts";

/** A header of the given JSON, and the size of a file with `dataLength` bytes after it. */
function parse(header: unknown, dataLength: number) {
  const bytes =
    header instanceof Uint8Array
      ? header
      : new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  return parseSafetensorsHeader(bytes, 8 + bytes.length + dataLength, "model.safetensors");
}

function readBack(file: Uint8Array) {
  const length = safetensorsHeaderLength(file.subarray(0, 8), file.length, "x");
  return parseSafetensorsHeader(file.subarray(8, 8 + length), file.length, "x");
}

const F32 = (shape: number[], begin: number, end: number) => ({ dtype: "F32", shape, data_offsets: [begin, end] });

describe("parseSafetensorsHeader()", () => {
  it("gives absolute offsets, in the order of the bytes", () => {
    const header = { __metadata__: { format: "pt" }, b: F32([2], 12, 20), a: F32([3, 1], 0, 12) };
    const { tensors, metadata } = parse(header, 20);
    const start = 8 + JSON.stringify(header).length;
    expect([...tensors.keys()]).toEqual(["a", "b"]);
    expect(tensors.get("b")).toEqual({ name: "b", dtype: "float32", shape: [2], offset: start + 12, length: 8 });
    expect(metadata).toEqual({ format: "pt" });
  });

  it("accepts padding, scalars, empty tensors and unused bytes", () => {
    const { tensors } = parse(
      `${JSON.stringify({ scalar: F32([], 0, 4), empty: F32([0, 3], 4, 4), after: F32([1], 8, 12) })}   `,
      16,
    );
    expect(tensors.get("scalar")?.length).toBe(4);
    expect(tensors.get("empty")?.length).toBe(0);
    expect(tensors.size).toBe(3);
  });

  it("tells a truncated file", () => {
    expect(() => parse({ "bert.pooler.dense.weight": F32([1000, 250], 0, 1_000_000) }, 10)).toThrow(
      /Cannot read weights from "model.safetensors": tensor "bert.pooler.dense.weight" ends at byte 1,000,0\d\d but the file has \d+ bytes; the file is truncated, download it again/,
    );
  });

  it("tells a file that lacks one byte", () => {
    const header = { a: F32([2], 0, 8) };
    expect(parse(header, 8).tensors.size).toBe(1);
    expect(() => parse(header, 7)).toThrow("the file is truncated");
  });

  it.each([
    ["broken JSON", "{", "its header is not valid JSON"],
    ["bytes that are not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "its header is not valid JSON"],
    ["another JSON value", [], "its header is [], wanted an object"],
    [
      "an unknown dtype",
      { a: { ...F32([1], 0, 4), dtype: "F8_E8M0" } },
      'tensor "a" has dtype "F8_E8M0", calig reads BOOL, U8',
    ],
    ["an inherited name as dtype", { a: { ...F32([1], 0, 4), dtype: "toString" } }, 'has dtype "toString"'],
    ["no dtype", { a: { shape: [1], data_offsets: [0, 4] } }, 'tensor "a" has dtype missing'],
    ["a negative size", { a: F32([-1], 0, 4) }, 'tensor "a" has shape [-1]'],
    ["a shape that is no list", { a: { ...F32([], 0, 4), shape: "1" } }, 'tensor "a" has shape "1"'],
    ["falling offsets", { a: F32([1], 4, 0) }, 'tensor "a" has data_offsets [4, 0]'],
    ["one offset", { a: { ...F32([1], 0, 4), data_offsets: [4] } }, 'tensor "a" has data_offsets [4]'],
    ["a length that does not fit", { a: F32([2], 0, 4) }, 'tensor "a" has 4 bytes but F32 of shape [2] takes 8'],
    ["overlapping tensors", { a: F32([2], 0, 8), b: F32([1], 4, 8) }, 'tensors "a" and "b" overlap'],
    ["metadata that is not text", { __metadata__: { a: 1 } }, '"__metadata__" is {"a":1}, wanted an object of strings'],
    ["a tensor that is no object", { a: null }, 'tensor "a" is null, wanted an object'],
  ])("refuses %s", (_, header, message) => {
    const act = () => parse(header, 8);
    expect(act).toThrow(CheckpointError);
    expect(act).toThrow(message);
  });
});

describe("safetensorsHeaderLength()", () => {
  const lengthField = (length: bigint) => new Uint8Array(new BigUint64Array([length]).buffer);

  it("reads the length from a view at any offset", () => {
    const bytes = new Uint8Array(16);
    bytes[3] = 77;
    expect(safetensorsHeaderLength(bytes.subarray(3, 11), 100, "x")).toBe(77);
  });

  it("refuses a length beyond the file", () => {
    expect(() => safetensorsHeaderLength(lengthField(93n), 100, "model.safetensors")).toThrow(
      "its header claims 93 bytes but the file has 100",
    );
    expect(() => safetensorsHeaderLength(lengthField(2n ** 63n), 100, "x")).toThrow(CheckpointError);
  });

  it("refuses a file without room for the length", () => {
    expect(() => safetensorsHeaderLength(new Uint8Array(3), 3, "x")).toThrow("the file has 3 bytes");
  });

  it("recognises a Git LFS pointer", () => {
    const pointer = new TextEncoder().encode("version https://git-lfs.github.com/spec/v1");
    expect(() => safetensorsHeaderLength(pointer.subarray(0, 8), 130, "x")).toThrow("Git LFS pointer");
  });
});

describe("encodeSafetensors()", () => {
  const tensors = [
    { name: "half", dtype: "float16", shape: [3], data: new Uint16Array([0x3c00, 0, 0x4000]) },
    { name: "flag", dtype: "bool", shape: [], data: new Uint8Array([1]) },
    { name: "floats", dtype: "float32", shape: [2, 2], data: new Float32Array([1.5, -2, 3, 4]) },
    { name: "ids", dtype: "int64", shape: [1], data: new BigInt64Array([-5n]) },
  ] as const;

  it("writes what the parser reads, aligned to the elements", () => {
    const file = encodeSafetensors(tensors, { format: "pt" });
    const index = readBack(file);
    expect(index.metadata).toEqual({ format: "pt" });
    expect(index.tensors.size).toBe(tensors.length);
    for (const { name, dtype, shape, data } of tensors) {
      const entry = index.tensors.get(name);
      if (entry === undefined) throw new Error(`no tensor ${name}`);
      expect([entry.dtype, entry.shape]).toEqual([dtype, shape]);
      expect(entry.offset % data.BYTES_PER_ELEMENT).toBe(0);
      expect(viewBytes(dtype, file.subarray(entry.offset, entry.offset + entry.length))).toEqual(data);
    }
  });

  it("writes only the elements of a view", () => {
    const view = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    const file = encodeSafetensors([{ name: "a", dtype: "float32", shape: [2], data: view }]);
    const entry = readBack(file).tensors.get("a");
    expect(viewBytes("float32", file.slice(entry?.offset))).toEqual(new Float32Array([1, 2]));
  });

  it("refuses data that do not fit, and types that the format does not have", () => {
    const act = () => encodeSafetensors([{ name: "a", dtype: "float32", shape: [3], data: new Float32Array(2) }]);
    expect(act).toThrow(ShapeError);
    expect(act).toThrow("it needs 12 bytes, given 8");
    expect(() => encodeSafetensors([{ name: "a", dtype: "int4", shape: [2], data: new Uint8Array(1) }])).toThrow(
      "safetensors has no such type",
    );
  });
});

describe("toStoredTensor()", () => {
  it("leaves the bytes in the file", () => {
    const entry = { name: "w", dtype: "bfloat16", shape: [2, 3], offset: 264, length: 12 } as const;
    expect(toStoredTensor(entry, "model.safetensors")).toEqual({
      name: "w",
      dtype: "bfloat16",
      shape: [2, 3],
      storage: { kind: "external", location: "model.safetensors", offset: 264, length: 12 },
    });
  });
});
