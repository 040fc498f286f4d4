/** @file An input made ready to be perturbed and explained again, whatever it is: what measuring may know of it. */

import type { Warning } from "../attribution/explanation.ts";
import type { PreparedInput } from "../attribution/prepared-input.ts";
import type { Substrate, SubstrateName } from "./substrate.ts";
import type { EvaluationUnit, UnitKind } from "./units.ts";

export interface Measurable {
  readonly prepared: PreparedInput;
  readonly warnings: readonly Warning[];
  /** The original text; "" for images. */
  readonly text: string;
  /** Units that can be removed. */
  readonly units: readonly EvaluationUnit[];
  readonly substrate: Substrate;
  /** The input with the units of `others` in this order at the places that they had; the rest stays. */
  permuted(others: readonly number[]): PreparedInput;
  /** The input with these units replaced by the substrate. */
  removed(units: readonly number[]): PreparedInput;
}

/** How an input is made ready. */
export interface MeasurableOptions {
  readonly substrate: SubstrateName;
  /** Of texts: what is removed. */
  readonly units: UnitKind;
  /** Of substrates that are drawn. */
  readonly seed: number;
}
