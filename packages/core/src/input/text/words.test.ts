import { describe, expect, it } from "vitest";
import { groupWords, type RunSplitter, splitCharacters } from "./words.ts";

/** The words of a text whose every character that is not white space is a token: what the text alone decides. */
function wordsOf(text: string, split?: RunSplitter): string[] {
  const spans = Array.from(text.matchAll(/\S/gu), ({ 0: character, index }) => ({
    start: index,
    end: index + character.length,
  }));
  return groupWords(text, spans, split).words.map((word) => word.text);
}

describe("groupWords()", () => {
  it.each([
    ["white space ends a word", "a bc\td\ne\u00a0f\u3000g", ["a", "bc", "d", "e", "f", "g"]],
    ["punctuation is its own word", '("Good," he said.)', ["(", '"', "Good", ",", '"', "he", "said", ".", ")"]],
    ["apostrophes inside", "can't don’t rock'n'roll", ["can't", "don’t", "rock'n'roll"]],
    ["apostrophes outside", "'quoted' dogs' x", ["'", "quoted", "'", "dogs", "'", "x"]],
    ["hyphens inside", "well-made mother-in-law's", ["well-made", "mother-in-law's"]],
    ["hyphens outside", "-5 well- made x--y", ["-", "5", "well", "-", "made", "x", "--", "y"]],
    ["underscores inside", "snake_case _x_", ["snake_case", "_", "x", "_"]],
    ["endings written apart", "film 's, they 're ca n't", ["film", "'s", ",", "they", "'re", "ca", "n't"]],
    ["numbers", "1,000.50 $5 50% 3.x", ["1,000.50", "$", "5", "50", "%", "3", ".", "x"]],
    ["points do not join letters", "end.Next", ["end", ".", "Next"]],
    ["repeated signs", "what?!... no!!! --", ["what", "?", "!", "...", "no", "!!!", "--"]],
    ["decomposed accents", "Cafe\u0301 nai\u0308ve", ["Cafe\u0301", "nai\u0308ve"]],
    ["emoji", "so👍🏽 😀😀😢 ❤️", ["so", "👍🏽", "😀😀", "😢", "❤️"]],
    ["joined emoji", "👩‍👩‍👧‍👦x 🇩🇪🇫🇷", ["👩‍👩‍👧‍👦", "x", "🇩🇪", "🇫🇷"]],
    ["keycaps", "1️⃣ 2", ["1️⃣", "2"]],
    ["joiners and soft hyphens", "می‌خواهم co\u00adop a\u200bb", ["می‌خواهم", "co\u00adop", "a", "\u200b", "b"]],
    ["Hebrew quotes", "צה״ל ג׳ירפה", ["צה״ל", "ג׳ירפה"]],
    ["Amharic", "ጥሩ ነው፡፡ ሰላም።", ["ጥሩ", "ነው", "፡፡", "ሰላም", "።"]],
    ["Ethiopic word spaces and commas", "ጥሩ፡ነው፣ሰላም፤", ["ጥሩ", "፡", "ነው", "፣", "ሰላም", "፤"]],
    ["Ethiopic abbreviations", "የዶ/ር ት/ቤት በ2013 ዓ.ም. ወ.ዘ.ተ", ["የዶ/ር", "ት/ቤት", "በ2013", "ዓ.ም", ".", "ወ.ዘ.ተ"]],
    ["Ethiopic alternatives and sentences", "ወንድ/ሴት ነው.እኔ", ["ወንድ", "/", "ሴት", "ነው", ".", "እኔ"]],
    ["Korean", "영화가 좋다.", ["영화가", "좋다", "."]],
    ["HTML", "<b>x&amp;</b>", ["<", "b", ">", "x", "&", "amp", ";", "<", "/", "b", ">"]],
    ["lone surrogates and control characters", "a\ud800b \u0007\u0007", ["a", "\ud800", "b", "\u0007\u0007"]],
  ])("%s", (_, text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it("splits scripts without spaces by the platform's segmenter, apart from other scripts", () => {
    const words = wordsOf("我用iPhone看2023年的电影。");
    expect(words.join("|")).toBe("我|用|iPhone|看|2023|年|的|电影|。");
    expect(wordsOf("ラーメンを食べたい")[0]).toBe("ラーメン");
    expect(wordsOf("ฉันรักคุณ")).toEqual(["ฉัน", "รัก", "คุณ"]);
  });

  it("splits them by the tokens where the platform has no segmenter", () => {
    const text = "这部电影 ฉัน";
    expect(wordsOf(text, splitCharacters)).toEqual(["这", "部", "电", "影", "ฉั", "น"]);
    const spans = [
      { start: 0, end: 2 },
      { start: 2, end: 4 },
    ];
    expect(groupWords(text, spans, splitCharacters).words.map((word) => word.text)).toEqual(["这部", "电影"]);
  });

  it("never splits a token: words that share one become one", () => {
    const { words, wordOf } = groupWords('he said."', [
      { start: 0, end: 2 },
      { start: 3, end: 5 },
      { start: 5, end: 8 },
      { start: 8, end: 9 },
    ]);
    expect(words.map((word) => word.text)).toEqual(["he", "said.", '"']);
    expect(wordOf).toEqual([0, 1, 1, 2]);
    expect(groupWords("as well as", [{ start: 0, end: 10 }]).words).toEqual([
      { text: "as well as", start: 0, end: 10 },
    ]);
  });

  it("puts tokens that share a character into one word, and whole words around tokens that cover a part", () => {
    const spans = [
      { start: 0, end: 2 },
      { start: 0, end: 2 },
      { start: 3, end: 4 },
    ];
    expect(groupWords("😀 e\u0301!", spans)).toEqual({
      words: [
        { text: "😀", start: 0, end: 2 },
        { text: "e\u0301", start: 3, end: 5 },
      ],
      wordOf: [0, 0, 1],
    });
  });

  it("leaves out what no token covers", () => {
    expect(groupWords("a \u0007 b", [{ start: 4, end: 5 }])).toEqual({
      words: [{ text: "b", start: 4, end: 5 }],
      wordOf: [0],
    });
    expect(groupWords("abc", [])).toEqual({ words: [], wordOf: [] });
  });

  it("gives splitters no more than 500 characters at once, whole ones", () => {
    const runs: string[] = [];
    const text = "𠮷".repeat(1200);
    const { words } = groupWords(text, [{ start: 0, end: text.length }], (run) => {
      runs.push(run);
      return [run];
    });
    expect(runs.map((run) => Array.from(run).length)).toEqual([500, 500, 200]);
    expect(words).toEqual([{ text, start: 0, end: text.length }]);
  });
});
