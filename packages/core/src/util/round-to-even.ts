/** @file Rounding as Python's round() does. */

/** The nearest whole number; of two that are equally near, the even one. */
export function roundToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
