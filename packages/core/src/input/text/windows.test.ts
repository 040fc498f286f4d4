import { describe, expect, it } from "vitest";
import type { EncodedText } from "./tokenizer.ts";
import { cutWindows, windowStarts } from "./windows.ts";

/** A text of one-letter tokens between [CLS] and [SEP]. */
function letters(count: number): EncodedText {
  const text = Array.from({ length: count }, (_, index) => String.fromCharCode(97 + (index % 26))).join(" ");
  const words = Array.from({ length: count }, (_, index) => ({
    text: text[2 * index] as string,
    start: 2 * index,
    end: 2 * index + 1,
  }));
  const special = (name: string, at: number) => ({ text: name, start: at, end: at, special: true, word: null });
  return {
    text,
    ids: [1, ...words.map((_, index) => 100 + index), 2],
    typeIds: Array.from({ length: count + 2 }, () => 0),
    features: [
      special("[CLS]", 0),
      ...words.map((word, index) => ({ ...word, special: false, word: index })),
      special("[SEP]", text.length),
    ],
    words,
  };
}

describe("windowStarts()", () => {
  it("is one window when all fits", () => {
    expect(windowStarts(10, 10)).toEqual([0]);
  });
  it("spreads windows evenly from the first to the last token, overlapping by a quarter at least", () => {
    expect(windowStarts(20, 8)).toEqual([0, 6, 12]);
    expect(windowStarts(11, 10)).toEqual([0, 1]);
    for (const count of [9, 17, 100, 1001]) {
      const starts = windowStarts(count, 8);
      expect(starts.at(-1)).toBe(count - 8);
      starts.slice(1).forEach((start, w) => {
        expect(start - (starts[w] as number)).toBeLessThanOrEqual(6);
      });
    }
  });
});

describe("cutWindows()", () => {
  it("leaves a text that fits as one window that owns all", () => {
    const { windows } = cutWindows(letters(6), 8);
    expect(windows).toHaveLength(1);
    expect(windows[0]?.owned).toEqual([0, 1, 1, 1, 1, 1, 1, 0]);
    expect(windows[0]?.share).toBe(1);
  });

  it("gives every window the special tokens and at most as many tokens as the model reads", () => {
    const whole = letters(20);
    const { windows } = cutWindows(whole, 10);
    for (const { encoded, positions } of windows) {
      expect(encoded.ids).toHaveLength(10);
      expect([encoded.ids[0], encoded.ids.at(-1)]).toEqual([1, 2]);
      expect(encoded.ids).toEqual(positions.map((position) => whole.ids[position]));
      expect(encoded.features).toEqual(positions.map((position) => whole.features[position]));
    }
  });

  it("has every token owned by exactly one window, the one where it is farthest from a cut", () => {
    const whole = letters(20);
    const { windows } = cutWindows(whole, 10); // windows of 8 tokens begin at 0, 6, 12
    const owners = whole.ids.map((_, position) =>
      windows.flatMap((window, w) =>
        window.positions.some((at, index) => at === position && window.owned[index] === 1) ? [w] : [],
      ),
    );
    // Tokens 6 and 7 are read twice: 6 is one from the cut in the first window and zero in the second; 7 the reverse.
    expect(owners.slice(1, -1).map((own) => own.join())).toEqual(
      [..."00000001111112222222"].map((_, index) => (index < 7 ? "0" : index < 13 ? "1" : "2")),
    );
    expect(owners[0]).toEqual([]);
    expect(windows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("says when the special tokens fill the model", () => {
    expect(() => cutWindows(letters(5), 2)).toThrow(/leave no room/);
  });
});
