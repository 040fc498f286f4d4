/** @file The thresholds of ERASER (DeYoung et al. 2020): rationales of several lengths, cut out of one ranking. */

import { ranked } from "../features.ts";

/** Shares of features that count as the rationale; figures are means over them (AOPC). */
const SHARES: readonly number[] = [0.01, 0.05, 0.1, 0.2, 0.5];

/** The most supportive features of each share, rounded up: at least one feature. */
export function rationales(attribution: readonly number[]): number[][] {
  const order = ranked(attribution);
  // 0.1 * 30 is a little more than 3 in binary.
  return SHARES.map((share) => order.slice(0, Math.max(1, Math.ceil(share * order.length - 1e-9))));
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
