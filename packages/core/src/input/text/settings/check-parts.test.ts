import { describe, expect, it } from "vitest";
import { CheckpointError } from "../../../errors.ts";
import type { JsonPart } from "../portable/json-part.ts";
import { vocabularyIds } from "./add-tokens.ts";
import { checkParts } from "./check-parts.ts";

const MODEL = { type: "WordPiece", vocab: { a: 0, b: 1 } };
const check = (parts: JsonPart) => {
  const contents = { model: MODEL, ...parts };
  return checkParts(contents, vocabularyIds(contents.model as JsonPart));
};
const template = (single: readonly object[], tokens: object) => ({
  type: "TemplateProcessing",
  single,
  pair: [{ Sequence: { id: "A" } }, { Sequence: { id: "B" } }],
  special_tokens: tokens,
});
const A = { Sequence: { id: "A", type_id: 0 } };
const CLS = { SpecialToken: { id: "[CLS]", type_id: 0 } };

describe("checkParts()", () => {
  it("finds the largest id, of added tokens and of those set around texts too", () => {
    expect(check({})).toBe(2);
    expect(check({ added_tokens: [{ id: 7, content: "x" }] })).toBe(8);
    expect(check({ post_processor: template([CLS, A], { "[CLS]": { ids: [9], tokens: ["[CLS]"] } }) })).toBe(10);
    const sequence = { type: "Sequence", processors: [{ type: "RobertaProcessing", sep: ["b", 1], cls: ["c", 11] }] };
    expect(check({ post_processor: sequence })).toBe(12);
  });

  it.each<[string, JsonPart, string]>([
    ["an empty vocabulary", { model: { vocab: {} } }, "its vocabulary is empty"],
    ["an id that is no number", { model: { vocab: { a: true } } }, 'has the id true for "a"'],
    ["an id that is no whole number", { model: { vocab: { a: 1.5 } } }, 'has the id 1.5 for "a"'],
    ["a token without a score", { model: { vocab: [["a", 0], ["b"]] } }, "entry 1 of its vocabulary"],
    [
      "an unknown token that is not there",
      { model: { vocab: [["a", 0]], unk_id: 3 } },
      "is 3, and its vocabulary has 1",
    ],
    ["an added token of a strange id", { added_tokens: [{ id: -1, content: "x" }] }, '"x" has the id -1'],
    [
      "a template with a token that it does not know",
      { post_processor: template([CLS, A], {}) },
      'sets the token "[CLS]"',
    ],
    ["a template without the text", { post_processor: template([], {}) }, "for a text has no place for A"],
    ["a processor without its token", { post_processor: { type: "BertProcessing", sep: ["x"] } }, 'for "sep", wanted'],
    ["a map that is not there", { normalizer: { type: "Precompiled" } }, "is no text"],
    ["a map that is null", { normalizer: { type: "Precompiled", precompiled_charsmap: null } }, "is no text"],
    ["a map that is no text", { normalizer: { type: "Precompiled", precompiled_charsmap: true } }, "is no text"],
  ])("refuses %s", (_, parts, message) => {
    expect(() => check(parts)).toThrow(CheckpointError);
    expect(() => check(parts)).toThrow(message);
  });
});
