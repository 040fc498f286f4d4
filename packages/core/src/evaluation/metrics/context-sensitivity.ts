/**
 * @file Context sensitivity: what becomes of the attribution of the most important features when their context is put in
 * another order. No standard definition exists; this one is ours, with its controls beside it.
 */

import { ranked } from "../features.ts";
import { type Metric, meanFigure, type Subject } from "../metric.ts";
import { spearman } from "../statistics/rank-correlation.ts";

/** Share of the features that stay in place. */
const KEPT = 0.2;
/** Orders of the others that are tried. */
const ORDERS = 10;
/** Fewest features that are kept: two have only two orders. */
const LEAST = 3;

export const contextSensitivity: Metric = {
  name: "context-sensitivity",
  summary:
    "the top 20 % of the features stay in place, the others are put in 10 random orders: mean relative drop of the kept features' attribution (0..1), 1 - Spearman of their attributions, and change of the probability (of a regression: of its number); random features for comparison",
  figures: [
    meanFigure("context-sensitivity-drop", "none", 0),
    meanFigure("context-sensitivity-reordering", "none", 1),
    meanFigure("context-sensitivity-probability", "none", 2),
    meanFigure("context-sensitivity-drop-random", "none", 3),
    meanFigure("context-sensitivity-reordering-random", "none", 4),
    meanFigure("context-sensitivity-probability-random", "none", 5),
  ],
  expensive: true,
  replaces: false,
  revision: 1,
  async measure(subject) {
    const count = subject.attribution.length;
    const kept = Math.max(LEAST, Math.round(KEPT * count));
    // With fewer than two others there is no other order.
    if (count - kept < 2) return undefined;
    const top = ranked(subject.attribution).slice(0, kept);
    const features = [...subject.attribution.keys()];
    const random = subject.random("context-sensitivity units").shuffle(features).slice(0, kept);
    return [...(await sensitivity(subject, top)), ...(await sensitivity(subject, random))];
  },
};

/** Drop, reordering and change of the probability, means over the orders. */
async function sensitivity(subject: Subject, kept: readonly number[]): Promise<[number, number, number]> {
  const { attribution, probe } = subject;
  const before = kept.map((feature) => attribution[feature] as number);
  const [value = Number.NaN] = await probe.values([new Uint8Array(attribution.length).fill(1)]);
  const others = [...attribution.keys()].filter((feature) => !kept.includes(feature));
  const random = subject.random("context-sensitivity orders");
  const sums: [number, number, number] = [0, 0, 0];
  for (let order = 0; order < ORDERS; order++) {
    const changed = await subject.explainChanged({ kind: "permuted", others: random.shuffle(others) });
    const after = kept.map((feature) => changed.attribution[feature] as number);
    sums[0] += relativeDrop(before, after);
    sums[1] += 1 - spearman(before, after);
    sums[2] += Math.abs(value - changed.value);
  }
  return [sums[0] / ORDERS, sums[1] / ORDERS, sums[2] / ORDERS];
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** (before - after) / |before| of the sums, in 0..1; 0 where there was nothing to lose. */
function relativeDrop(before: readonly number[], after: readonly number[]): number {
  const [first, second] = [sumOf(before), sumOf(after)];
  return first === 0 ? 0 : Math.min(1, Math.max(0, (first - second) / Math.abs(first)));
}
