import { describe, expect, test } from "vitest";
import { sentence } from "../../../test/render/fixtures.ts";
import { isOtherDecision, textWithout } from "./changed-input.ts";

describe("textWithout()", () => {
  const { words, input } = sentence;
  test("leaves the text as it is without nothing, and nothing without everything but marks", () => {
    expect(textWithout(sentence, new Set())).toBe(input.text);
    expect(textWithout(sentence, new Set(words.keys()))).toBe("");
  });

  test("takes one blank with each word, and joins no others", () => {
    for (const [i, word] of words.entries()) {
      const left = textWithout(sentence, new Set([i]));
      expect(left).not.toMatch(/ {2}/);
      expect(left.length).toBeLessThan(input.text.length);
      const others = words.filter((_, j) => j !== i).map(({ text }) => text);
      let at = 0;
      for (const other of others) {
        at = left.indexOf(other, at);
        expect(at, `${other} without ${word.text}`).toBeGreaterThanOrEqual(0);
        at += other.length;
      }
    }
  });
});

test("isOtherDecision() asks whether another class is first", () => {
  const turned = { ...sentence, predictions: [...sentence.predictions].reverse() };
  expect(isOtherDecision(sentence, sentence)).toBe(false);
  expect(isOtherDecision(sentence, turned)).toBe(true);
  const number = { ...sentence, model: { ...sentence.model, activation: "none" as const } };
  expect(isOtherDecision(number, { ...number, predictions: turned.predictions })).toBe(false);
});
