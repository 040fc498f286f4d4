/** @file A derivative from values of a function in float32, with what is uncertain about it. */

/** Each step is this part of the one before. */
const RATIO = 3;
/** Half distances at which a function is evaluated, largest first, in units of the direction. */
const STEPS = [0.3, 0.1, 0.1 / RATIO, 0.1 / RATIO ** 2] as const;

/** Where the function is evaluated for one derivative: at 0, and at -s and +s for every step. */
export const OFFSETS: readonly number[] = [0, ...STEPS.flatMap((step) => [-step, step])];

export interface Derivative {
  readonly value: number;
  /** How far it may be off, by truncation, by rounding and by kinks of the function. */
  readonly uncertainty: number;
}

/** Rounding of a score that a network computes in float32, as a share of its size. */
const ROUNDING = 2 ** -22;

/**
 * Ridders' method: central differences at several steps, extrapolated to step 0; of all extrapolations the one that is
 * most certain. Large steps lose little to rounding, and what they are off by is a power series in the squared step, which
 * extrapolation takes away.
 *
 * Where the function has a kink (ReLU), a central difference is the mean of two slopes, of which a gradient is one: what
 * slopes to both sides differ by, beyond what curvature makes of it, counts as uncertain too.
 *
 * @param values - F at every one of `OFFSETS`.
 * @param size - Size of F: its rounding is in proportion to it.
 * @see Ridders 1982; Numerical Recipes, section 5.7
 */
export function derivative(values: ArrayLike<number>, size: number): Derivative {
  const middle = values[0] as number;
  const last = STEPS.length - 1;
  const finest = slope(last);
  const finestNoise = noiseAt(last);
  const table: number[][] = [];
  let best: Derivative = { value: Number.NaN, uncertainty: Number.POSITIVE_INFINITY };
  let bent = 0;
  let kinkBefore = 0;
  for (const [i, step] of STEPS.entries()) {
    const [below, above] = [values[2 * i + 1] as number, values[2 * i + 2] as number];
    const noise = noiseAt(i);
    // Of a smooth function this is in proportion to the step, and the next line leaves nothing of it.
    const bend = (above - 2 * middle + below) / step;
    const kink = Math.abs(RATIO * bend - bent) / (RATIO - 1);
    bent = bend;
    const row = [slope(i)];
    for (let k = 1; k <= i; k++) {
      const [finer, coarser] = [row[k - 1] as number, table[i - 1]?.[k - 1] as number];
      const power = RATIO ** (2 * k);
      const value = (power * finer - coarser) / (power - 1);
      row.push(value);
      const spread = Math.max(Math.abs(value - finer), Math.abs(value - coarser) / power);
      // A kink between two steps can hide from one of the two measures.
      const bends = Math.max(kink, kinkBefore) - 4 * noise;
      // Kinks farther away bend all steps but the finest.
      const away = Math.abs(value - finest) - finestNoise;
      const uncertainty = Math.max(spread, 2 * noise, bends, away);
      if (uncertainty < best.uncertainty) best = { value, uncertainty };
    }
    table.push(row);
    kinkBefore = i === 0 ? 0 : kink;
  }
  return best;

  function slope(i: number): number {
    return ((values[2 * i + 2] as number) - (values[2 * i + 1] as number)) / (2 * (STEPS[i] as number));
  }

  function noiseAt(i: number): number {
    return (ROUNDING * size) / (STEPS[i] as number);
  }
}
