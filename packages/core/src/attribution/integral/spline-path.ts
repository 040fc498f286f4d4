/**
 * @file The integral over a path by a cubic spline through the gradients at places that are chosen by the error.
 *
 * On any part [a, b] of a path the exact integral of dF/dalpha is F(b) - F(a), and F comes with every gradient. The error
 * of the spline is therefore known between all neighbouring places, whichever they are: where it is large, places in
 * between are evaluated too (METHOD 2). Nothing is evaluated twice or thrown away, and the ends of the path, which all
 * blocks share, cost one row for all of them.
 */

import { addTo, allowedError, MOST_POINTS, type PathFacts, type PathIntegral, total } from "./path-integral.ts";
import { splineIntegrals } from "./spline.ts";

/** How places are searched for. */
export interface SplineSearch {
  /** Share of the allowed error at which a part is divided: below it, others have to be bad for the block to be. */
  readonly dividedShare: number;
  /** Share of the worst error below which a part waits: a spline that misses something errs beside it, too. */
  readonly waitingShare: number;
  /** Times the allowed error from which a part is divided into four at once: halves would be divided again. */
  readonly farOff: number;
  /** Times the allowed error that the integral may be off on the way to the input, where it has to be within it. */
  readonly onTheWay: number;
}

/** The integral is right from the baseline to every place: errors that cancel are none that one can rely on. */
export const THOROUGH: SplineSearch = { dividedShare: 0.5, waitingShare: 1 / 8, farOff: 16, onTheWay: 1 };
/**
 * The sum is right, by few places: the worst parts alone are divided, in more and smaller rounds. On sentences 30 % fewer
 * evaluations than the thorough search for the same error of the sum; positions differ from the limit by 0.9 % of the map
 * instead of 0.4 % (docs/completeness.md).
 */
export const LEAN: SplineSearch = { dividedShare: 2, waitingShare: 0.7, farOff: 64, onTheWay: 8 };

/** Parts of the path that are shorter are left: places are float32 numbers, and what moves in less is not a slope. */
const LEAST_LENGTH = 2 ** -18;
const HALVES = [0.5];
const QUARTERS = [0.25, 0.5, 0.75];

interface Part {
  readonly from: number;
  readonly to: number;
  /** Integral of the spline minus F(to) - F(from). */
  readonly error: number;
}

/** A class, because places gather. */
export class SplinePath implements PathIntegral {
  readonly #facts: PathFacts;
  readonly #first: readonly number[];
  readonly #earliest: readonly number[];
  readonly #search: SplineSearch;
  /** dF/dalpha by place, per position. */
  readonly #gradients = new Map<number, ArrayLike<number>>();
  #pending: readonly number[] = [];
  /** Of the spline, by part; undefined when places have been added. */
  #integrals: readonly Float64Array[] | undefined;

  /**
   * @param first - Places to start from, ascending, from 0 to 1.
   * @param earliest - Those of them that are evaluated in a round before, to have an answer early. Default: all.
   */
  constructor(
    facts: PathFacts,
    first: readonly number[],
    earliest: readonly number[] = first,
    search: SplineSearch = THOROUGH,
  ) {
    this.#search = search;
    this.#facts = facts;
    this.#first = first;
    this.#earliest = earliest;
  }

  next(spent: number): readonly number[] {
    const missing = this.#first.filter((place) => !this.#gradients.has(place));
    if (this.#gradients.size === 0) this.#pending = this.#earliest;
    else
      this.#pending =
        missing.length > 0 ? missing : this.#betweenWorst((this.#facts.mostPoints ?? MOST_POINTS) - spent);
    return this.#pending;
  }

  settle(results: readonly (ArrayLike<number> | undefined)[]): void {
    for (const [i, gradient] of results.entries()) {
      if (gradient !== undefined) this.#gradients.set(this.#pending[i] as number, gradient);
    }
    this.#integrals = undefined;
  }

  get relevance(): Float64Array {
    const parts = this.#splineParts();
    const sums = new Float64Array(parts[0]?.length ?? 0);
    for (const part of parts) addTo(sums, part);
    return sums;
  }

  get standardError(): undefined {
    return undefined;
  }

  get #places(): readonly number[] {
    return [...this.#gradients.keys()].sort((a, b) => a - b);
  }

  #splineParts(): readonly Float64Array[] {
    const places = this.#places;
    this.#integrals ??= splineIntegrals(
      places,
      places.map((place) => this.#gradients.get(place) as ArrayLike<number>),
    );
    return this.#integrals;
  }

  /** Places within the parts that carry the error, at most `most`: nothing when it is within the tolerance. */
  #betweenWorst(most: number): readonly number[] {
    const { scoreAt } = this.#facts;
    const allowed = allowedError(this.#facts);
    if (allowed === undefined) return [];
    const places = this.#places;
    const parts = this.#splineParts().map((integral, i): Part => {
      const [from, to] = [places[i] as number, places[i + 1] as number];
      return { from, to, error: total(integral) - (scoreAt(to) - scoreAt(from)) };
    });
    const { dividedShare, waitingShare, farOff, onTheWay } = this.#search;
    // On the way to the input the integral is looked at, too: errors may have cancelled there.
    let upTo = 0;
    let furthest = 0;
    for (const { error } of parts) {
      upTo += error;
      furthest = Math.max(furthest, Math.abs(upTo));
    }
    if (Math.abs(upTo) <= allowed && furthest <= onTheWay * allowed) return [];
    const byError = [...parts].sort((a, b) => Math.abs(b.error) - Math.abs(a.error));
    const worst = Math.abs(byError[0]?.error ?? 0);
    const least = Math.max(Math.min(dividedShare * allowed, worst), waitingShare * worst);
    return byError
      .filter(({ from, to, error }) => Math.abs(error) >= least && to - from > LEAST_LENGTH)
      .flatMap(({ from, to, error }) =>
        (Math.abs(error) > farOff * allowed ? QUARTERS : HALVES).map((share) => from + share * (to - from)),
      )
      .slice(0, Math.max(0, most))
      .sort((a, b) => a - b);
  }
}
