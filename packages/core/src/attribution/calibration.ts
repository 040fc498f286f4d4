/** @file How often a model is right where its answer has a probability: measured points, and what they say of any probability. */

import type { CalibrationPoint } from "./explanation.ts";

/** An answer whose truth is known. */
export interface JudgedAnswer {
  /** Probability of what the model answered. */
  readonly probability: number;
  readonly correct: boolean;
}

/** Answers that are counted together, at least; and the most groups. */
const GROUP = 50;
const MOST_GROUPS = 12;

/**
 * Points of a calibration curve that never falls: answers in groups of equal size by probability, neighbours that contradict
 * each other joined (pool adjacent violators; Zadrozny and Elkan 2002). Of each group one answer more of either kind is
 * counted than there is, so that no group is said to be always right.
 *
 * @returns By rising probability; empty where there are no answers.
 */
export function calibrationPoints(answers: readonly JudgedAnswer[]): CalibrationPoint[] {
  const sorted = [...answers].sort((a, b) => a.probability - b.probability);
  const count = Math.min(MOST_GROUPS, Math.max(1, Math.floor(sorted.length / GROUP)));
  const pools: { sum: number; right: number; inputs: number }[] = [];
  const shareOf = ({ right, inputs }: (typeof pools)[number]) => (right + 1) / (inputs + 2);
  for (let g = 0; g < count; g++) {
    const group = sorted.slice(Math.round((g * sorted.length) / count), Math.round(((g + 1) * sorted.length) / count));
    if (group.length === 0) continue;
    let pool = {
      sum: group.reduce((sum, { probability }) => sum + probability, 0),
      right: group.filter(({ correct }) => correct).length,
      inputs: group.length,
    };
    for (let last = pools.at(-1); last !== undefined && shareOf(last) >= shareOf(pool); last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, right: last.right + pool.right, inputs: last.inputs + pool.inputs };
    }
    pools.push(pool);
  }
  const digits = (value: number) => Number(value.toFixed(4));
  const points = pools.map((pool) => ({
    probability: digits(pool.sum / pool.inputs),
    accuracy: digits(shareOf(pool)),
    inputs: pool.inputs,
  }));
  return points.filter(({ probability }, i) => i === 0 || probability > points[i - 1]!.probability);
}

/**
 * The share of right answers that points say of a probability: between them along a line, beyond the last as the last. Below
 * the first the line starts at chance: an answer of one half of two is as often wrong as right, whichever of them is named.
 *
 * @param classes - How many there are to choose from; 1 is a yes or no.
 */
export function expectedAccuracy(
  points: readonly CalibrationPoint[],
  probability: number,
  classes: number,
): number | undefined {
  if (points.length === 0) return undefined;
  const chance = 1 / Math.max(2, classes);
  const after = points.findIndex((point) => point.probability >= probability);
  if (after < 0) return points.at(-1)?.accuracy;
  const to = points[after]!;
  const from = points[after - 1] ?? { probability: chance, accuracy: Math.min(chance, to.accuracy) };
  const width = to.probability - from.probability;
  const share = width > 0 ? Math.max(0, (probability - from.probability) / width) : 1;
  return from.accuracy + share * (to.accuracy - from.accuracy);
}
