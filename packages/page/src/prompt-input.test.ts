/** @file Prompts in the fields of the page and in links. */

import { describe, expect, it } from "vitest";
import { chatOf, partsIn, promptOf, written } from "./prompt-input.ts";
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

describe("chatOf() and partsIn()", () => {
  it.each(["", "{", "[]", "[1]", "[null]", '{"role":"user"}', '[{"role":"user"}]', '[{"role":1,"content":"a"}]'])(
    "take %j of a link for nothing",
    (text) => {
      expect(chatOf({ chat: text })).toBeUndefined();
      expect(partsIn({ parts: text })).toEqual([]);
    },
  );
});
