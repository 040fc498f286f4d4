import { UsageError } from "@calig/core/internal/errors";
import { describe, expect, test } from "vitest";
import { blockList, byteSize, number, numbersOr, oneOf, path, someOf, wholeNumber, wholeNumberOr } from "./values.ts";

describe("wholeNumberOr()", () => {
  const type = wholeNumberOr({ min: 1, max: 100 }, ["auto"]);

  test("reads numbers and words", () => {
    expect(type.parse("8", "--steps")).toBe(8);
    expect(type.parse("auto", "--steps")).toBe("auto");
    expect(type.placeholder).toBe("N|auto");
  });

  test.each(["0", "101", "-1", "1.5", "1e1", "", "many", " 8", "0x8", "99999999999999999999"])(
    "refuses %j",
    (value) => {
      expect(() => type.parse(value, "--steps")).toThrow(
        new UsageError(`Cannot use --steps "${value}": give a whole number from 1 to 100, or "auto"`),
      );
    },
  );
});

test("wholeNumber() without an upper end refuses what is no exact number any more", () => {
  expect(wholeNumber({ min: 0 }).parse("9007199254740991", "--seed")).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => wholeNumber({ min: 0 }).parse("9007199254740993", "--seed")).toThrow("whole number of at least 0");
});

describe("number()", () => {
  test("keeps the ends of a closed range, leaves out the lower end of an open one", () => {
    expect(number({ min: 0, max: 1 }).parse("0", "--lambda")).toBe(0);
    expect(number({ min: 0, max: 1 }).parse("1.0", "--lambda")).toBe(1);
    expect(number({ above: 0 }).parse("1e-3", "--tolerance")).toBe(0.001);
    expect(() => number({ above: 0 }).parse("0", "--tolerance")).toThrow(
      'Cannot use --tolerance "0": give a number greater than 0',
    );
  });

  test.each(["2", "-0.1", "", " ", "NaN", "Infinity", "half", "0,5"])("refuses %j as a share", (value) => {
    expect(() => number({ min: 0, max: 1 }).parse(value, "--lambda")).toThrow(
      `Cannot use --lambda "${value}": give a number from 0 to 1`,
    );
  });
});

describe("blockList", () => {
  test("reads numbers and ranges", () => {
    expect(blockList.parse("0,2-4", "--layers")).toEqual([0, 2, 3, 4]);
    expect(blockList.parse(" 5 , 3-3 ", "--layers")).toEqual([5, 3]);
  });

  test.each(["", "1,", "a", "-1", "1.5", "0-", "1--2", "0-99999"])("refuses %j", (value) => {
    expect(() => blockList.parse(value, "--layers")).toThrow(`Cannot use --layers "${value}": give block numbers`);
  });

  test("says when a range is written backwards", () => {
    expect(() => blockList.parse("4-2", "--layers")).toThrow('the range "4-2" is empty; write the smaller block first');
  });
});

describe("byteSize()", () => {
  const type = byteSize(2 ** 20);

  test.each([
    ["512MB", 512 * 2 ** 20],
    ["2GB", 2 * 2 ** 30],
    ["1.5 gb", 1.5 * 2 ** 30],
    ["4G", 4 * 2 ** 30],
    ["100MiB", 100 * 2 ** 20],
    ["2048KB", 2 * 2 ** 20],
    ["1048576", 2 ** 20],
    ["1048576B", 2 ** 20],
  ])("reads %j", (value, bytes) => {
    expect(type.parse(value, "--memory")).toBe(bytes);
  });

  test.each(["", "MB", "-1GB", "2TB", "two", "1,5GB", "1e9"])("refuses %j", (value) => {
    expect(() => type.parse(value, "--memory")).toThrow(`Cannot use --memory "${value}": give a size such as "512MB"`);
  });

  test("refuses less than the least amount", () => {
    expect(() => type.parse("100KB", "--memory")).toThrow('Cannot use --memory "100KB": give at least 1MB');
  });
});

describe("numbersOr()", () => {
  const type = numbersOr(["uniform", "last"]);

  test("reads a word or a list of numbers", () => {
    expect(type.parse("last", "--layer-weights")).toBe("last");
    expect(type.parse("0.1, 0.2,0", "--layer-weights")).toEqual([0.1, 0.2, 0]);
    expect(type.parse("1", "--layer-weights")).toEqual([1]);
  });

  test.each(["first", "0.1,", "0.1,-1", "", "0.1,NaN", "Infinity"])("refuses %j", (value) => {
    expect(() => type.parse(value, "--layer-weights")).toThrow(
      `Cannot use --layer-weights "${value}": use one of "uniform", "last", or one number of at least 0 per block`,
    );
  });
});

test("oneOf() and someOf() list what is allowed", () => {
  expect(oneOf(["gate", "additive"]).parse("gate", "--fusion")).toBe("gate");
  expect(() => oneOf(["gate", "additive"]).parse("Gate", "--fusion")).toThrow(
    'Cannot use --fusion "Gate": use one of "gate", "additive"',
  );
  expect(someOf(["json", "svg", "html"]).parse("svg,json,svg", "--format")).toEqual(["svg", "json"]);
  expect(() => someOf(["json", "svg"]).parse("json,pdf", "--format")).toThrow('Cannot use --format "pdf": use one of');
});

test("path() refuses nothing at all", () => {
  expect(path("FILE").parse("a b.html", "--out")).toBe("a b.html");
  expect(() => path("FILE").parse("", "--out")).toThrow('Cannot use --out "": give a path');
});
