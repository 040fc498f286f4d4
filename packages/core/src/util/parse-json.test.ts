/** @file JSON is read as JSON.parse reads it, as deep as 200. */

import { expect, it } from "vitest";
import { parseJson } from "./parse-json.ts";

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

it("reads what JSON.parse reads", () => {
  const value = { a: [1, "]", "\\", '\\"[', { "[": "{" }], b: null };
  expect(parseJson(JSON.stringify(value))).toEqual(value);
  expect(() => parseJson("{")).toThrow(SyntaxError);
});

it("refuses what lies deeper than 200, whatever its strings hold", () => {
  expect(parseJson(nested(200))).toBeDefined();
  expect(parseJson(`[${JSON.stringify(nested(300))}, ${nested(199)}, ${nested(199)}]`)).toHaveLength(3);
  expect(() => parseJson(nested(201))).toThrow(/200 deep/);
  expect(() => parseJson(`{"a":${'{"\\"":'.repeat(100_000)}1${"}".repeat(100_001)}`)).toThrow(/200 deep/);
});
