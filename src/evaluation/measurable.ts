/** @file An input made ready to be perturbed and explained again, whatever it is: what measuring may know of it. */

import type { Warning } from "../attribution/explanation.ts";
import type { Part } from "../attribution/join-parts.ts";
import type { LongText } from "../attribution/options.ts";
import type { Substrate, SubstrateName } from "./substrate.ts";
import type { EvaluationUnit, UnitKind } from "./units.ts";

export interface Measurable {
  /** What the model reads at once: one part, or the windows of a text. At least one. */
  readonly parts: readonly Part[];
  /** Positions of the whole, which maps have a value for; units name them. */
  readonly positionCount: number;
  readonly warnings: readonly Warning[];
  /** The original text; "" for images. */
  readonly text: string;
  /** Units that can be removed. */
  readonly units: readonly EvaluationUnit[];
  readonly substrate: Substrate;
  /** The input with the units of `others` in this order at the places that they had; the rest stays. */
  permuted(others: readonly number[]): readonly Part[];
  /** The input with these units replaced by the substrate. */
  removed(units: readonly number[]): readonly Part[];
}

/** How an input is made ready. */
export interface MeasurableOptions {
  readonly substrate: SubstrateName;
  /** Of texts: what is removed. */
  readonly units: UnitKind;
  /** Of texts longer than the model reads. Default: windows. */
  readonly longText?: LongText;
  /** Of substrates that are drawn. */
  readonly seed: number;
}
