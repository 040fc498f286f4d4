/**
 * @file The integral over a path by a quadrature rule, bisected where it is not exact.
 *
 * On any part [a, b] of a path the exact integral of dF/dalpha is F(b) - F(a), and both numbers come out of the same
 * sweep. The error is therefore known for every part: those that carry the error are bisected, the others left alone
 * (METHOD 2).
 */

import { LEAST_DIFFERENCE } from "./completeness.ts";
import { addTo, MOST_POINTS, type PathFacts, type PathIntegral, type PathTask, total } from "./path-integral.ts";
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

/** Spans that take the place of a part together, or of nothing at first. */
interface Replacement {
  readonly replaced: Part | undefined;
  readonly spans: readonly Span[];
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

  next(spent: number): readonly PathTask[] {
    const isFirst = this.#parts.length === 0;
    const rule = isFirst ? this.#first : this.#rule;
    if (isFirst) this.#pending = [{ replaced: undefined, spans: [{ from: 0, to: 1 }] }];
    else if (this.#coarse) this.#pending = this.#parts.map((part) => ({ replaced: part, spans: [part] }));
    else this.#pending = this.#worst(spent).map((part) => ({ replaced: part, spans: halves(part) }));
    if (!isFirst) this.#coarse = false;
    return this.#pending.flatMap(({ spans }) => spans.map((span) => taskOf(span, rule)));
  }

  settle(results: readonly (Float64Array | undefined)[]): void {
    const { scoreAt } = this.#facts;
    let index = 0;
    for (const { replaced, spans } of this.#pending) {
      const parts = spans.flatMap(({ from, to }): Part[] => {
        const relevance = results[index++];
        if (relevance === undefined) return [];
        return [{ from, to, relevance, error: total(relevance) - (scoreAt(to) - scoreAt(from)) }];
      });
      if (parts.length < spans.length) continue;
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
    const { scoreAt, tolerance } = this.#facts;
    if (tolerance === undefined) return [];
    const allowed = tolerance * Math.max(Math.abs(scoreAt(1) - scoreAt(0)), LEAST_DIFFERENCE);
    const byError = [...this.#parts].sort((a, b) => Math.abs(b.error) - Math.abs(a.error));
    let left = byError.reduce((sum, part) => sum + Math.abs(part.error), 0);
    if (left <= allowed) return [];
    const cost = 2 * this.#rule.nodes.length + 1;
    const worst = new Set<Part>();
    // Errors of the parts are added without their signs: a block counts as exact only where every part of it is.
    for (const part of byError) {
      if (left <= allowed / 2) break;
      if (spent + (worst.size + 1) * cost > MOST_POINTS) break;
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

const taskOf = ({ from, to }: Span, { nodes, weights }: QuadratureRule): PathTask => ({
  points: nodes.map((node, i) => ({ alpha: from + (to - from) * node, weight: (to - from) * (weights[i] as number) })),
  ends: [from, to],
});
