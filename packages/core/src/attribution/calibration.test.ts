import { describe, expect, it } from "vitest";
import { calibrationPoints, expectedAccuracy } from "./calibration.ts";

/** So many answers at a probability, of which so many are right. */
const answers = (probability: number, all: number, right: number) =>
  Array.from({ length: all }, (_, i) => ({ probability, correct: i < right }));

describe("calibrationPoints()", () => {
  it("counts answers in groups, each with one more of either kind", () => {
    const points = calibrationPoints([...answers(0.6, 50, 30), ...answers(0.9, 50, 49)]);
    expect(points).toEqual([
      { probability: 0.6, accuracy: Number((31 / 52).toFixed(4)), inputs: 50 },
      { probability: 0.9, accuracy: Number((50 / 52).toFixed(4)), inputs: 50 },
    ]);
  });

  it("joins neighbours that contradict each other", () => {
    const points = calibrationPoints([...answers(0.6, 50, 45), ...answers(0.7, 50, 25), ...answers(0.9, 50, 50)]);
    expect(points.map(({ inputs }) => inputs)).toEqual([100, 50]);
    expect(points[0]).toEqual({ probability: 0.65, accuracy: Number((71 / 102).toFixed(4)), inputs: 100 });
  });

  it("gives nothing of nothing", () => expect(calibrationPoints([])).toEqual([]));
});

describe("expectedAccuracy()", () => {
  const points = [
    { probability: 0.6, accuracy: 0.7, inputs: 50 },
    { probability: 0.8, accuracy: 0.9, inputs: 50 },
  ];

  it("goes along lines, from chance on, and stays at the last point", () => {
    const at = (probability: number) => expectedAccuracy(points, probability, 2);
    expect(at(0.5)).toBeCloseTo(0.5, 9);
    expect(at(0.55)).toBeCloseTo(0.6, 9);
    expect(at(0.7)).toBeCloseTo(0.8, 9);
    expect(at(0.99)).toBe(0.9);
    expect(expectedAccuracy(points, 0.25, 4)).toBeCloseTo(0.25, 9);
    expect(expectedAccuracy([], 0.7, 2)).toBeUndefined();
  });
});
