/** @file Looking up where in a rising list a number belongs. */

/** Index of the last of `rising` that is smaller than `limit`; -1 where none is. Cost: log2 of their number. */
export function lastBelow(rising: readonly number[], limit: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
