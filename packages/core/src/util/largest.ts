/** @file The largest of many numbers: a call with each as an argument of its own ends at about a hundred thousand. */

/** As `Math.max(least, ...values)`: NaN where one of them is. */
export function largest(values: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let most = least;
  for (const value of values) most = Math.max(most, value);
  return most;
}
