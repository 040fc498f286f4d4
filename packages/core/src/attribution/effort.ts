/** @file How much an explanation may cost: what CA-LIG does at each effort. Figures: docs/faithfulness.md. */

export const EFFORTS = ["instant", "fast", "standard", "best"] as const;
export type Effort = (typeof EFFORTS)[number];

export interface EffortPlan extends Refinement {
  /** Relative completeness error that the integrals of every block are refined to. */
  readonly tolerance: number;
  /** Blocks that are integrated, of a model with so many; all where absent. */
  readonly layers?: (blocks: number) => readonly number[];
}

/** What a map is refined by. */
export interface Refinement {
  /** Paths of features put in and taken out in the order of the map as it is then. */
  readonly paths: number;
  /** Whether every feature is looked at alone, and the input without it. */
  readonly ends: boolean;
}

/** First, middle and last: what they say differs most. */
const threeBlocks = (blocks: number): readonly number[] => [...new Set([0, blocks >> 1, blocks - 1])];

export const EFFORT_PLANS: Readonly<Record<Effort, EffortPlan>> = {
  instant: { tolerance: 0.2, layers: threeBlocks, paths: 0, ends: false },
  fast: { tolerance: 0.1, paths: 0, ends: false },
  standard: { tolerance: 0.01, paths: 0, ends: false },
  best: { tolerance: 0.01, paths: 3, ends: true },
};

export const DEFAULT_EFFORT: Effort = "standard";

/** Whether features can be exchanged with the baseline: states of zeros are nothing that the model was run on. */
export const isRefinable = (baseline: unknown): boolean => ![baseline].flat().includes("zero");

/**
 * How the map is refined where the caller does not say.
 *
 * @param most - The most that serves a kind of input: what refines on one replacement may overfit it, see
 * docs/faithfulness.md. Absent where everything serves.
 */
export function plannedRefinement(
  effort: Effort = DEFAULT_EFFORT,
  baseline?: unknown,
  most: Refinement = EFFORT_PLANS.best,
): Refinement {
  const { paths, ends } = EFFORT_PLANS[effort];
  if (!isRefinable(baseline)) return { paths: 0, ends: false };
  return { paths: Math.min(paths, most.paths), ends: ends && most.ends };
}
