/** @file The check of values against schemas. */

import { describe, expect, it } from "vitest";
import { type JsonSchema, problemsOf, record, reference } from "./json-schema.ts";

const problems = (value: unknown, schema: JsonSchema) =>
  problemsOf(value, schema, { Named: { type: "integer" } }, "it");

describe("problemsOf()", () => {
  it.each([
    ["a", { type: "string" }],
    ["é", { type: "string", minLength: 1, maxLength: 1 }],
    [1, { type: "integer", minimum: 1, maximum: 1 }],
    [0.5, { type: "number", exclusiveMinimum: 0 }],
    [null, { type: ["number", "null"] }],
    [[1, 2], { type: "array", items: reference("Named"), minItems: 2, maxItems: 2 }],
    ["auto", { anyOf: [{ type: "integer" }, { enum: ["auto"] }] }],
    [{ a: 1 }, record({ a: { type: "number" }, b: { type: "string" } }, ["b"])],
    [
      { a: 1, z: "x" },
      { type: "object", additionalProperties: true },
    ],
    [{ z: 1 }, { type: "object", additionalProperties: reference("Named") }],
    [{ deep: [null] }, {}],
  ] as [unknown, JsonSchema][])("has nothing against %j in %j", (value, schema) => {
    expect(problems(value, schema)).toEqual([]);
  });

  it.each([
    [1, { type: "string" }, "it must be a text, it is 1"],
    [Number.NaN, { type: "integer" }, "it must be a whole number, it is null"],
    ["", { type: "string", minLength: 1 }, "it must have at least 1 characters, it has 0"],
    ["abc", { type: "string", maxLength: 2 }, "it must have at most 2 characters, it has 3"],
    [1.5, { type: "integer" }, "it must be a whole number, it is 1.5"],
    [0, { type: "number", exclusiveMinimum: 0 }, "it must be greater than 0, it is 0"],
    [0, { type: "number", minimum: 1 }, "it must be at least 1, it is 0"],
    [9, { type: "number", maximum: 8 }, "it must be at most 8, it is 9"],
    ["c", { enum: ["a", "b"] }, 'it must be one of "a", "b", it is "c"'],
    [[1, "x"], { type: "array", items: reference("Named") }, 'it[1] must be a whole number, it is "x"'],
    [[], { type: "array", minItems: 1 }, "it must have at least 1 items, it has 0"],
    [[1, 2], { type: "array", maxItems: 1 }, "it must have at most 1 items, it has 2"],
    [[], { type: "object" }, "it must be an object, it is []"],
    [true, { type: ["number", "null"] }, "it must be a number or null, it is true"],
    [0, { anyOf: [{ type: "integer", minimum: 1 }, { type: "string" }] }, "it must be at least 1, it is 0"],
    [{}, { anyOf: [{ type: "string" }, record({ a: { type: "string" } })] }, 'it must have the field "a"'],
  ] as [unknown, JsonSchema, string][])("says what is wrong with %j in %j", (value, schema, message) => {
    expect(problems(value, schema)).toEqual([message]);
  });

  it("lists everything at once, and takes nothing from prototypes", () => {
    const schema = record({ a: { type: "number" }, b: record({ c: { type: "string" } }) });
    expect(problems(JSON.parse('{"b":{"c":1},"constructor":1,"__proto__":{"a":1}}'), schema)).toEqual([
      'it must have the field "a"',
      "it.b.c must be a text, it is 1",
      'it has the unknown field "constructor"; known are "a", "b"',
      'it has the unknown field "__proto__"; known are "a", "b"',
    ]);
  });

  it("repeats no long values", () => {
    expect(problems("x".repeat(1000), { type: "number" })).toEqual(["it must be a number"]);
    expect(problems({ ["y".repeat(1000)]: 1 }, record({}))[0]?.length).toBeLessThan(150);
  });
});
