/**
 * @file The integral over a path by random points: unbiased, with a standard error.
 *
 * A round of n points cuts the path into n / 2 equal strata and draws two points in each (three in the last one of an odd
 * number). Its estimate is the sum of the strata's means; the differences within the strata say how far it may be off.
 * Every round draws twice as many points as the one before. Rounds are weighted by the square of their points, because the
 * variance of such an estimate falls at least that fast where the gradient is smooth; the weights depend on nothing that
 * was measured, so that the mean stays unbiased.
 */

import { createRandom } from "../../util/random.ts";
import { addTo, allowedError, MOST_POINTS, type PathFacts, type PathIntegral, total } from "./path-integral.ts";

interface Stratum {
  readonly from: number;
  readonly length: number;
  readonly points: number;
}

interface Round {
  readonly points: number;
  readonly relevance: Float64Array;
  /** Of the sum of the relevance; undefined where a stratum has one point. */
  readonly variance: number | undefined;
}

/** A class, because rounds gather. */
export class SampledPath implements PathIntegral {
  readonly #facts: PathFacts;
  readonly #seed: string;
  readonly #first: number;
  readonly #rounds: Round[] = [];
  #strata: readonly Stratum[] = [];

  /**
   * @param first - Points of the first round, >= 1.
   * @param seed - Of this path alone: the same seed and number of points give the same points.
   */
  constructor(facts: PathFacts, first: number, seed: string) {
    this.#facts = facts;
    this.#first = first;
    this.#seed = seed;
  }

  next(spent: number): readonly number[] {
    const last = this.#rounds.at(-1);
    const wanted = last === undefined ? this.#first : 2 * last.points;
    const points = last === undefined ? wanted : Math.min(wanted, (this.#facts.mostPoints ?? MOST_POINTS) - spent);
    this.#strata = last !== undefined && (points < 2 || this.#isDone()) ? [] : strataOf(points);
    const random = createRandom(`${this.#seed} round ${this.#rounds.length} of ${points}`);
    return this.#strata.flatMap(({ from, length, points: own }) =>
      Array.from({ length: own }, () => from + length * random.next()),
    );
  }

  settle(results: readonly (ArrayLike<number> | undefined)[]): void {
    const known = results.filter((result) => result !== undefined);
    // Part of a round would be an estimate of part of the path.
    if (known.length < results.length || known.length === 0) return;
    const relevance = new Float64Array(known[0]?.length ?? 0);
    let variance: number | undefined = 0;
    let index = 0;
    for (const { points, length } of this.#strata) {
      const own = known.slice(index, index + points);
      index += points;
      for (const values of own) addTo(relevance, values, length / points);
      const sums = own.map((values) => length * total(values));
      const mean = total(sums) / points;
      const squares = total(sums.map((sum) => (sum - mean) ** 2));
      variance = variance === undefined || points < 2 ? undefined : variance + squares / (points * (points - 1));
    }
    this.#rounds.push({ points: known.length, relevance, variance });
  }

  get relevance(): Float64Array {
    const sums = new Float64Array(this.#rounds[0]?.relevance.length ?? 0);
    for (const { share, round } of this.#weighted()) addTo(sums, round.relevance, share);
    return sums;
  }

  get standardError(): number | undefined {
    let variance = 0;
    for (const { share, round } of this.#weighted()) {
      if (round.variance === undefined) return undefined;
      variance += share ** 2 * round.variance;
    }
    return Math.sqrt(variance);
  }

  #weighted(): readonly { readonly share: number; readonly round: Round }[] {
    const all = total(this.#rounds.map(({ points }) => points ** 2));
    return this.#rounds.map((round) => ({ share: round.points ** 2 / all, round }));
  }

  /** Both the error that is known and the one that is estimated are within the tolerance. */
  #isDone(): boolean {
    const allowed = allowedError(this.#facts);
    if (allowed === undefined) return true;
    const difference = this.#facts.scoreAt(1) - this.#facts.scoreAt(0);
    return Math.abs(total(this.relevance) - difference) <= allowed && (this.standardError ?? 0) <= allowed;
  }
}

/** Equal strata of two points each; of an odd number the last one has three. */
function strataOf(points: number): readonly Stratum[] {
  const count = Math.max(1, Math.floor(points / 2));
  return Array.from({ length: count }, (_, i) => ({
    from: i / count,
    length: 1 / count,
    points: i < count - 1 ? 2 : points - 2 * (count - 1),
  }));
}
