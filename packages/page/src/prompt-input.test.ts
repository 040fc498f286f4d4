/** @file Prompts in the fields of the page and in links. */

import { describe, expect, it } from "vitest";
import { chatOf, partsIn, promptOf, verbaliserOf, written } from "./prompt-input.ts";
import { formatRoute, parseRoute } from "./route.ts";

const MESSAGES = [{ role: "user", content: "How was it?" }];

describe("promptOf()", () => {
  it("asks what the fields hold, through a link as well", () => {
    const parts = [{ name: "document", text: "a film" }];
    const fields = { text: "a film that", answer: " ends", perToken: "true", parts: written(parts) as string };
    const asked = { prompt: "a film that", answer: " ends", perToken: true, parts };
    expect(promptOf(fields)).toEqual(asked);
    expect(promptOf(parseRoute(formatRoute(fields)))).toEqual(asked);
    expect(promptOf({ text: "ignored", chat: written(MESSAGES) as string })).toEqual({ chat: MESSAGES });
  });

  it("asks for single tokens only of one answer", () => {
    expect(promptOf({ text: "a", perToken: "true" })).toEqual({ prompt: "a" });
    expect(promptOf({ text: "a", answer: "b", againstText: "c", perToken: "true" })).toEqual({
      prompt: "a",
      answer: "b",
      against: "c",
    });
  });

  it("asks nothing where nothing is typed", () => {
    expect(promptOf({})).toBeUndefined();
    expect(promptOf({ text: " " })).toBeUndefined();
    expect(promptOf({ chat: written([{ role: "user", content: "" }]) as string })).toBeUndefined();
  });
});

describe("verbaliserOf()", () => {
  it("reads a label a line, words behind a space and quoted ones as they are", () => {
    const verbaliser = 'positive: good,  very great ,\n\n yes : "Yes", "no, thanks",""\npositive: fine\n__proto__: x';
    const read = verbaliserOf({ verbaliser });
    expect(Object.entries(read ?? {})).toEqual([
      ["positive", [" good", " very great", " fine"]],
      ["yes", ["Yes", "no, thanks"]],
      ["__proto__", [" x"]],
    ]);
    expect(promptOf(parseRoute(formatRoute({ text: "a", verbaliser })))).toEqual({ prompt: "a", verbaliser: read });
  });

  it("is left where there is an answer, or nothing is typed", () => {
    expect(promptOf({ text: "a", answer: "b", verbaliser: "x: y" })).toEqual({ prompt: "a", answer: "b" });
    expect(verbaliserOf({ verbaliser: " \n" })).toBeUndefined();
  });

  it.each(["good", "positive:", ": good", "positive: ,"])("refuses the line %j", (line) => {
    expect(() => verbaliserOf({ verbaliser: `a: b\n${line}` })).toThrow(/Cannot read the labels: the line/);
  });
});

describe("chatOf() and partsIn()", () => {
  it.each(["", "{", "[]", "[1]", "[null]", '{"role":"user"}', '[{"role":"user"}]', '[{"role":1,"content":"a"}]'])(
    "take %j of a link for nothing",
    (text) => {
      expect(chatOf({ chat: text })).toBeUndefined();
      expect(partsIn({ parts: text })).toEqual([]);
    },
  );
});
