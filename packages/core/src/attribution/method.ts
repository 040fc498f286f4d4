/** @file What an attribution method is: from a prepared input to one number per feature. */

import type { OptionTable, ResolvedOf } from "../options/option.ts";
import type { ForwardResult } from "../program/model-programs.ts";
import type { ScoreSpec } from "../program/score.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { BlockExplanation, Completeness, Warning } from "./explanation.ts";
import type { GeneralOptions, MethodObject, WorkHooks } from "./options.ts";
import type { PreparedInput } from "./prepared-input.ts";
import type { SharedWork } from "./shared-work.ts";
import type { LayerWeighting } from "./weighted-blocks.ts";

/** What a method works on. `Table` are the options that it declares. */
export interface MethodContext<Table extends OptionTable = Record<never, never>> {
  readonly model: ExplainableModel;
  readonly input: PreparedInput;
  /** The forward pass at the input. */
  readonly forward: ForwardResult;
  readonly score: ScoreSpec;
  readonly scoreAtInput: number;
  /** Checked, and completed with defaults: the general options, and those that the method declares. */
  readonly options: GeneralOptions & ResolvedOf<Table> & WorkHooks;
  /** When refining must end, by the platform's clock; undefined for no limit. */
  readonly deadline?: number | undefined;
  /** Where explanations of this same input by other methods or options leave what they share. */
  readonly shared?: SharedWork;
  /** Called with the share of the method's work done, 0..1. */
  readonly onProgress: (done: number) => void;
}

/** What an attribution method gives: one number for each feature, in units of the score, and what it was made of. */
export interface MethodResult {
  /** One per feature. Special features have the value that the method gives them, 0 where it gives none. */
  readonly attribution: readonly number[];
  /** Weighted and added up they are the attribution. Empty for methods that do not look at blocks one by one. */
  readonly blocks: readonly BlockExplanation[];
  /** How the blocks are weighted whose sum the attribution is; absent for equal weights. Joined parts are weighted as one. */
  readonly layerWeighting?: LayerWeighting;
  /** The attribution from each of several draws of the baseline, whose mean it is [draw][feature]; absent where there is one. */
  readonly drawn?: readonly (readonly number[])[];
  /** Null where nothing says what the attributions should add up to. */
  readonly completeness: Completeness | null;
  /** What results say of options in other words than the caller's: blocks by number, baselines spelled out. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Equivalent whole-model passes spent, beyond the forward pass at the input. */
  readonly modelEvaluations: number;
  readonly warnings: readonly Warning[];
}

/** An attribution method. To add one to calig: a file and a line in methods.ts; from outside: `defineMethod`. */
export interface AttributionMethod<Table extends OptionTable = OptionTable> extends MethodObject {
  /** The options that it takes besides the general ones, its own included. All others are refused. */
  readonly options?: Table;
  run(context: MethodContext<Table>): Promise<MethodResult>;
}

/** "Attention rollout" of "attention-rollout", where a method does not say how people write it. */
export function methodTitle({ name, title }: Pick<AttributionMethod, "name" | "title">): string {
  const words = name.replaceAll("-", " ");
  return title ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
