import { describe, expect, test } from "vitest";
import { baseDirection, hasRightToLeft, visualOrder } from "./bidi.ts";

const arranged = (words: readonly string[], base: "ltr" | "rtl") => visualOrder(words, base).map((i) => words[i]);

describe("visualOrder()", () => {
  test("keeps left-to-right text as it is", () => {
    expect(arranged(["a", " ", "b", ",", "1"], "ltr")).toEqual(["a", " ", "b", ",", "1"]);
    expect(arranged([], "ltr")).toEqual([]);
  });

  test("reverses right-to-left text in a right-to-left paragraph", () => {
    expect(arranged(["א", " ", "ב", "!"], "rtl")).toEqual(["!", "ב", " ", "א"]);
  });

  test("keeps a left-to-right phrase in its order inside a right-to-left paragraph", () => {
    expect(arranged(["א", " ", "new", " ", "york", " ", "ב"], "rtl")).toEqual(["ב", " ", "new", " ", "york", " ", "א"]);
  });

  test("reverses a right-to-left phrase inside a left-to-right paragraph, with the spaces inside it only", () => {
    expect(arranged(["say", " ", "שלום", " ", "עולם", " ", "now"], "ltr")).toEqual([
      "say",
      " ",
      "עולם",
      " ",
      "שלום",
      " ",
      "now",
    ]);
  });

  test("puts a number on the side of the letters before it", () => {
    const phrase = ["ב", " ", "2023", " ", "good", " ", "film", " ", "5", " ", "ג"];
    const line = ["ג", " ", "good", " ", "film", " ", "5", " ", "2023", " ", "ב"];
    expect(arranged(phrase, "rtl")).toEqual(line);
    expect(arranged(["in", " ", "ב", " ", "2023", " ", "x"], "ltr")).toEqual(["in", " ", "2023", " ", "ב", " ", "x"]);
  });

  test("keeps the digits of a number together and every word exactly once", () => {
    const words = ["ב", " ", "12", " ", "ג", ".", "x"];
    for (const base of ["ltr", "rtl"] as const) {
      expect(visualOrder(words, base).sort((a, b) => a - b)).toEqual(words.map((_, i) => i));
    }
  });
});

test("baseDirection() is that of the first letter; digits and signs do not count", () => {
  expect(baseDirection("12 שלום abc")).toBe("rtl");
  expect(baseDirection("abc שלום")).toBe("ltr");
  expect(baseDirection("ሰላም")).toBe("ltr");
  expect(baseDirection("!?")).toBe("ltr");
  expect(hasRightToLeft("abc שלום")).toBe(true);
  expect(hasRightToLeft("abc")).toBe(false);
});
