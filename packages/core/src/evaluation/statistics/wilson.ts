/** @file The interval of a share (Wilson 1927): sound for few inputs, and for shares near 0 and 1. */

import type { Interval } from "./bootstrap.ts";

/** Of the normal distribution: 95 % lie within. */
const Z = 1.959963984540054;

/** The 95 % interval of `count` of `of`; from 0 to 1 where there is none. */
export function wilson(count: number, of: number): Interval {
  if (of === 0) return { low: 0, high: 1 };
  const share = count / of;
  const weight = 1 + (Z * Z) / of;
  const middle = (share + (Z * Z) / (2 * of)) / weight;
  const half = (Z / weight) * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
