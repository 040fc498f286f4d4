/** @file The result of an evaluation: plain, serialisable, versioned data. Reports are made from this and nothing else. */

import type { ModelFacts, Warning } from "../attribution/explanation.ts";
import type { Figure } from "./metric.ts";
import type { NumberErrors, NumberPair } from "./number-errors.ts";
import type { ReplacementFacts } from "./replacement-facts.ts";
import type { Interval } from "./statistics/bootstrap.ts";

/** A method as it was evaluated. */
export interface EvaluatedMethod {
  /** Unique among the methods of an evaluation. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Stands for knowing nothing: what a method must beat. */
  readonly randomControl: boolean;
}

/** A figure of the table: its name, its metric, and which way is better. */
export interface EvaluatedFigure {
  readonly name: string;
  readonly metric: string;
  readonly better: Figure["better"];
  /** Name of what stood in for removed features; absent where it makes no difference. */
  readonly replacement?: string;
}

/** One cell of the table. */
export interface FigureResult extends Interval {
  readonly method: string;
  readonly figure: string;
  /** Mean over the inputs, or made from means where the figure says so. */
  readonly value: number;
  /** Inputs that the metric applies to, the same for all methods. */
  readonly inputs: number;
}

/** Two methods on the same inputs. */
export interface Comparison extends Interval {
  readonly figure: string;
  readonly method: string;
  readonly other: string;
  /** Figure of `method` minus that of `other`; low and high are its 95 % interval. */
  readonly difference: number;
  /** Paired bootstrap, two-sided. */
  readonly pValue: number;
  /** Corrected for all pairs of methods of this figure (Holm). */
  readonly correctedPValue: number;
  /** The method that is better by a corrected p-value of at most 0.05; null where none is. */
  readonly winner: string | null;
}

/** One method: what it costs, and how faithful it is. */
export interface FrontPoint {
  readonly method: string;
  /** Stands for knowing nothing: beside the others, on no front. */
  readonly randomControl: boolean;
  /**
   * Mean model evaluations of one explanation: one row passed forward through the whole model is one, its gradient one
   * more; a pass through a share of the blocks is that share.
   */
  readonly evaluations: number;
  /** Mean faithfulness with its 95 % interval. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Whether no other method is as faithful at fewer evaluations, or more faithful at as many, by these means. */
  readonly onFront: boolean;
  /** Whether it is the most faithful one, or not worse by more than chance (paired, corrected by Holm). */
  readonly withinBest: boolean;
}

/** The methods by one figure of faithfulness. */
export interface Front {
  /** "faithfulness (random-words)" */
  readonly figure: string;
  readonly inputs: number;
  /** Cheapest first. */
  readonly points: readonly FrontPoint[];
  /** The most faithful method, and the cheapest of those within chance of it. */
  readonly best: string;
  readonly cheapest: string;
}

/** Measurements of one input: numbers per method and metric; null where the metric does not apply. */
export type Measurements = Readonly<Record<string, Readonly<Record<string, readonly number[] | null>>>>;

/** What was measured on one input. */
export interface EvaluatedInput {
  readonly line: number;
  readonly id?: string;
  /** The class that was explained, and what the model says of it. */
  readonly target: string;
  /** Null where the output is a number (regression). */
  readonly probability: number | null;
  readonly predicted: string;
  /** Whether the model predicts the label of the data set, where it has one. */
  readonly correct?: boolean;
  /** Regressions: what the model gives, and the number that the data set has. */
  readonly number?: NumberPair;
  readonly features: number;
  /** What is to be said of the input, as that it is longer than the model reads; absent where there is nothing. */
  readonly warnings?: readonly Warning[];
  readonly measurements: Measurements;
}

/** An input that could not be measured. */
export interface EvaluationFailure {
  readonly line: number;
  readonly id?: string;
  readonly method?: string;
  readonly message: string;
}

/** What an evaluation was made with. */
export interface EvaluationSettings {
  /** What stood in for removed features; of several, figures are called after them: "faithfulness (random-words)". */
  readonly replacements: readonly ReplacementFacts[];
  readonly features: string;
  /** "predicted", or the label that was explained for all inputs. */
  readonly target: string;
  readonly score: string;
  /** Absent where no metric draws curves. */
  readonly curveSteps?: number;
  readonly seed: number;
  readonly resamples: number;
}

/** All of an evaluation. `version` changes when a field changes meaning. */
export interface Evaluation {
  readonly version: 3;
  readonly model: ModelFacts;
  readonly dataset: {
    readonly name: string;
    /** What `line` of inputs and failures counts, where that is not lines of a file: items of a list in JSON. */
    readonly counted?: "line" | "item";
    /** Inputs in the data set, rows that are none left out. */
    readonly size: number;
    /** Inputs that were measured under all methods. */
    readonly measured: number;
    /** Rows of the file that are no inputs. */
    readonly skipped: number;
    /** Share of the measured inputs whose label the model predicts; null where they have none. */
    readonly accuracy: (Interval & { readonly value: number; readonly inputs: number }) | null;
    /** Regressions: how far the model's numbers are from those of the data set; absent for classifiers and without numbers. */
    readonly errors?: NumberErrors;
  };
  readonly settings: EvaluationSettings;
  readonly methods: readonly EvaluatedMethod[];
  readonly metrics: readonly { readonly name: string; readonly summary: string }[];
  readonly figures: readonly EvaluatedFigure[];
  readonly results: readonly FigureResult[];
  readonly comparisons: readonly Comparison[];
  /** Faithfulness against model evaluations; empty where faithfulness or cost was not measured. */
  readonly fronts: readonly Front[];
  readonly inputs: readonly EvaluatedInput[];
  readonly failures: readonly EvaluationFailure[];
  readonly cost: { readonly milliseconds: number };
  readonly warnings: readonly Warning[];
}
