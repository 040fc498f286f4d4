/** @file What a check of a model is: what it compares, what its failure means, and how it is made. */

import type { BaselineStates } from "../attribution/explainable-model.ts";
import type { Explanation } from "../attribution/explanation.ts";
import type { PreparedInput } from "../attribution/prepared-input.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import type { ForwardResult } from "../program/model-programs.ts";
import type { ScoreSpec } from "../program/score.ts";
import type { Random } from "../util/random.ts";
import type { Differences } from "./differences.ts";

/** An input that the model is run on. */
export interface Sample {
  /** For messages: "a long text", "your input 3". */
  readonly name: string;
  /** Whether the caller gave it. */
  readonly own: boolean;
  readonly source: object;
  readonly input: PreparedInput;
}

/** One input, what the model says of it, and where its paths start. */
export interface Subject extends Sample {
  readonly forward: ForwardResult;
  readonly score: ScoreSpec;
  readonly baseline: BaselineStates;
}

/** What checks work on. */
export interface CheckContext {
  readonly model: AssembledModel;
  readonly samples: readonly Sample[];
  /** A built-in input of ordinary length: checks that run it many times take as long for every caller. */
  readonly subject: Subject;
  /** Largest |logit| of all inputs: what rounding is in proportion to, also where a logit is near 0. */
  readonly logitSize: number;
  /** Explanations that a check has made, for others that need one. */
  readonly explanations: Map<Sample, Explanation>;
  /** A stream of random numbers of its own for each purpose. */
  random(purpose: string): Random;
  readonly signal: AbortSignal | undefined;
  /** Called with the share of the check that is done; throws where the caller has given up. */
  onProgress(done: number): void;
}

/** What a check found; its differences say whether it passes. */
export type Finding =
  | { readonly differences: Differences /** What was compared, as one sentence. */; readonly sentence: string }
  | { readonly notApplicable: string };

/** A check. To add one: a file in checks/ and a line in checks.ts. */
export interface Check {
  readonly name: string;
  /** What is compared with what, for readers. */
  readonly compares: string;
  /** What of calig's output must not be trusted when it fails. */
  readonly doubt: string;
  /** About how much of the time of all checks it takes. */
  readonly weight: number;
  run(context: CheckContext): Promise<Finding>;
}
