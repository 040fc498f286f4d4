import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FIXTURES, image, sentence } from "../../../../test/render/fixtures.ts";
import { InputError } from "../errors.ts";
import type { Explanation, NamedExplanation } from "./explanation.ts";
import { parseExplanation } from "./parse-explanation.ts";

/** What a kind of input from outside says of itself. */
const sound: NamedExplanation = {
  ...sentence,
  layout: "names",
  input: { kind: "sound", text: sentence.input.text, noun: { one: "frame", many: "frames" } },
};
const ALL: Readonly<Record<string, Explanation>> = { ...FIXTURES, sound };

const copy = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** An explanation as data with a value put in the place of another; undefined takes the field away. */
function changed(explanation: object, path: string, value: unknown): unknown {
  const whole = copy(explanation) as Record<string, unknown>;
  const names = path.split(".");
  const last = names.pop()!;
  const owner = names.reduce((part, name) => part[name] as Record<string, unknown>, whole);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return whole;
}

const stored = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../test/fixtures/explanations/${name}.json`, import.meta.url), "utf8"));

describe("parseExplanation()", () => {
  test.each(["text", "image"])("reads what version 1 stored of a %s, whose features were units", (kind) => {
    const before = stored(`version-1-${kind}`);
    const { version, units, ...rest } = before;
    expect([version, units.length]).toEqual([1, rest.attribution.length]);
    const layout = kind === "image" ? "grid" : kind;
    expect(parseExplanation(before)).toEqual({ ...rest, version: 3, layout, features: units });
    expect(before.units).toBe(units);
    expect(() => parseExplanation({ ...before, attribution: [1] })).toThrow(`wanted ${units.length}`);
  });

  test.each(Object.entries(ALL))("reads %s as version 2 stored it, told apart by the kind of input alone", (_, now) => {
    const { layout: _layout, ...before } = now;
    expect(parseExplanation(copy({ ...before, version: 2 }))).toEqual(copy(now));
  });

  test.each(Object.entries(ALL))("takes %s as it is", (_, explanation) => {
    const data = copy(explanation);
    expect(parseExplanation(data)).toBe(data);
  });

  test.each([
    ["background", "white"],
    ["background", "#a0B1c2"],
    ["deepGrey", "scale"],
  ])("takes how a picture was read: %s %s", (name, value) => {
    const data = changed(image, `input.${name}`, value);
    expect(parseExplanation(data)).toBe(data);
  });

  test.each([
    [sentence, "version", undefined, 'field "version" is missing: it is no explanation'],
    [sentence, "version", 4, "it is of version 4, wanted 1, 2 or 3; use the calig that made it"],
    [sentence, "layout", undefined, 'field "layout" is missing, wanted "text" or "grid" or "names"'],
    [sentence, "layout", "sound", 'field "layout" is "sound", wanted "text" or "grid" or "names"'],
    [sentence, "layout", "toString", 'field "layout" is "toString", wanted "text"'],
    [sentence, "layout", "names", 'field "input.noun" is missing, wanted a record'],
    [sentence, "layout", "grid", 'field "input.kind" is "text", wanted "image"'],
    [sentence, "input.kind", 7, 'field "input.kind" is 7, wanted "text"'],
    [sound, "input.kind", 7, 'field "input.kind" is 7, wanted a text'],
    [sentence, "input.text", undefined, 'field "input.text" is missing, wanted a text'],
    [sentence, "target.label", 7, 'field "target.label" is 7, wanted a text'],
    [sentence, "attribution.2", null, 'field "attribution[2]" is null, wanted a number'],
    [sentence, "attribution", [1], 'field "attribution" has 1 entries, wanted 17'],
    [sentence, "features.3.word", 99, 'field "features[3].word" is 99, wanted an index below 13'],
    [sentence, "words.0.attribution", "0.1", 'field "words[0].attribution" is "0.1", wanted a number'],
    [sentence, "words", undefined, 'field "words" is missing, wanted a list'],
    [sentence, "blocks.1.fused", [1, 2], 'field "blocks[1].fused" has 2 entries, wanted 0 or 17'],
    [sentence, "blocks.0.completeness.converged", "yes", "wanted true or false"],
    [sentence, "method.signed", true, 'field "method.signed" is true, wanted false'],
    [sentence, "completeness", 1, 'field "completeness" is 1, wanted a record'],
    [sentence, "warnings.0", "a", 'field "warnings[0]" is "a", wanted a record'],
    [image, "input.grid", [0, 14], 'field "input.grid[0]" is 0, wanted a whole number of at least 1'],
    [image, "input.seen", [0, 0, 9], 'field "input.seen" has 3 entries, wanted 4'],
    [image, "input.background", "plaid", 'wanted "ignore" or "white" or "black" or "#rrggbb"'],
    [image, "input.background", "constructor", 'field "input.background" is "constructor"'],
    [image, "input.background", 7, 'field "input.background" is 7'],
    [image, "input.deepGrey", "stretch", 'field "input.deepGrey" is "stretch", wanted "clip" or "scale"'],
    [image, "features", {}, 'field "features" is {}, wanted a list'],
  ])("names the field of what is wrong: case %#", (explanation, path, value, message) => {
    const parse = () => parseExplanation(changed(explanation, path, value));
    expect(parse).toThrow(InputError);
    expect(parse).toThrow(message);
  });

  test.each([
    [null, "it is null, wanted an explanation"],
    ["a text", 'it is "a text", wanted an explanation'],
    [[sentence], "it is a list, wanted an explanation"],
  ])("refuses what is no record: %#", (value, message) => {
    expect(() => parseExplanation(value)).toThrow(message);
  });

  test("cuts long values in messages", () => {
    expect(() => parseExplanation(changed(sentence, "target.score", "x".repeat(500)))).toThrow(/^.{0,90}$/);
  });
});
