import { describe, expect, it } from "vitest";
import { bfloat16ToFloat, floatToHalf, halfToFloat, toFloatTensor } from "./half.ts";
import { floatTensor, intTensor } from "./tensor.ts";

/** Bit patterns and values from the tables of IEEE 754-2008 (binary16). */
const KNOWN: readonly (readonly [bits: number, value: number])[] = [
  [0x0000, 0],
  [0x8000, -0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x7bff, 65504],
  [0x0400, 2 ** -14],
  [0x03ff, 2 ** -14 - 2 ** -24],
  [0x0001, 2 ** -24],
  [0x8001, -(2 ** -24)],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
];

const ALL_PATTERNS = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

/** A 16-bit pattern by the formula of IEEE 754-2008, section 3.4, read digit by digit. */
function numberOf(bits: number, exponentBits: number, fractionBits: number): number {
  const digits = bits.toString(2).padStart(16, "0");
  const sign = digits[0] === "1" ? -1 : 1;
  const exponent = Number.parseInt(digits.slice(1, 1 + exponentBits), 2);
  const fraction = Number.parseInt(digits.slice(1 + exponentBits), 2) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * 2 ** (1 - bias) * fraction : sign * 2 ** (exponent - bias) * (1 + fraction);
}

/** The patterns whose value is not what the formula says; zeros by their sign. */
const differing = (formula: (bits: number) => number, values: Float32Array): number[] =>
  [...ALL_PATTERNS].filter((bits) => !Object.is(values[bits], formula(bits)));

describe("halfToFloat() and floatToHalf()", () => {
  it.each(KNOWN)("know that %i is %f", (bits, value) => {
    expect(halfToFloat(Uint16Array.of(bits))[0]).toBe(value);
    expect(floatToHalf(Float32Array.of(value))[0]).toBe(bits);
  });

  it("agree with the formula of the standard on all 65,536 bit patterns", () => {
    const values = halfToFloat(ALL_PATTERNS);
    expect(differing((bits) => numberOf(bits, 5, 10), values)).toEqual([]);
  });

  it("give back every bit pattern that is a number", () => {
    const patterns = Uint16Array.from({ length: 0x10000 }, (_, i) => i).filter((bits) => (bits & 0x7fff) <= 0x7c00);
    const back = floatToHalf(halfToFloat(patterns));
    expect(patterns.filter((bits, i) => back[i] !== bits)).toEqual(new Uint16Array());
    expect(back.length).toBe(63_490);
  });

  it("keep NaN", () => {
    expect(halfToFloat(Uint16Array.of(0x7e01))[0]).toBeNaN();
    expect(halfToFloat(floatToHalf(Float32Array.of(Number.NaN)))[0]).toBeNaN();
  });

  it("round to nearest, ties to even, and to infinity beyond the range", () => {
    const step = 2 ** -10;
    const rounded = (value: number) => halfToFloat(floatToHalf(Float32Array.of(value)))[0];
    expect(rounded(1 + step / 2)).toBe(1);
    expect(rounded(1 + (3 * step) / 2)).toBe(1 + 2 * step);
    expect(rounded(1 + step * 0.51)).toBe(1 + step);
    expect(rounded(2 - step / 4)).toBe(2);
    expect(rounded(2 ** -25)).toBe(0);
    expect(rounded(2 ** -25 * 1.01)).toBe(2 ** -24);
    expect(rounded(65519)).toBe(65504);
    expect(rounded(-65520)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("read the part of a buffer that the array shows", () => {
    expect(floatToHalf(Float32Array.of(-1, 1, -1).subarray(1, 2))[0]).toBe(0x3c00);
  });
});

describe("bfloat16ToFloat()", () => {
  it("agrees with the formula of the standard on all 65,536 bit patterns", () => {
    expect(differing((bits) => numberOf(bits, 8, 7), bfloat16ToFloat(ALL_PATTERNS))).toEqual([]);
  });

  it("puts the bits before sixteen zeros", () => {
    const bits = Uint16Array.of(0x3f80, 0xbf80, 0x4049, 0x0000, 0x8000, 0x7f80, 0x0001);
    expect([...bfloat16ToFloat(bits)]).toEqual([1, -1, 3.140625, 0, -0, Number.POSITIVE_INFINITY, 2 ** -133]);
    expect(bfloat16ToFloat(Uint16Array.of(0x7fc1))[0]).toBeNaN();
  });
});

describe("toFloatTensor()", () => {
  it("widens halves, narrows doubles and leaves float32 alone", () => {
    const whole = floatTensor([1, 2], [2]);
    expect(toFloatTensor(whole)).toBe(whole);
    const widened = [
      toFloatTensor({ dtype: "float16", shape: [1, 2], data: Uint16Array.of(0x3c00, 0xc000) }),
      toFloatTensor({ dtype: "bfloat16", shape: [1, 2], data: Uint16Array.of(0x3f80, 0xc000) }),
      toFloatTensor({ dtype: "float64", shape: [1, 2], data: Float64Array.of(1, -2) }),
    ];
    for (const tensor of widened) expect(tensor).toEqual(floatTensor([1, -2], [1, 2]));
  });

  it("refuses whole numbers", () => {
    expect(() => toFloatTensor(intTensor([1], [1]))).toThrow("Cannot widen a tensor of type int64");
  });
});
