import { describe, expect, it } from "vitest";
import { byteSize, type DType, dtypeCode, dtypeFromCode, viewBytes } from "./dtype.ts";

describe("viewBytes()", () => {
  const numbers = Float64Array.of(1.5, -2);
  const bytes = new Uint8Array(numbers.buffer);

  it("is a view where the bytes are aligned", () => {
    expect(viewBytes("float64", bytes).buffer).toBe(numbers.buffer);
  });

  it.each([
    ["Uint8Array", Uint8Array.of(0, 0, 0, ...bytes).subarray(3)],
    ["Buffer", Buffer.from(Uint8Array.of(0, 0, 0, ...bytes).buffer).subarray(3)],
  ])("copies what is not aligned, from a %s", (_, shifted) => {
    expect(viewBytes("float64", shifted)).toEqual(numbers);
  });
});

describe("the table of element types", () => {
  const names: readonly DType[] = ["float32", "string", "bool", "float16", "bfloat16", "uint4", "int4", "uint64"];
  it("gives every code back", () => {
    for (const name of names) expect(dtypeFromCode(dtypeCode(name))).toBe(name);
    expect(dtypeFromCode(0)).toBeUndefined();
  });

  it("packs 4-bit numbers in pairs", () => {
    expect([byteSize("int4", 3), byteSize("float16", 3), byteSize("int64", 2)]).toEqual([2, 6, 16]);
  });
});
