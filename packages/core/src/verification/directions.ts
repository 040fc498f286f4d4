/** @file Hidden states moved in random directions, as rows of a batch. */

import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import type { Random } from "../util/random.ts";

/** Normal numbers, at each position as large as the hidden state there. [positions x width] */
export function directionAt({ data, shape }: FloatTensor, random: Random): Float32Array {
  const [, positions = 0, width = 0] = shape;
  const direction = new Float32Array(data.length);
  for (let t = 0; t < positions; t++) {
    const row = data.subarray(t * width, (t + 1) * width);
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    // Normalising layers take the mean away: what counts is the size of the rest.
    const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width);
    for (let i = 0; i < width; i++) direction[t * width + i] = deviation * normal(random);
  }
  return direction;
}

/** Box and Muller. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** H + offset * v at some positions [positions x width]. */
export function moved(
  { data, shape }: FloatTensor,
  direction: Float32Array,
  offset: number,
  positions: readonly number[],
): Float32Array {
  const width = shape[2] ?? 0;
  const state = new Float32Array(data);
  for (const t of positions) {
    for (let i = t * width; i < (t + 1) * width; i++) {
      state[i] = (data[i] as number) + offset * (direction[i] as number);
    }
  }
  return state;
}

/** States of the shape of one as a batch. */
export function stacked(states: readonly Float32Array[], { shape }: FloatTensor): FloatTensor {
  const [, positions = 0, width = 0] = shape;
  const data = new Float32Array(states.length * positions * width);
  for (const [row, state] of states.entries()) data.set(state, row * positions * width);
  return floatTensor(data, [states.length, positions, width]);
}
