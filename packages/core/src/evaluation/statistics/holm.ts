/** @file Many comparisons at once: the correction of Holm (1979). */

/**
 * P-values corrected for their number, in the order given: rejecting those that are at most 0.05 makes one error or
 * more with a probability of at most 0.05, whatever depends on whatever.
 *
 * The k-th smallest of n is multiplied by n + 1 - k; none is smaller than one before it, and none exceeds 1.
 */
export function holm(pValues: readonly number[]): number[] {
  const corrected = new Array<number>(pValues.length);
  let largest = 0;
  [...pValues.keys()]
    .sort((a, b) => (pValues[a] as number) - (pValues[b] as number))
    .forEach((index, smaller) => {
      largest = Math.max(largest, Math.min(1, (pValues[index] as number) * (pValues.length - smaller)));
      corrected[index] = largest;
    });
  return corrected;
}
