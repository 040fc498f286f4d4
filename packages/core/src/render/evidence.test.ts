import { describe, expect, test } from "vitest";
import {
  against,
  allZero,
  FIXTURES,
  image,
  longText,
  scripts,
  sentence,
  withoutBlocks,
} from "../../../../test/render/fixtures.ts";
import {
  attributionSum,
  boundOver,
  byStrength,
  isPredicted,
  isWritten,
  itemsOf,
  quantitiesOf,
  rankedItems,
  scoreName,
  specialShareOf,
  specialsOf,
  sumOver,
  targetName,
} from "./evidence.ts";

describe.each(Object.entries(FIXTURES))("items of %s", (_, explanation) => {
  test("cover every feature once together with the special tokens", () => {
    const features = [...itemsOf(explanation), ...specialsOf(explanation)].flatMap((item) => item.features);
    expect(features.sort((a, b) => a - b)).toEqual(explanation.features.map((_, index) => index));
  });

  test("rank as the explanation ranks", () => {
    const { supporting, opposing } = rankedItems(itemsOf(explanation));
    expect(supporting.map((item) => item.attribution)).toEqual(explanation.supporting.map((item) => item.attribution));
    expect(opposing.map((item) => item.attribution)).toEqual(explanation.opposing.map((item) => item.attribution));
  });

  test("have attributions that sum to the whole", () => {
    const items = [...itemsOf(explanation), ...specialsOf(explanation)];
    const sum = items.reduce((total, item) => total + item.attribution, 0);
    expect([sum]).toBeAllClose([attributionSum(explanation)], { atol: 1e-9 });
  });
});

test("itemsOf() sums the tokens of a word and numbers repeated words", () => {
  const words = itemsOf(sentence);
  const unforgettable = words.find((item) => item.label === "unforgettable")!;
  expect(unforgettable.features).toHaveLength(3);
  expect(sumOver(unforgettable, sentence.attribution)).toBeCloseTo(unforgettable.attribution, 9);
  const labels = itemsOf(longText).map((item) => item.label);
  expect(labels).toContain("dull");
  expect(labels).toContain("dull (5)");
  expect(labels).not.toContain("dull (6)");
});

test("itemsOf() names patches by row and column, without the class token", () => {
  const patches = itemsOf(image);
  expect(patches).toHaveLength(196);
  expect(patches[15]!.label).toBe("row 1, column 1");
  expect(specialsOf(image).map((item) => item.label)).toEqual(["class token"]);
});

test("byStrength() sorts by magnitude and keeps reading order among equals", () => {
  const item = (index: number, attribution: number) => ({
    index,
    label: `${index}`,
    name: `${index}`,
    features: [],
    attribution,
  });
  expect(byStrength([item(0, 0.1), item(1, -2), item(2, 2), item(3, 0.1)]).map((i) => i.index)).toEqual([1, 2, 0, 3]);
});

test("specialShareOf() is a share of magnitudes, and 0 for a map of zeros", () => {
  const { items, sum, share } = specialShareOf(sentence);
  expect(items.map((item) => item.label)).toEqual(["[CLS]", "[SEP]"]);
  expect(sum).toBeCloseTo(sentence.attribution[0]! + sentence.attribution.at(-1)!, 9);
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(0.1);
  expect(specialShareOf(allZero).share).toBe(0);
});

test("quantitiesOf() leaves out what the blocks do not hold", () => {
  expect(quantitiesOf(sentence).map((quantity) => quantity.name)).toEqual(["fused", "relevance", "attentionEvidence"]);
  expect(quantitiesOf(withoutBlocks)).toEqual([]);
  const blocks = sentence.blocks.map((block) => ({ ...block, attentionEvidence: [] }));
  expect(quantitiesOf({ ...sentence, blocks }).map((quantity) => quantity.name)).toEqual(["fused", "relevance"]);
});

test("boundOver() is the largest sum over an item in any block", () => {
  const words = itemsOf(sentence);
  const sums = sentence.blocks.flatMap((block) => words.map((item) => Math.abs(sumOver(item, block.fused))));
  expect(boundOver(words, sentence.blocks, "fused")).toBe(Math.max(...sums));
});

test("the target is named with the class it is measured against", () => {
  expect([targetName(sentence), scoreName(sentence)]).toEqual(["POSITIVE", "logit"]);
  expect([targetName(against), scoreName(against)]).toEqual(["POSITIVE rather than NEGATIVE", "logit difference"]);
  expect(isPredicted(sentence)).toBe(true);
  expect(isPredicted({ ...sentence, target: { ...sentence.target, index: 0 } })).toBe(false);
  expect(isWritten(scripts)).toBe(true);
  expect(isWritten(image)).toBe(false);
});
