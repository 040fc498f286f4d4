/** @file How far two orders agree. */

/** Ranks from 1, equal values share their mean rank. */
export function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const result = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1] as number] === values[order[first] as number]) last++;
    for (let i = first; i <= last; i++) result[order[i] as number] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return result;
}

/** Spearman's rank correlation, -1..1: Pearson's of the ranks. 0 when all values of a side are equal. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length + 1) / 2;
  let [covariance, varianceX, varianceY] = [0, 0, 0];
  x.forEach((value, i) => {
    const [dx, dy] = [value - middle, (y[i] as number) - middle];
    covariance += dx * dy;
    varianceX += dx * dx;
    varianceY += dy * dy;
  });
  return varianceX === 0 || varianceY === 0 ? 0 : covariance / Math.sqrt(varianceX * varianceY);
}

/** Kendall's tau-b, -1..1: concordant minus discordant pairs, corrected for ties. 0 when all values of a side are equal. */
export function kendall(a: readonly number[], b: readonly number[]): number {
  let [difference, untiedA, untiedB] = [0, 0, 0];
  for (let i = 1; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const x = Math.sign((a[i] as number) - (a[j] as number));
      const y = Math.sign((b[i] as number) - (b[j] as number));
      difference += x * y;
      untiedA += Math.abs(x);
      untiedB += Math.abs(y);
    }
  }
  return untiedA === 0 || untiedB === 0 ? 0 : difference / Math.sqrt(untiedA * untiedB);
}
