/** @file What a metric is: from one method's attribution of one input to numbers that can be averaged over inputs. */

import type { Completeness, Cost } from "../attribution/explanation.ts";
import type { Random } from "../util/random.ts";
import type { Probe } from "./perturbation.ts";

/** One method's attribution of one input, and what can be asked about it. */
export interface Subject {
  /** Attribution of each removable unit, units of the target score. */
  readonly attribution: readonly number[];
  /** Variants of the input. */
  readonly probe: Probe;
  /** The class that is explained. */
  readonly target: number;
  readonly completeness: Completeness;
  readonly cost: Cost;
  /** 1 for each unit that people marked as the reason; absent where nobody marked anything. */
  readonly rationale?: readonly number[];
  /** Mean share of units that rationales mark in this data set, 0..1; absent where it has none. */
  readonly rationaleShare?: number;
  /** For each unit what people say of it: > 0 speaks for the target, < 0 against it, 0 for neither or unknown. */
  readonly polarities?: readonly number[];
  /** A stream of random numbers that depends on seed, input and purpose, not on method or order. */
  random(purpose: string): Random;
  /** Explains the same input with its removable units in another order. */
  permuted(order: PermutedUnits): Promise<PermutedAttribution>;
}

/** Content of a permuted input. */
export interface PermutedUnits {
  /** Units that stay where they are. */
  readonly kept: readonly number[];
  /** The other units in their new order. */
  readonly others: readonly number[];
}

export interface PermutedAttribution {
  /** Attribution of the kept units, in the order they were given. */
  readonly attribution: readonly number[];
  /** Probability of the target in the permuted input. */
  readonly probability: number;
}

/** One number of a table, made from the means of a metric's measurements. */
export interface Figure {
  readonly name: string;
  /** Which direction is better; none for what only describes. */
  readonly better: "higher" | "lower" | "none";
  /** The figure from the mean of each element of the measurements over the inputs. */
  of(means: readonly number[]): number;
}

/** A metric. To add one: a file in metrics/ and a line in metrics.ts. */
export interface Metric {
  readonly name: string;
  /** One line with the source, without a final period. */
  readonly summary: string;
  readonly figures: readonly Figure[];
  /** What the data set must have. */
  readonly needs?: "rationale" | "polarities";
  /** Asks for many explanations of each input: only measured when named. */
  readonly expensive?: boolean;
  /** Changes when the numbers of the metric change their meaning: stored measurements of older ones are not used. */
  readonly revision: number;
  /**
   * Numbers of one input whose means make the figures; undefined where the metric does not apply to the input. All
   * inputs give equally many.
   */
  measure(subject: Subject): Promise<readonly number[] | undefined>;
}

/** The only figure of a metric: the mean of its measurement. */
export const meanFigure = (name: string, better: Figure["better"], index = 0): Figure => ({
  name,
  better,
  of: (means) => means[index] as number,
});
