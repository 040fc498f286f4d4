/** @file What a metric is: from one method's attribution of one input to numbers that can be averaged over inputs. */

import type { Completeness, Cost, Warning } from "../attribution/explanation.ts";
import type { Kept } from "../attribution/perturbable.ts";
import type { Probe } from "../attribution/probe.ts";
import type { GivenOptions, OptionTable } from "../options/option.ts";
import type { Random } from "../util/random.ts";
import type { Truth } from "./dataset.ts";

/** One method's attribution of one input, and what can be asked about it. */
export interface Subject {
  /** Attribution of each removable feature, features of the target score. */
  readonly attribution: readonly number[];
  /** Variants of the input. */
  readonly probe: Probe;
  /** Most steps of a curve; inputs of fewer features have one feature per step. */
  readonly curveSteps: number;
  /** Values of the options that the metrics of the evaluation declare, by name. */
  readonly options: GivenOptions;
  /** The class that is explained. */
  readonly target: number;
  /** Null for methods that have none. */
  readonly completeness: Completeness | null;
  readonly cost: Cost;
  /** What the explanation says beyond what holds for all methods: of the model and of the input. */
  readonly warnings: readonly Warning[];
  /** 1 for each feature that people marked as the reason; absent where nobody marked anything. */
  readonly rationale?: readonly number[];
  /** Mean share of features that rationales mark in this data set, 0..1; absent where it has none. */
  readonly rationaleShare?: number;
  /** Parts of a prompt, where the data set says which of them hold the answer. */
  readonly parts?: readonly { readonly attribution: number; readonly relevant: boolean }[];
  /**
   * Models that make embeddings, on a data set of pairs: at which rank each variant finds the text that the input is compared
   * with, among those of the data set.
   */
  readonly ranks?: (variants: readonly Kept[]) => Promise<readonly number[]>;
  /** For each feature what people say of it: > 0 supports the target, < 0 opposes it, 0 for neither or unknown. */
  readonly polarities?: readonly number[];
  /** A stream of random numbers that depends on seed, input and purpose, not on method or order. */
  random(purpose: string): Random;
  /** Explains a changed input by the same method, for the same class. Cost: one explanation. */
  explainChanged(change: Change): Promise<ChangedExplanation>;
}

/** A change of an input that keeps the places of its features. */
export type Change =
  /** The others fill the places between the kept features in a new order: features in their new order. */
  | { readonly kind: "permuted"; readonly others: readonly number[] }
  /** Features replaced by the replacement. */
  | { readonly kind: "removed"; readonly features: readonly number[] };

/** What a method makes of a changed input. */
export interface ChangedExplanation {
  /** Attribution of each feature, at its place in the original input. */
  readonly attribution: readonly number[];
  /** Probability of the target in the changed input; where it is a number (regression), that number. */
  readonly value: number;
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
  readonly needs?: Truth;
  /** Asks for many explanations of each input: only measured when named. */
  readonly expensive?: boolean;
  /** False where no number depends on what stands in for removed features: measured once where several do. */
  readonly replaces?: false;
  /** Changes when the numbers of the metric change their meaning: stored measurements of older ones are not used. */
  readonly revision: number;
  /** Options of its own, of which `subject.options` has the values. */
  readonly options?: OptionTable;
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
