/** @file A cue is confirmed by the probability or by decisions, each beyond controls, and both ways where both can be tried. */

import { expect, it } from "vitest";
import { isConfirmed } from "./confirmation.ts";
import type { Intervention } from "./shortcut-report.ts";

/** An intervention by the near ends of its intervals. */
const by = (change: number, beyond: number | null, flips: number, flipsBeyond: number | null): Intervention => {
  const from = (low: number) => ({ mean: low + 0.1, low, high: low + 0.2 });
  return {
    inputs: 20,
    change: from(change),
    beyondControls: beyond === null ? null : from(beyond),
    controls: [],
    flips: { count: 1, of: 20, ...from(flips) },
    flipsBeyondControls: flipsBeyond === null ? null : from(flipsBeyond),
  };
};
const probability = by(0.1, 0.06, 0, 0);
const decisions = by(-0.02, -0.02, 0.2, 0.1);

it.each<[string, boolean, Intervention | null, Intervention | null]>([
  ["the probability, both ways", true, probability, probability],
  ["decisions where the mean change is near 0", true, decisions, probability],
  ["decisions, both ways", true, decisions, decisions],
  ["insertion where too few inputs have it", true, null, probability],
  ["removal alone", false, probability, null],
  ["one way of two", false, by(0.04, 0.04, 0.02, 0.02), probability],
  ["controls that move the probability as much", false, by(0.1, 0.02, 0, 0), probability],
  ["controls that change as many decisions", false, by(0, 0, 0.2, 0.02), probability],
  ["the probability beyond controls, and decisions not", false, by(0.02, 0.1, 0.2, 0.02), probability],
  ["controls that were not asked", false, by(0.1, null, 0.2, null), probability],
])("%s: %s", (_, confirmed, removal, insertion) => {
  expect(isConfirmed({ removal, insertion })).toBe(confirmed);
});
