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
export const deletionCurve = ({ probe, ...subject }: CurveSubject): Promise<readonly number[]> =>
  probe.values(variants(subject, without));

/** Probability of the target at each step of restoring the features to an input of nothing, most supportive first. */
export const insertionCurve = ({ probe, ...subject }: CurveSubject): Promise<readonly number[]> =>
  probe.values(variants(subject, only));

/**
 * Areas under what is read of an input while its features are removed, and while they are restored to an input of nothing, most
 * supportive first; undefined where `read` has nothing to say.
 */
export async function deletionAndInsertion(
  subject: StepsSubject,
  read: (variants: readonly Kept[]) => Promise<readonly number[] | undefined>,
): Promise<readonly [deletion: number, insertion: number] | undefined> {
  const [removed, restored] = [await read(variants(subject, without)), await read(variants(subject, only))];
  return removed === undefined || restored === undefined ? undefined : [curveArea(removed), curveArea(restored)];
}

type StepsSubject = Pick<Subject, "attribution" | "curveSteps">;

/** Inputs at each step: after none, some and all features in the order of their attribution. */
function variants(
  { attribution, curveSteps }: StepsSubject,
  variant: (count: number, features: readonly number[]) => Kept,
): readonly Kept[] {
  const order = ranked(attribution);
  return stepSizes(order.length, curveSteps).map((size) => variant(order.length, order.slice(0, size)));
}
