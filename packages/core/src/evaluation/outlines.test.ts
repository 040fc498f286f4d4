import { describe, expect, test } from "vitest";
import { means, type OutlinedObject, outlinedFeatures, type Place } from "./outlines.ts";

const object = (classes: readonly (string | number)[], outline: readonly Place[] = []): OutlinedObject => ({
  category: "thing",
  classes,
  outline,
});

/** 4 x 4 patches over the whole picture. */
const features = Array.from({ length: 16 }, (_, i) => ({
  positions: [i],
  start: 0,
  end: 0,
  area: { x: (i % 4) / 4, y: Math.floor(i / 4) / 4, width: 0.25, height: 0.25 },
}));
const marked = (outline: readonly Place[]) =>
  outlinedFeatures(features, [object([], outline)]).flatMap((mark, feature) => (mark === 1 ? [feature] : []));
const box = (left: number, top: number, right: number, bottom: number): Place[] => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

describe("means()", () => {
  const labels = ["tench, Tinca tinca", "zebra", "Zebra finch"];

  test.each([
    ["the index", [1], 1, true],
    ["another index", [0], 1, false],
    ["the label in other letters", ["ZEBRA"], 1, true],
    ["one of several names in a label", ["tinca tinca"], 0, true],
    ["part of a name", ["zebra"], 2, false],
    ["one of several classes", ["cat", 0], 0, true],
    ["no class", [], 0, false],
  ])("by %s", (_, classes, index, meant) => {
    expect(means(object(classes), index, labels)).toBe(meant);
  });
});

describe("outlinedFeatures()", () => {
  test("marks patches that are covered by half", () => {
    // The left half of the picture and 60 % of the third column, of the two upper rows.
    expect(marked(box(0, 0, 0.65, 0.5))).toEqual([0, 1, 2, 4, 5, 6]);
    expect(marked(box(0, 0, 0.6, 0.5))).toEqual([0, 1, 4, 5]);
  });

  test("follows an outline that is no box, and holes where it crosses itself", () => {
    expect(
      marked([
        [0, 0],
        [1, 0],
        [0, 1],
      ]),
    ).toEqual([0, 1, 2, 4, 5, 8]);
    // A frame drawn as one line: outside, then inside, along the same cut.
    expect(
      marked([...box(0, 0, 1, 1), [0, 0], [0.25, 0.25], [0.25, 0.75], [0.75, 0.75], [0.75, 0.25], [0.25, 0.25]]),
    ).toEqual([0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 14, 15]);
  });

  test("marks the patch that shows most of a small object, and none when it is not shown", () => {
    expect(marked(box(0.3, 0.3, 0.42, 0.42))).toEqual([5]);
    const half = features.slice(0, 8);
    expect(outlinedFeatures(half, [object([], box(0, 0.9, 1, 1))])).toEqual(new Array(8).fill(0));
  });

  test("adds up what several objects cover", () => {
    const two = [object([], box(0, 0, 0.1, 0.25)), object([], box(0.1, 0, 0.2, 0.25))];
    expect(outlinedFeatures(features, two)[0]).toBe(1);
    expect(outlinedFeatures(features, [two[0]!, object([], box(0.75, 0, 1, 0.25))])[0]).toBe(0);
  });

  test("marks no feature that shows nothing", () => {
    const empty = [{ positions: [0], start: 0, end: 0, area: { x: 0, y: 0, width: 0, height: 0.25 } }];
    expect(outlinedFeatures(empty, [object([], box(0, 0, 1, 1))])).toEqual([0]);
  });
});
