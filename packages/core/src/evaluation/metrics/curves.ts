/** @file The deletion and insertion curves themselves, at the same places for inputs of any length, to be drawn. */

import type { Metric } from "../metric.ts";
import { CURVE_OPTIONS, deletionCurve, insertionCurve, stepSizes } from "./curve.ts";

/** Places of a curve: shares of the features, from none to all. */
export const CURVE_PLACES = Array.from({ length: 21 }, (_, i) => i / 20);

/** A curve at CURVE_PLACES, linear between its steps. */
export function resampledCurve(values: readonly number[], sizes: readonly number[]): number[] {
  const features = sizes.at(-1) ?? 0;
  return CURVE_PLACES.map((share) => {
    const wanted = share * features;
    const next = sizes.findIndex((size) => size >= wanted);
    const [low, high] = [sizes[next - 1] ?? 0, sizes[next] as number];
    const [before, after] = [values[next - 1] ?? (values[0] as number), values[next] as number];
    return high === low ? after : before + ((wanted - low) / (high - low)) * (after - before);
  });
}

/** Numbers of one input: the probability while features are removed at CURVE_PLACES, then while they are restored. */
export const curves: Metric = {
  name: "curves",
  summary:
    "the target's probability (of a regression: its number) at every twentieth of the features removed and restored, drawn in HTML reports",
  figures: [],
  revision: 1,
  options: CURVE_OPTIONS,
  async measure(subject) {
    const sizes = stepSizes(subject.attribution.length, subject.curveSteps);
    return [
      ...resampledCurve(await deletionCurve(subject), sizes),
      ...resampledCurve(await insertionCurve(subject), sizes),
    ];
  },
};
