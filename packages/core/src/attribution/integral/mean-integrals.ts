/** @file Integrals from several baselines become one: their mean (expected gradients with a uniform choice, Erion et al. 2021). */

import { measureCompleteness } from "../completeness.ts";
import type { Warning } from "../explanation.ts";
import type { BlockIntegral, IntegralResult } from "./block-integrals.ts";

export interface LayerIntegrals extends IntegralResult {
  /** The options of the integration in other words: the baseline spelled out, the blocks by number. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The relevance from each baseline, or draw of one [draw][block][position]; absent where there is one. */
  readonly drawn?: readonly (readonly (readonly number[])[])[];
  /** What the reader must know of the baselines. */
  readonly baselineWarnings: readonly Warning[];
  /** All that the reader must know, these included. */
  readonly warnings: readonly Warning[];
}

/**
 * The mean of integrals of the same blocks of one input. A block's mean adds up to the score at the input minus the
 * mean score of the baselines.
 *
 * @param results - One per baseline, at least one.
 */
export function meanIntegrals(results: readonly LayerIntegrals[], tolerance: number): LayerIntegrals {
  const [first, ...others] = results as readonly [LayerIntegrals, ...LayerIntegrals[]];
  if (others.length === 0) return first;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const blocks = first.blocks.map((block, b): BlockIntegral => {
    const all = results.map((result) => result.blocks[b] as BlockIntegral);
    const relevance = block.relevance.map((_, t) => mean(all.map((one) => one.relevance[t] as number)));
    const facts = all.map(({ completeness }) => completeness);
    const measured = measureCompleteness(
      relevance,
      mean(facts.map(({ scoreAtInput }) => scoreAtInput)),
      mean(facts.map(({ scoreAtBaseline }) => scoreAtBaseline)),
    );
    const errors = facts.flatMap(({ standardError }) => (standardError === undefined ? [] : [standardError]));
    return {
      index: block.index,
      relevance,
      completeness: {
        ...measured,
        sum: mean(facts.map(({ sum }) => sum)),
        points: facts.reduce((sum, { points }) => sum + points, 0),
        converged: measured.relativeError <= tolerance,
        // Standard error of a mean of independent estimates.
        ...(errors.length === facts.length ? { standardError: Math.hypot(...errors) / facts.length } : {}),
      },
    };
  });
  return {
    ...first,
    blocks,
    evaluations: results.reduce((sum, { evaluations }) => sum + evaluations, 0),
    stopped: results.some(({ stopped }) => stopped),
    options: { ...first.options, baseline: results.map(({ options }) => options.baseline) },
    baselineWarnings: results.flatMap(({ baselineWarnings }) => baselineWarnings),
    warnings: [],
  };
}
