/** @file Points on the paths of blocks as rows of a batch: their states, and what their gradients say. */

import type { FloatTensor } from "../tensor/tensor.ts";
import { PASSING_ROWS, type SweepPoint } from "./model-programs.ts";

/** The sweep's points in the order of their blocks. A class, because relevance gathers while gradients come in. */
export class PathRows {
  readonly #rows: readonly (SweepPoint & { readonly index: number })[];
  readonly #hiddenStates: readonly FloatTensor[];
  readonly #baselines: readonly FloatTensor[];
  /** By the order of the points [positions]. */
  readonly #relevance: Float32Array[] = [];
  /** [block][row][position] */
  readonly #passing: readonly Float32Array[][];

  constructor(points: readonly SweepPoint[], hiddenStates: readonly FloatTensor[], baselines: readonly FloatTensor[]) {
    this.#rows = points.map((point, index) => ({ ...point, index })).sort((a, b) => a.block - b.block);
    this.#hiddenStates = hiddenStates;
    this.#baselines = baselines;
    this.#passing = hiddenStates.map(() => []);
  }

  /** The block of each row, ascending; rows of one block in the order of the points. */
  get blocks(): readonly number[] {
    return this.#rows.map(({ block }) => block);
  }

  /** B + alpha (H - B) [positions x width]. */
  writeState(row: number, state: Float32Array): void {
    const { alpha, block } = this.#rows[row] as SweepPoint;
    const [hidden, baseline] = this.#ends(block);
    for (let i = 0; i < state.length; i++) {
      const start = baseline[i] as number;
      state[i] = start + alpha * ((hidden[i] as number) - start);
    }
  }

  /** Whether the gradient of a row is read at every block. */
  passes(row: number): boolean {
    return this.#rows[row]?.block === 0 && row < PASSING_ROWS;
  }

  /** Takes dF/dH of a row at the entry of a block: the one where it joined, or one above. */
  takeGradient(row: number, block: number, gradient: Float32Array): void {
    const { block: own, index } = this.#rows[row] as SweepPoint & { readonly index: number };
    const passes = this.passes(row);
    if (block !== own && !passes) return;
    const relevance = this.#relevanceOf(block, gradient);
    if (block === own) this.#relevance[index] = relevance;
    if (passes) (this.#passing[block] as Float32Array[])[row] = relevance;
  }

  /** Of every point, in their order. */
  get relevance(): readonly Float32Array[] {
    return this.#relevance;
  }

  /** passing[block][row]: of the first rows, where they joined at block 0. */
  get passing(): readonly (readonly Float32Array[])[] {
    return this.#passing;
  }

  /** Numbers of the rows in the order of the points. */
  inOrder(numbers: Float32Array): Float64Array {
    const ordered = new Float64Array(numbers.length);
    this.#rows.forEach(({ index }, row) => {
      ordered[index] = numbers[row] as number;
    });
    return ordered;
  }

  /** gradient * (H - B), summed over the width [positions]. */
  #relevanceOf(block: number, gradient: Float32Array): Float32Array {
    const [hidden, baseline] = this.#ends(block);
    const relevance = new Float32Array(this.#hiddenStates[block]?.shape[1] ?? 0);
    const width = gradient.length / relevance.length;
    for (let t = 0; t < relevance.length; t++) {
      let sum = 0;
      for (let i = t * width; i < (t + 1) * width; i++) {
        sum += (gradient[i] as number) * ((hidden[i] as number) - (baseline[i] as number));
      }
      relevance[t] = sum;
    }
    return relevance;
  }

  #ends(block: number): [hidden: Float32Array, baseline: Float32Array] {
    return [(this.#hiddenStates[block] as FloatTensor).data, (this.#baselines[block] as FloatTensor).data];
  }
}
