/** @file How an order of features compares with random ones on one input: by the curves of deletion and insertion. */

import { only, ranked, without } from "../../attribution/kept.ts";
import type { Probe } from "../../attribution/probe.ts";
import { createRandom } from "../../util/random.ts";
import { curveArea, stepSizes } from "../metrics/curve.ts";

/** Orders that are drawn; each is measured backwards too, which asks the model nothing new. */
const DRAWN_ORDERS = 50;

/** Most steps of the curves. */
const STEPS = 6;

/** Where the order of an attribution stands among random orders. */
export interface OrderPercentile {
  /** Area under the curve of insertion minus that of deletion, of the probability of the target (regression: its number). */
  readonly faithfulness: number;
  /** Share of the random orders that it is ahead of, 0..1; equal ones count half. */
  readonly percentile: number;
  readonly orders: number;
  /** Steps of each curve. */
  readonly steps: number;
}

/**
 * Where the order of `attribution` lies among random orders.
 *
 * Cost: two forward passes for each step of each drawn order, and no variant twice.
 */
export async function orderPercentile(
  attribution: readonly number[],
  probe: Pick<Probe, "values">,
  seed: number,
): Promise<OrderPercentile> {
  const count = attribution.length;
  const sizes = stepSizes(count, STEPS);
  const faithfulnessOf = async (order: readonly number[]): Promise<number> => {
    const removed = sizes.map((size) => without(count, order.slice(0, size)));
    const restored = sizes.map((size) => only(count, order.slice(0, size)));
    const values = await probe.values([...removed, ...restored]);
    return curveArea(values.slice(sizes.length)) - curveArea(values.slice(0, sizes.length));
  };
  const own = await faithfulnessOf(ranked(attribution));
  const random = createRandom(`${seed} orders of a decision`);
  let behind = 0;
  for (let draw = 0; draw < DRAWN_ORDERS; draw++) {
    const drawn = await faithfulnessOf(random.shuffle([...attribution.keys()]));
    // Backwards, what was removed first is restored last: the same variants, and the opposite difference.
    for (const value of [drawn, -drawn]) behind += value < own ? 1 : value === own ? 0.5 : 0;
  }
  return {
    faithfulness: own,
    percentile: behind / (2 * DRAWN_ORDERS),
    orders: 2 * DRAWN_ORDERS,
    steps: sizes.length - 1,
  };
}
