import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { allowedWords, readText } from "./control.ts";
import type { OptionType } from "./option.ts";
import {
  byteSize,
  flag,
  nameOrIndex,
  number,
  numbersOr,
  oneOf,
  oneOrMoreOf,
  path,
  someOf,
  wholeNumber,
  wholeNumberOr,
  wholeNumbers,
} from "./types.ts";

/** What a text means for a type; undefined where it is refused. */
function read<T>(type: OptionType<T>, text: string): T | undefined {
  const value = readText(type.control, text);
  return v.is(type.schema, value) ? value : undefined;
}

const BLOCKS = wholeNumbers("LIST", "give blocks");
const WEIGHTS = numbersOr(["uniform", "last"], "per block");
const STEPS = wholeNumberOr({ min: 1, max: 100 }, ["auto"]);

test.each([
  [STEPS, "8", 8],
  [STEPS, "auto", "auto"],
  [wholeNumber({ min: 0 }), "9007199254740991", Number.MAX_SAFE_INTEGER],
  [number({ min: 0, max: 1 }), "0", 0],
  [number({ min: 0, max: 1 }), "1.0", 1],
  [number({ above: 0 }), "1e-3", 0.001],
  [BLOCKS, "0,2-4", [0, 2, 3, 4]],
  [BLOCKS, " 5 , 3-3 ", [5, 3]],
  [byteSize({ min: 2 ** 20 }), "512MB", 512 * 2 ** 20],
  [byteSize({ min: 2 ** 20 }), "2GB", 2 * 2 ** 30],
  [byteSize({ min: 2 ** 20 }), "1.5 gb", 1.5 * 2 ** 30],
  [byteSize({ min: 2 ** 20 }), "4G", 4 * 2 ** 30],
  [byteSize({ min: 2 ** 20 }), "100MiB", 100 * 2 ** 20],
  [byteSize({ min: 2 ** 20 }), "2048KB", 2 * 2 ** 20],
  [byteSize({ min: 2 ** 20 }), "1048576", 2 ** 20],
  [byteSize({ min: 2 ** 20 }), "1048576B", 2 ** 20],
  [WEIGHTS, "last", "last"],
  [WEIGHTS, "0.1, 0.2,0", [0.1, 0.2, 0]],
  [WEIGHTS, "1", [1]],
  [oneOf(["gate", "additive"]), "gate", "gate"],
  [someOf(["json", "svg", "html"]), "svg,json,svg", ["svg", "json"]],
  [someOf(["json", "svg"]), "svg", ["svg"]],
  [oneOrMoreOf(["mask", "pad"]), "mask", "mask"],
  [oneOrMoreOf(["mask", "pad"]), "mask,pad", ["mask", "pad"]],
  [path("FILE"), "a b.html", "a b.html"],
  [nameOrIndex("LABEL", "a label"), "#1", "#1"],
  [flag, "true", true],
] as const)("%o reads %j", (type: OptionType<unknown>, text, value) => {
  expect(read(type, text)).toEqual(value);
});

describe.each([
  ["a whole number", STEPS, ["0", "101", "-1", "1.5", "1e1", "", "many", " 8", "0x8", "99999999999999999999"]],
  ["a whole number without an upper end", wholeNumber({ min: 0 }), ["9007199254740993", "-0.5"]],
  ["a share", number({ min: 0, max: 1 }), ["2", "-0.1", "", " ", "NaN", "Infinity", "half", "0,5"]],
  ["a number above 0", number({ above: 0 }), ["0", "-1"]],
  ["blocks", BLOCKS, ["", "1,", "a", "-1", "1.5", "0-", "1--2", "0-99999", "4-2"]],
  ["a size", byteSize({ min: 2 ** 20 }), ["", "MB", "-1GB", "2TB", "two", "1,5GB", "1e9", "100KB"]],
  ["weights", WEIGHTS, ["first", "0.1,", "0.1,-1", "", "0.1,NaN", "Infinity"]],
  ["a word", oneOf(["gate", "additive"]), ["Gate", "", "gate,additive"]],
  ["words", someOf(["json", "svg"]), ["json,pdf", ""]],
  ["a path", path("FILE"), [""]],
  ["a flag", flag, ["", "yes", "1"]],
] as [string, OptionType<unknown>, string[]][])("%s", (_, type, texts) => {
  test.each(texts)("is not %j", (text) => {
    expect(read(type, text)).toBeUndefined();
  });
});

describe.each([
  ["a number", number({ min: 0, max: 1 }), ["0.3", Number.NaN, Number.POSITIVE_INFINITY, null, [0.3], 1.5]],
  ["a whole number", STEPS, ["8", 8.5, 0, "Auto", true]],
  ["a list", BLOCKS, [[], 3, [0.5], ["0"], [-1]]],
  ["a name", nameOrIndex("LABEL", "a label"), [1.5, -1, null, {}]],
  ["a flag", flag, ["true", 1, null]],
] as [string, OptionType<unknown>, unknown[]][])("%s from TypeScript", (_, type, values) => {
  test.each(values)("is not %j", (value) => {
    expect(v.is(type.schema, value)).toBe(false);
  });
});

test("what is allowed, and what stands for it, is told in help texts", () => {
  expect(STEPS).toMatchObject({
    control: { placeholder: "N|auto" },
    remedy: 'give a whole number from 1 to 100, or "auto"',
  });
  expect(number({ above: 0 }).remedy).toBe("give a number greater than 0");
  expect(allowedWords(WEIGHTS.control)).toEqual(["uniform", "last"]);
  expect(allowedWords(someOf(["json"]).control)).toEqual(["json"]);
  expect(allowedWords(STEPS.control)).toBeUndefined();
});
