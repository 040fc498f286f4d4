import { describe, expect, test } from "vitest";
import { bytes, count, digitsFor, fixed, milliseconds, optionText, percent, signed, thousands } from "./format.ts";

test.each([
  [0, 2],
  [Number.NaN, 2],
  [1234, 0],
  [123, 0],
  [12.3, 1],
  [1.2, 2],
  [1, 2],
  [0.12, 3],
  [1e-9, 6],
])("digitsFor(%d) is %d", (bound, digits) => {
  expect(digitsFor(bound)).toBe(digits);
});

test.each([
  [1.234, "+1.23"],
  [-1.235, "−1.24"],
  [0, "0.00"],
  [-0, "0.00"],
  [-0.001, "0.00"],
  [0.001, "0.00"],
  [Number.NaN, "n/a"],
  [Number.POSITIVE_INFINITY, "n/a"],
])("signed(%d, 2) is %s", (value, text) => {
  expect(signed(value, 2)).toBe(text);
});

test("signed() and fixed() use a hyphen without Unicode", () => {
  expect(signed(-2, 1, { unicode: false })).toBe("-2.0");
  expect(fixed(-2, 1, { unicode: false })).toBe("-2.0");
  expect(fixed(2, 1)).toBe("2.0");
});

test.each([
  [0.987, "98.7%"],
  [1, "100%"],
  [0, "0%"],
  [0.99996, ">99.9%"],
  [0.00004, "<0.1%"],
  [0.0005, "0.1%"],
  [1.5, "150.0%"],
  [-0.25, "-25.0%"],
  [Number.NaN, "n/a"],
])("percent(%d) is %s", (share, text) => {
  expect(percent(share)).toBe(text);
});

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [1234567, "1,234,567"],
])("thousands(%d) is %s", (value, text) => {
  expect(thousands(value)).toBe(text);
});

test("thousands() groups the whole part only", () => {
  expect(thousands(12345.6789, 4)).toBe("12,345.6789");
});

test.each([
  [0.42, "0.4 ms"],
  [340.4, "340 ms"],
  [999.6, "1.00 s"],
  [1234, "1.23 s"],
  [59_999, "1 min 0 s"],
  [125_000, "2 min 5 s"],
])("milliseconds(%d) is %s", (value, text) => {
  expect(milliseconds(value)).toBe(text);
});

test.each([
  [0, "unknown"],
  [512, "512 B"],
  [1536, "1.5 KiB"],
  [1024 ** 2 - 1, "1.0 MiB"],
  [536_870_912, "512 MiB"],
  [5.5 * 1024 ** 3, "5.5 GiB"],
])("bytes(%d) is %s", (value, text) => {
  expect(bytes(value)).toBe(text);
});

describe("count()", () => {
  test("chooses the form of the noun", () => {
    expect(count(1, "block")).toBe("1 block");
    expect(count(0, "block")).toBe("0 blocks");
    expect(count(2, "patch", "patches")).toBe("2 patches");
  });
});

test("optionText() writes each kind of value", () => {
  expect(optionText("auto")).toBe("auto");
  expect(optionText([0, 1, "x"])).toBe("0, 1, x");
  expect(optionText(null)).toBe("none");
  expect(optionText(0.01)).toBe("0.01");
  expect(optionText({ a: 1 })).toBe('{"a":1}');
});
