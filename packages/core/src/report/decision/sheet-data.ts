/** @file The data of a decision sheet. */

import type { Explanation, ModelFacts, Prediction } from "../../attribution/explanation.ts";
import type { DecisionTests } from "../../evaluation/decision/decision-tests.ts";
import type { Summary } from "../../reading/summary.ts";
import type { MeasuredMethod } from "../case/case-report.ts";
import type { Repeat } from "../case/command.ts";
import type { DecisionContext } from "./context.ts";

/** A file that went into a sheet. */
export interface SheetFile {
  readonly name: string;
  /** SHA-256 of its bytes. */
  readonly sha256: string;
}

/** All of it. `version` changes when a field changes meaning. */
export interface DecisionSheet {
  readonly version: 1;
  readonly kind: "decision-sheet";
  readonly calig: string;
  /** Of the sentences (BCP 47). */
  readonly language: string;
  /** What whoever uses the model states; "" for what is not. */
  readonly context: DecisionContext;
  readonly input: {
    readonly kind: string;
    readonly text?: string;
    readonly width?: number;
    readonly height?: number;
    readonly sha256: string;
    /** What the checksum is of. */
    readonly of: "text" | "file" | "pixels" | "input";
  };
  readonly model: ModelFacts;
  readonly result: {
    /** The answer that is explained: what the model decided. */
    readonly label: string;
    /** Null where the model gives numbers. */
    readonly probability: number | null;
    readonly score: number;
    /** The next best; null where there is no other answer. */
    readonly runnerUp: Pick<Prediction, "index" | "label" | "probability" | "logit"> | null;
    readonly predictions: readonly Prediction[];
  };
  readonly summary: Summary;
  /** What attributions are in: "logit". */
  readonly unit: string;
  readonly tests: DecisionTests;
  /** What an evaluation of this model says of the method; null where none was given. */
  readonly measured: MeasuredMethod | null;
  /** The whole map, by block. */
  readonly explanation: Explanation;
  readonly seed: number;
  readonly made: {
    readonly at: string;
    readonly versions: Readonly<Record<string, string>>;
    readonly command: Repeat;
    readonly files: { readonly context: SheetFile | null; readonly evaluation: SheetFile | null };
    /** SHA-256 of the picture in the page, which may be smaller than the one that is explained. */
    readonly picture: string | null;
  };
  readonly checksums: {
    /** Of all of the sheet but the checksums. */
    readonly sheet: string;
    /** The same without `made` and the cost of the explanation: what the command gives again. */
    readonly numbers: string;
  };
}
