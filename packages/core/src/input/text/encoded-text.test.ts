import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { assembleEncodedText, checkTexts, type RawToken } from "./encoded-text.ts";

const CLS: RawToken = { id: 1, typeId: 0, name: "[CLS]", sequence: null, start: 0, end: 0 };
const SEP: RawToken = { id: 2, typeId: 0, name: "[SEP]", sequence: null, start: 0, end: 0 };

/** A token that covers a part of its text. */
const piece = (start: number, end: number, sequence = 0): RawToken => ({
  id: 10 + start,
  typeId: sequence,
  name: "piece",
  sequence,
  start,
  end,
});

const shown = (texts: string[], tokens: RawToken[], maxLength = 100) => {
  const { features, ...rest } = assembleEncodedText(texts, tokens, maxLength);
  return { ...rest, features: features.map(({ text, start, end, word }) => [text, start, end, word]) };
};

describe("assembleEncodedText()", () => {
  it("gives features with their words, special tokens empty", () => {
    const encoded = assembleEncodedText(["not bad"], [CLS, piece(0, 3), piece(4, 6), piece(6, 7), SEP], 100);
    expect(encoded).toEqual({
      text: "not bad",
      ids: [1, 10, 14, 16, 2],
      typeIds: [0, 0, 0, 0, 0],
      features: [
        { text: "[CLS]", start: 0, end: 0, special: true, word: null },
        { text: "not", start: 0, end: 3, special: false, word: 0 },
        { text: "ba", start: 4, end: 6, special: false, word: 1 },
        { text: "d", start: 6, end: 7, special: false, word: 1 },
        { text: "[SEP]", start: 7, end: 7, special: true, word: null },
      ],
      words: [
        { text: "not", start: 0, end: 3 },
        { text: "bad", start: 4, end: 7 },
      ],
    });
  });

  it("trims white space from features", () => {
    const { features } = shown(["not bad "], [piece(0, 3), piece(3, 8)]);
    expect(features).toEqual([
      ["not", 0, 3, 0],
      ["bad", 4, 7, 1],
    ]);
  });

  it("shows a token of white space, or of nothing, as the next token, at the end as the last one", () => {
    const { features } = shown(["a\n b\n"], [piece(0, 0), piece(0, 1), piece(1, 2), piece(2, 4), piece(4, 5)]);
    expect(features.map(([text]) => text)).toEqual(["a", "a", "b", "b", "b"]);
    expect(features.map((feature) => feature[3])).toEqual([0, 0, 1, 1, 1]);
  });

  it("shows a mark of a word's start as the token after it, not as the first character of the word", () => {
    const mark = { ...piece(4, 5), name: "▁" };
    const { features } = shown(["አሁን ደደብ"], [piece(0, 3), mark, piece(4, 6), piece(6, 7)]);
    expect(features).toEqual([
      ["አሁን", 0, 3, 0],
      ["ደደ", 4, 6, 1],
      ["ደደ", 4, 6, 1],
      ["ብ", 6, 7, 1],
    ]);
  });

  it("sets the texts of a pair one after the other", () => {
    const tokens = [CLS, piece(0, 2), SEP, piece(0, 3, 1), piece(3, 4, 1), SEP];
    const encoded = shown(["so", "why?"], tokens);
    expect(encoded.text).toBe("so\nwhy?");
    expect(encoded.typeIds).toEqual([0, 0, 0, 1, 1, 0]);
    expect(encoded.features).toEqual([
      ["[CLS]", 0, 0, null],
      ["so", 0, 2, 0],
      ["[SEP]", 2, 2, null],
      ["why", 3, 6, 1],
      ["?", 6, 7, 2],
      ["[SEP]", 7, 7, null],
    ]);
    expect(encoded.words.map(({ text, start }) => [text, start])).toEqual([
      ["so", 0],
      ["why", 3],
      ["?", 6],
    ]);
  });

  it("keeps the beginning and all special tokens of a text that is too long, and says so", () => {
    const tokens = [CLS, piece(0, 3), piece(4, 6), piece(6, 7), piece(8, 12), SEP];
    const encoded = shown(["not badly done"], tokens, 4);
    expect(encoded.ids).toEqual([1, 10, 14, 2]);
    expect(encoded.truncated).toEqual({ keptTokens: 4, totalTokens: 6, keptCharacters: 6, kept: "beginning" });
    expect(encoded.text).toBe("not badly done");
    expect(encoded.words).toEqual([
      { text: "not", start: 0, end: 3 },
      { text: "ba", start: 4, end: 6 },
    ]);
    expect(shown(["not badly done"], tokens, 6)).not.toHaveProperty("truncated");
  });

  it("counts the kept characters of a pair together", () => {
    const tokens = [piece(0, 1), piece(2, 3), piece(0, 2, 1), piece(3, 5, 1)];
    const { truncated } = assembleEncodedText(["a b", "cd ef"], tokens, 2);
    expect(truncated).toEqual({ keptTokens: 2, totalTokens: 4, keptCharacters: 3, kept: "beginning" });
  });

  it("refuses a limit without room for a token", () => {
    expect(() => assembleEncodedText(["a b"], [CLS, piece(0, 1), piece(2, 3), SEP], 2)).toThrow(InputError);
  });

  it("refuses a text of which no token stands for a character", () => {
    expect(() => assembleEncodedText(["\u0007"], [CLS, SEP], 100)).toThrow(
      "Cannot read the text: none of its 1 characters is kept by the model's tokenizer",
    );
    expect(() => assembleEncodedText(["a", "\u0007"], [CLS, piece(0, 1), SEP], 100)).toThrow(InputError);
  });

  it("takes texts of hundreds of thousands of words", () => {
    const count = 200_000;
    const tokens = Array.from({ length: count }, (_, index) => piece(2 * index, 2 * index + 1));
    expect(assembleEncodedText(["a ".repeat(count)], tokens, count).words).toHaveLength(count);
  });
});

describe("checkTexts()", () => {
  it("refuses empty texts and says which", () => {
    expect(() => checkTexts([""])).toThrow("Cannot read the text: it is empty; give at least one word");
    expect(() => checkTexts([" \n\t\u00a0"])).toThrow(InputError);
    expect(() => checkTexts(["a", " "])).toThrow("Cannot read the second text of the pair");
    expect(() => checkTexts(["", "b"])).toThrow("the first text");
    expect(() => checkTexts(["a", "b"])).not.toThrow();
  });
});
