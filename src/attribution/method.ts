/** @file What an attribution method is: from a prepared input to one signed number per unit. */

import type { ForwardResult } from "../program/programs.ts";
import type { ScoreSpec } from "../program/score.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { BlockExplanation, Completeness, Warning } from "./explanation.ts";
import type { ExplainOptions } from "./options.ts";
import type { PreparedInput } from "./prepared-input.ts";

/** What a method works on. */
export interface MethodContext {
  readonly model: ExplainableModel;
  readonly input: PreparedInput;
  /** The forward pass at the input. */
  readonly forward: ForwardResult;
  readonly score: ScoreSpec;
  readonly scoreAtInput: number;
  /** The caller's options, not yet completed with defaults. */
  readonly options: ExplainOptions;
  /** Called with the share of the method's work done, 0..1. */
  readonly onProgress: (done: number) => void;
}

export interface MethodResult {
  /** Signed, one per unit, units of the target score. */
  readonly attribution: readonly number[];
  readonly blocks: readonly BlockExplanation[];
  readonly completeness: Completeness;
  /** Every option that had a say, defaults spelled out. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Equivalent whole-model passes spent, beyond the forward pass at the input. */
  readonly modelEvaluations: number;
  readonly warnings: readonly Warning[];
}

/** An attribution method. To add one: a file and a line in methods.ts. */
export interface AttributionMethod {
  readonly name: string;
  /** One line for help texts, with the source. */
  readonly summary: string;
  run(context: MethodContext): Promise<MethodResult>;
}
