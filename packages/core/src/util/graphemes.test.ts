/** @file Visible characters are those of Intl.Segmenter, wherever a long text is cut. */

import { describe, expect, it } from "vitest";
import { graphemes } from "./graphemes.ts";

const whole = (text: string) => {
  const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
};

describe("graphemes()", () => {
  it.each<[string, string]>([
    ["nothing", ""],
    ["ASCII", "ab c"],
    ["accents and line ends", "a\u0301\r\n\rx\u0308"],
    ["emojis with joiners", "👩‍👩‍👧‍👦👍🏽"],
    ["flags, two letters each", "🇩🇪🇫🇷🇯🇵"],
    ["Hangul", "각한국"],
    ["halves of surrogates", "\ud83d\udc00\ud83d"],
    ["Devanagari", "क्षि"],
  ])("finds %s as Intl.Segmenter does, as often as it is repeated", (_, text) => {
    // Odd counts put the cuts at every place of a character in turn.
    for (const before of ["", "x", "xy", "xyz"]) {
      const long = before + text.repeat(301);
      expect([...graphemes(long)]).toEqual(whole(long));
    }
  });

  it("takes a character that is longer than a piece as one", () => {
    const long = `a${"\u0301".repeat(3000)}`;
    expect([...graphemes(`${long}b${long}`)]).toEqual([long, "b", long]);
  });
});
