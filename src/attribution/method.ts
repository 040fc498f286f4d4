/** @file What an attribution method is: from a prepared input to one number per unit. */

import type { ForwardResult } from "../program/model-programs.ts";
import type { ScoreSpec } from "../program/score.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { BlockExplanation, Completeness, Warning } from "./explanation.ts";
import type { ExplainOptions } from "./options.ts";
import type { PreparedInput } from "./prepared-input.ts";
import type { SharedWork } from "./shared-work.ts";
import type { LayerWeighting } from "./weighted-blocks.ts";

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
  /** When refining must end, by the platform's clock; undefined for no limit. */
  readonly deadline?: number | undefined;
  /** Where explanations of this same input by other methods or options leave what they share. */
  readonly shared?: SharedWork;
  /** Called with the share of the method's work done, 0..1. */
  readonly onProgress: (done: number) => void;
}

export interface MethodResult {
  /** One per unit. Special units have the value that the method gives them, 0 where it gives none. */
  readonly attribution: readonly number[];
  /** Weighted and added up they are the attribution. Empty for methods that do not look at blocks one by one. */
  readonly blocks: readonly BlockExplanation[];
  /** How the blocks are weighted whose sum the attribution is; absent for equal weights. Joined parts are weighted as one. */
  readonly layerWeighting?: LayerWeighting;
  /** Null where nothing says what the attributions should add up to. */
  readonly completeness: Completeness | null;
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
  /** Whether values below 0 say that a unit opposes the target. Without a sign, larger is more influence either way. */
  readonly signed: boolean;
  /** Whether the values depend on which class is explained. */
  readonly classSpecific: boolean;
  run(context: MethodContext): Promise<MethodResult>;
}
