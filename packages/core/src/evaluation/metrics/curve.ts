/** @file Curves of the probability while features are removed or restored step by step. */

import { defineOption } from "../../options/option.ts";
import { wholeNumber } from "../../options/types.ts";
import { type Kept, only, ranked, without } from "../features.ts";
import type { Subject } from "../metric.ts";

/** Most steps of a curve where nothing else is asked for. */
export const CURVE_STEPS = 32;

/** Options of metrics that draw curves. */
export const CURVE_OPTIONS = {
  /** Most steps of a deletion or insertion curve; inputs of fewer features have one feature per step. */
  curveSteps: defineOption<number>({
    type: wholeNumber({ min: 1 }),
    group: "Evaluation",
    summary: "most steps of a deletion or insertion curve",
    default: CURVE_STEPS,
  }),
};

/** What curves are drawn of. */
export type CurveSubject = Pick<Subject, "attribution" | "probe" | "curveSteps">;

/** Number of features changed after each of the steps 0..n, n = min(features, `most`): evenly spread. */
export function stepSizes(features: number, most: number): number[] {
  const steps = Math.min(features, most);
  return Array.from({ length: steps + 1 }, (_, step) => Math.round((step * features) / Math.max(1, steps)));
}

/** Area under a curve over [0, 1] by the trapezoid rule: (sum - first/2 - last/2) / (points - 1). */
export function curveArea(values: readonly number[]): number {
  const [first, last] = [values[0] as number, values.at(-1) as number];
  if (values.length === 1) return first;
  return (values.reduce((sum, value) => sum + value, 0) - first / 2 - last / 2) / (values.length - 1);
}

/** Probability of the target at each step of removing the features, most supportive first. */
export const deletionCurve = (subject: CurveSubject): Promise<readonly number[]> => curve(subject, without);

/** Probability of the target at each step of restoring the features to an input of nothing, most supportive first. */
export const insertionCurve = (subject: CurveSubject): Promise<readonly number[]> => curve(subject, only);

function curve(
  { attribution, probe, curveSteps }: CurveSubject,
  variant: (count: number, features: readonly number[]) => Kept,
): Promise<readonly number[]> {
  const order = ranked(attribution);
  return probe.values(stepSizes(order.length, curveSteps).map((size) => variant(order.length, order.slice(0, size))));
}
