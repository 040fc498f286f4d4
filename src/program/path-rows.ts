/** @file Points on the paths of blocks as rows of a batch: their states, and what their gradients add up to. */

import type { FloatTensor } from "../tensor/tensor.ts";
import type { SweepPoint } from "./model-programs.ts";

/** The sweep's points in the order of their blocks. A class, because relevance adds up while gradients come in. */
export class PathRows {
  readonly #rows: readonly (SweepPoint & { readonly index: number })[];
  readonly #hiddenStates: readonly FloatTensor[];
  readonly #baselines: readonly FloatTensor[];
  /** [block][group][position] */
  readonly #sums: readonly (readonly Float64Array[])[];

  constructor(points: readonly SweepPoint[], hiddenStates: readonly FloatTensor[], baselines: readonly FloatTensor[]) {
    this.#rows = points.map((point, index) => ({ ...point, index })).sort((a, b) => a.block - b.block);
    this.#hiddenStates = hiddenStates;
    this.#baselines = baselines;
    this.#sums = hiddenStates.map(({ shape }, block) => {
      const own = points.filter((point) => point.block === block);
      const groups = own.reduce((most, { group }) => Math.max(most, group + 1), 0);
      return Array.from({ length: groups }, () => new Float64Array(shape[1] ?? 0));
    });
  }

  /** The block of each row, ascending; rows of one block in the order of the points. */
  get blocks(): readonly number[] {
    return this.#rows.map(({ block }) => block);
  }

  /** B + alpha (H - B) [positions x width]. */
  writeState(row: number, state: Float32Array): void {
    const { alpha, hidden, baseline } = this.#path(row);
    for (let i = 0; i < state.length; i++) {
      const start = baseline[i] as number;
      state[i] = start + alpha * ((hidden[i] as number) - start);
    }
  }

  /** Adds weight * gradient * (H - B), summed over the width, to the row's group. */
  addGradient(row: number, gradient: Float32Array): void {
    const { weight, block, group, hidden, baseline } = this.#path(row);
    if (weight === 0) return;
    const sums = this.#sums[block]?.[group] as Float64Array;
    const width = gradient.length / sums.length;
    for (let t = 0; t < sums.length; t++) {
      let sum = 0;
      for (let i = t * width; i < (t + 1) * width; i++) {
        sum += (gradient[i] as number) * ((hidden[i] as number) - (baseline[i] as number));
      }
      sums[t] = (sums[t] as number) + weight * sum;
    }
  }

  /** relevance[block][group][position] */
  relevance(): readonly (readonly Float32Array[])[] {
    return this.#sums.map((groups) => groups.map((sums) => Float32Array.from(sums)));
  }

  /** Numbers of the rows in the order of the points. */
  inOrder(numbers: Float32Array): Float64Array {
    const ordered = new Float64Array(numbers.length);
    this.#rows.forEach(({ index }, row) => {
      ordered[index] = numbers[row] as number;
    });
    return ordered;
  }

  #path(row: number) {
    const point = this.#rows[row] as SweepPoint;
    const hidden = (this.#hiddenStates[point.block] as FloatTensor).data;
    const baseline = (this.#baselines[point.block] as FloatTensor).data;
    return { ...point, hidden, baseline };
  }
}
