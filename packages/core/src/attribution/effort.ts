/** @file How much an explanation may cost: what CA-LIG does at each effort. Figures: docs/faithfulness.md. */

/** The last is no amount of work but what CA-LIG was before maps were refined: the sum of the blocks alone. */
export const EFFORTS = ["instant", "fast", "standard", "best", "blocks"] as const;
export type Effort = (typeof EFFORTS)[number];

export interface EffortPlan extends Refinement {
  /** Relative completeness error that the integrals of every block are refined to. */
  readonly tolerance: number;
  /** What integrates where no number of steps is given. */
  readonly quadrature: "spline" | "lean-spline";
  /** Blocks that are integrated, of a model with so many; all where absent. */
  readonly layers?: (blocks: number) => readonly number[];
}

/** What a map is refined by. */
export interface Refinement {
  /** Random subsets of the features that the map is fitted to. */
  readonly subsets: number;
  /** Paths of features put in and taken out in the order of the map as it is then. */
  readonly paths: number;
  /** Whether every feature is looked at alone, and the input without it. */
  readonly ends: boolean;
}

/** First, middle and last: what they say differs most. */
const threeBlocks = (blocks: number): readonly number[] => [...new Set([0, blocks >> 1, blocks - 1])];

export const EFFORT_PLANS: Readonly<Record<Effort, EffortPlan>> = {
  instant: { tolerance: 0.2, quadrature: "spline", layers: threeBlocks, subsets: 0, paths: 0, ends: false },
  fast: { tolerance: 0.1, quadrature: "spline", subsets: 0, paths: 0, ends: false },
  standard: { tolerance: 0.01, quadrature: "lean-spline", subsets: 0, paths: 2, ends: false },
  best: { tolerance: 0.01, quadrature: "lean-spline", subsets: 0, paths: 3, ends: true },
  blocks: { tolerance: 0.01, quadrature: "spline", subsets: 0, paths: 0, ends: false },
};

export const DEFAULT_EFFORT: Effort = "standard";

/** Whether features can be exchanged with the baseline: states of zeros are nothing that the model was run on. */
export const isRefinable = (baseline: unknown): boolean => ![baseline].flat().includes("zero");

/** What decides, besides the effort, how a map is refined. */
export interface RefinementSituation {
  readonly baseline?: unknown;
  readonly fusion?: unknown;
  readonly layers?: unknown;
  /** Whether the model is a decoder. */
  readonly causal?: boolean | undefined;
}

/** What leaves a map as it is. */
export const UNREFINED: Refinement = { subsets: 0, paths: 0, ends: false };

export const refines = ({ subsets, paths, ends }: Refinement): boolean => subsets > 0 || paths > 0 || ends;

/**
 * How the map is refined where the caller does not say.
 *
 * Not where features cannot be exchanged with the baseline, nor where the fusion leaves no values in units of the score to
 * take a mean with; nor where blocks are named and no effort is, since it is these blocks that are looked at. Nor, without an effort, of decoders, where it was not measured.
 *
 * @param own - Of a kind of input, by effort, where it differs from the plan: what refines on one replacement may overfit it,
 * see docs/faithfulness.md.
 */
export function plannedRefinement(
  effort: Effort | undefined,
  { baseline, fusion = "transport", layers, causal = false }: RefinementSituation = {},
  own: Partial<Record<Effort, Refinement>> = {},
): Refinement {
  if (!isRefinable(baseline) || fusion !== "transport") return UNREFINED;
  if (effort === undefined && (layers !== undefined || causal)) return UNREFINED;
  const { subsets, paths, ends } = own[effort ?? DEFAULT_EFFORT] ?? EFFORT_PLANS[effort ?? DEFAULT_EFFORT];
  return { subsets, paths, ends };
}
