import { describe, expect, test } from "vitest";
import { FIXTURES, image, longText, sentence, withoutCompleteness } from "../../../../test/render/fixtures.ts";
import { itemsOf } from "./items.ts";
import { waterfall } from "./waterfall.ts";

const present = Object.entries(FIXTURES).filter(([, explanation]) => waterfall(explanation) !== null);

describe("waterfall()", () => {
  test.each(present)("of %s leads from the baseline to the input, every feature in one step", (_, explanation) => {
    for (const items of [undefined, 0, 1, 3, 1000]) {
      const found = waterfall(explanation, items === undefined ? {} : { items })!;
      let at = found.scoreAtBaseline;
      for (const { from, to, change } of found.steps) {
        expect(from).toBe(at);
        expect(to - from).toBeCloseTo(change, 9);
        at = to;
      }
      if (found.steps.length > 0) expect(at).toBe(found.scoreAtInput);
      const features = found.steps.flatMap((step) => step.features);
      expect(new Set(features).size).toBe(features.length);
      const missing = explanation.features.flatMap((_, i) => (features.includes(i) ? [] : [i]));
      // What is in no step has no attribution.
      for (const i of missing) expect(explanation.attribution[i]).toBe(0);
      expect(found.special.ofMagnitude).toBeGreaterThanOrEqual(0);
      expect(found.special.ofMagnitude).toBeLessThanOrEqual(1);
    }
  });

  test("names the strongest words, and puts the others together", () => {
    const { steps } = waterfall(sentence, { items: 1 })!;
    const kinds = steps.map(({ kind }) => kind);
    expect(kinds.slice(0, 2)).toEqual(["item", "supporting"]);
    const strongest = [...itemsOf(sentence)].sort((a, b) => b.attribution - a.attribution)[0]!;
    expect(steps[0]).toMatchObject({ label: strongest.label, change: strongest.attribution, count: 1 });
    expect(waterfall(longText)!.steps.length).toBeLessThanOrEqual(12);
  });

  test("of a picture says what the class token holds of the difference", () => {
    const found = waterfall(image)!;
    const token = image.features.findIndex(({ special }) => special);
    const difference = found.scoreAtInput - found.scoreAtBaseline;
    expect(found.special.change).toBe(image.attribution[token]);
    expect(found.special.share).toBeCloseTo((image.attribution[token] as number) / difference, 12);
    expect(found.steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["supporting", "opposing", "special"]));
  });

  test("is none where nothing says what values add up to, or they have no sign", () => {
    expect(waterfall(withoutCompleteness)).toBeNull();
    expect(waterfall({ ...sentence, method: { ...sentence.method, signed: false } })).toBeNull();
  });
});
