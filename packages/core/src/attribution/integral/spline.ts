/** @file Integrals of the cubic spline through given values, one for each interval between its nodes. */

/**
 * The "not-a-knot" spline: its third derivative is continuous at the second and the last but one node (de Boor, A
 * Practical Guide to Splines, IV). Through two nodes it is a line, through three a parabola; cubics are exact from four.
 *
 * @param nodes - Ascending, at least two.
 * @param values - One vector for each node, all of one length.
 * @returns One vector for each interval between neighbours. Cost: a few operations per number.
 */
export function splineIntegrals(
  nodes: readonly number[],
  values: readonly ArrayLike<number>[],
): readonly Float64Array[] {
  const steps = nodes.slice(1).map((node, i) => node - (nodes[i] as number));
  const bends = secondDerivatives(steps, values);
  return steps.map((h, i) => {
    const [a, b] = [values[i] as ArrayLike<number>, values[i + 1] as ArrayLike<number>];
    const [bendA, bendB] = [bends[i] as Float64Array, bends[i + 1] as Float64Array];
    const [half, cubed] = [h / 2, h ** 3 / 24];
    // Loops, here and below: maps over typed arrays take many times as long, and hundreds of places are added one by one.
    const integral = new Float64Array(a.length);
    for (let t = 0; t < integral.length; t++) {
      integral[t] =
        half * ((a[t] as number) + (b[t] as number)) - cubed * ((bendA[t] as number) + (bendB[t] as number));
    }
    return integral;
  });
}

/** Of the spline at its nodes. */
function secondDerivatives(steps: readonly number[], values: readonly ArrayLike<number>[]): readonly Float64Array[] {
  const last = steps.length;
  const width = values[0]?.length ?? 0;
  if (last === 1) return [new Float64Array(width), new Float64Array(width)];
  const h = (i: number) => steps[i] as number;
  const slopes = steps.map((length, i) => {
    const [a, b] = [values[i] as ArrayLike<number>, values[i + 1] as ArrayLike<number>];
    const slope = new Float64Array(width);
    for (let t = 0; t < width; t++) slope[t] = ((b[t] as number) - (a[t] as number)) / length;
    return slope;
  });
  // One equation for each inner node: h[i-1] m[i-1] + 2 (h[i-1] + h[i]) m[i] + h[i] m[i+1] = 6 (slope[i] - slope[i-1]).
  const lower = steps.map((_, i) => (i === 0 ? 0 : h(i - 1)));
  const diagonal = steps.map((_, i) => (i === 0 ? 1 : 2 * (h(i - 1) + h(i))));
  const upper = steps.map((_, i) => (i === 0 ? 0 : h(i)));
  const right = slopes.map((after, i) => {
    const before = slopes[i - 1];
    const side = new Float64Array(before === undefined ? 0 : width);
    for (let t = 0; t < side.length; t++) side[t] = 6 * ((after[t] as number) - (before?.[t] as number));
    return side;
  });
  if (last === 2) {
    // A parabola: all three are the same.
    const bend = (right[1] as Float64Array).map((value) => value / (3 * (h(0) + h(1))));
    return [bend, bend, bend];
  }
  // The outermost, m[0] and m[last], follow from their neighbours, and are put into the equations of those.
  const [first, end] = [h(0) / h(1), h(last - 1) / h(last - 2)];
  diagonal[1] = (diagonal[1] as number) + h(0) * (1 + first);
  upper[1] = (upper[1] as number) - h(0) * first;
  diagonal[last - 1] = (diagonal[last - 1] as number) + h(last - 1) * (1 + end);
  lower[last - 1] = (lower[last - 1] as number) - h(last - 1) * end;
  // Elimination of a tridiagonal system (Thomas).
  for (let i = 2; i < last; i++) {
    const factor = (lower[i] as number) / (diagonal[i - 1] as number);
    diagonal[i] = (diagonal[i] as number) - factor * (upper[i - 1] as number);
    const [own, above] = [right[i] as Float64Array, right[i - 1] as Float64Array];
    for (let t = 0; t < width; t++) own[t] = (own[t] as number) - factor * (above[t] as number);
  }
  const bends = new Array<Float64Array>(last + 1);
  for (let i = last - 1; i >= 1; i--) {
    const [own, next] = [right[i] as Float64Array, bends[i + 1]];
    const bend = new Float64Array(width);
    for (let t = 0; t < width; t++) {
      const above = next === undefined ? 0 : (upper[i] as number) * (next[t] as number);
      bend[t] = ((own[t] as number) - above) / (diagonal[i] as number);
    }
    bends[i] = bend;
  }
  const beyond = (near: Float64Array, far: Float64Array, ratio: number) =>
    near.map((value, t) => value + ratio * (value - (far[t] as number)));
  bends[0] = beyond(bends[1] as Float64Array, bends[2] as Float64Array, first);
  bends[last] = beyond(bends[last - 1] as Float64Array, bends[last - 2] as Float64Array, end);
  return bends;
}
