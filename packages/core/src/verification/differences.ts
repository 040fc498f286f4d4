/** @file Comparisons of numbers while they gather: which of them comes closest to its limit. */

import type { CheckResult } from "./verification.ts";

/** How large a difference may be. */
export interface Limit {
  readonly most: number;
  readonly unit: string;
}

/** The worst of many comparisons. A class, because checks compare in many places. */
export class Differences {
  #worst: { readonly where: string; readonly difference: number; readonly limit: Limit } | undefined;
  #comparisons = 0;

  get comparisons(): number {
    return this.#comparisons;
  }

  get failed(): boolean {
    return this.#worst !== undefined && !(this.#worst.difference <= this.#worst.limit.most);
  }

  get worst(): CheckResult["worst"] {
    if (this.#worst === undefined) return null;
    const { where, difference, limit } = this.#worst;
    return { where, difference: Number.isFinite(difference) ? difference : null, limit: limit.most, unit: limit.unit };
  }

  /** Takes a difference that was measured. NaN exceeds every limit. */
  add(where: string, difference: number, limit: Limit): void {
    this.#comparisons++;
    if (
      this.#worst === undefined ||
      this.#excess(difference, limit) > this.#excess(this.#worst.difference, this.#worst.limit)
    ) {
      this.#worst = { where, difference, limit };
    }
  }

  /** The largest |difference| of two lists; lists of different lengths differ without limit. */
  compare(where: string, found: ArrayLike<number>, wanted: ArrayLike<number>, limit: Limit): void {
    this.add(where, found.length === wanted.length ? largestDifference(found, wanted) : Number.NaN, limit);
    this.#comparisons += Math.max(0, found.length - 1);
  }

  #excess(difference: number, { most }: Limit): number {
    if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
    // A limit of 0 asks for equality.
    return most === 0 ? (difference === 0 ? 0 : Number.MAX_VALUE) : difference / most;
  }
}

/** NaN where one of them is none. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(largest)) return Number.NaN;
  }
  return largest;
}

/** The largest |value|. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] as number));
  return largest;
}
