/**
 * @file The integral over a path by a quadrature rule, bisected where it is not exact.
 *
 * On any part [a, b] of a path the exact integral of dF/dalpha is F(b) - F(a), and both numbers come out of the same
 * sweep. The error is therefore known for every part: those that carry the error are bisected, the others left alone
 * (METHOD 2).
 */

import { addTo, allowedError, MOST_POINTS, type PathFacts, type PathIntegral, total } from "./path-integral.ts";
import type { QuadratureRule } from "./quadrature.ts";

/** A part [from, to] of the path. */
interface Part {
  readonly from: number;
  readonly to: number;
  /** What it integrates to, per position. */
  readonly relevance: Float64Array;
  /** sum of relevance - (F(to) - F(from)). */
  readonly error: number;
}

type Span = Pick<Part, "from" | "to">;

/** Spans that take the place of a part together, or of nothing at first, each integrated by the rule. */
interface Replacement {
  readonly replaced: Part | undefined;
  readonly spans: readonly Span[];
  readonly rule: QuadratureRule;
}

/** A class, because parts take each other's place while results come in. */
export class BisectedPath implements PathIntegral {
  readonly #facts: PathFacts;
  readonly #rule: QuadratureRule;
  readonly #first: QuadratureRule;
  #parts: readonly Part[] = [];
  #pending: readonly Replacement[] = [];
  #coarse: boolean;

  /** @param first - Rule for the whole path that is tried before `rule`, to have an answer early. */
  constructor(facts: PathFacts, rule: QuadratureRule, first?: QuadratureRule) {
    this.#facts = facts;
    this.#rule = rule;
    this.#first = first ?? rule;
    this.#coarse = first !== undefined;
  }

  next(spent: number): readonly number[] {
    const isFirst = this.#parts.length === 0;
    if (isFirst) this.#pending = [{ replaced: undefined, spans: [{ from: 0, to: 1 }], rule: this.#first }];
    else if (this.#coarse) {
      this.#pending = this.#parts.map((part) => ({ replaced: part, spans: [part], rule: this.#rule }));
    } else {
      this.#pending = this.#worst(spent).map((part) => ({ replaced: part, spans: halves(part), rule: this.#rule }));
    }
    if (!isFirst) this.#coarse = false;
    return this.#pending.flatMap(placesOf);
  }

  settle(results: readonly (ArrayLike<number> | undefined)[]): void {
    const { scoreAt } = this.#facts;
    let index = 0;
    for (const replacement of this.#pending) {
      const { replaced, spans, rule } = replacement;
      const count = placesOf(replacement).length;
      const known = results.slice(index, index + count).filter((values) => values !== undefined);
      index += count;
      if (known.length < count) continue;
      const parts = spans.map(({ from, to }, i): Part => {
        const relevance = new Float64Array(known[0]?.length ?? 0);
        for (const [k, weight] of rule.weights.entries()) {
          addTo(relevance, known[i * rule.weights.length + k] as ArrayLike<number>, (to - from) * weight);
        }
        return { from, to, relevance, error: total(relevance) - (scoreAt(to) - scoreAt(from)) };
      });
      this.#parts =
        replaced === undefined ? parts : this.#parts.flatMap((part) => (part === replaced ? parts : [part]));
    }
    this.#pending = [];
  }

  get relevance(): Float64Array {
    const sums = new Float64Array(this.#parts[0]?.relevance.length ?? 0);
    for (const { relevance } of this.#parts) addTo(sums, relevance);
    return sums;
  }

  get standardError(): undefined {
    return undefined;
  }

  /** The parts that carry the error: nothing when it is within the tolerance. */
  #worst(spent: number): readonly Part[] {
    const allowed = allowedError(this.#facts);
    if (allowed === undefined) return [];
    const byError = [...this.#parts].sort((a, b) => Math.abs(b.error) - Math.abs(a.error));
    let left = byError.reduce((sum, part) => sum + Math.abs(part.error), 0);
    if (left <= allowed) return [];
    const cost = 2 * this.#rule.nodes.length + 1;
    const worst = new Set<Part>();
    // Errors of the parts are added without their signs: a block counts as exact only where every part of it is.
    for (const part of byError) {
      if (left <= allowed / 2) break;
      if (spent + (worst.size + 1) * cost > (this.#facts.mostPoints ?? MOST_POINTS)) break;
      worst.add(part);
      left -= Math.abs(part.error);
    }
    return this.#parts.filter((part) => worst.has(part));
  }
}

const halves = ({ from, to }: Span): readonly Span[] => {
  const middle = (from + to) / 2;
  return [
    { from, to: middle },
    { from: middle, to },
  ];
};

/** The points of the rule in every span; then where they meet, whose score tells their errors. */
const placesOf = ({ spans, rule }: Replacement): readonly number[] => [
  ...spans.flatMap(({ from, to }) => rule.nodes.map((node) => from + (to - from) * node)),
  ...spans.slice(1).map(({ from }) => from),
];
