/** @file What a language must have for decision sheets: headings, labels of fields, and a sentence for everything that was tested. */

import type { SearchedSize } from "../../../evaluation/decision/smallest-change.ts";
import type { DecisionContext } from "../context.ts";

/** Sections, in their order. */
export const SHEET_SECTIONS = [
  "system",
  "result",
  "elements",
  "change",
  "reliability",
  "limits",
  "contest",
  "audit",
  "frame",
] as const;
export type SheetSection = (typeof SHEET_SECTIONS)[number];

/** A row of the table of what laws ask. */
export interface FrameRow {
  readonly asked: string;
  readonly source: string;
  /** Where in the sheet; empty where nothing in it speaks to this. */
  readonly sections: readonly SheetSection[];
  /** What whoever decides has to add, or must have stated in the context. */
  readonly toAdd: string;
}

/** What the input is called, and its parts. */
export type SheetNoun = "word" | "patch" | "part";

export interface SheetWords {
  readonly titles: Readonly<Record<SheetSection, string>>;
  readonly fields: { readonly [S in keyof DecisionContext]: Readonly<Record<keyof DecisionContext[S], string>> };
  /** What removed parts become, by name of the replacement; others are said as they say it themselves. */
  readonly becomes: Readonly<Record<string, string>>;
  readonly notStated: string;
  /** One line of all that is not stated. */
  allNotStated(names: string): string;
  readonly none: string;
  readonly yes: string;
  readonly no: string;
  /** Between the digits of a number. */
  readonly point: "." | ",";
  title(label: string): string;
  about(date: string, version: string): string;
  /** Above what the user of the model states. */
  readonly statedBy: string;
  /** Above the table of that. */
  readonly stated: string;
  readonly resultTable: {
    readonly title: string;
    readonly answer: string;
    readonly probability: string;
    readonly number: string;
  };
  readonly resultRows: { readonly result: string; readonly runnerUp: string; readonly noRunnerUp: string };
  readonly elements: {
    /** What a row is, and how it was tested. */
    intro(becomes: string): string;
    for(label: string): string;
    against(label: string): string;
    noneFor(label: string): string;
    noneAgainst(label: string): string;
    readonly header: {
      readonly element: Readonly<Record<SheetNoun, string>>;
      readonly share: string;
      evidence(unit: string): string;
      readonly without: string;
      change(label: string): string;
      readonly flips: string;
    };
    /** A difference of probabilities, times 100. */
    points(difference: string): string;
    more(count: number): string;
    /** How patches are counted. */
    readonly places: string;
    /** What the marks on the picture are. */
    readonly marks: string;
    patch(row: number, column: number): string;
    /** An element without which the answer moves to the other side than the map says. */
    readonly contrary: string;
  };
  readonly change: {
    readonly numbers: string;
    none(most: number): string;
    verified(count: number): string;
    searched(sizes: readonly SearchedSize[], noun: SheetNoun, most: number): string;
    replacement(becomes: string): string;
  };
  readonly reliability: {
    readonly table: string;
    readonly header: readonly [string, string, string];
    readonly completeness: readonly [string, string];
    adds(error: string): string;
    readonly noSum: string;
    readonly asMapped: readonly [string, string];
    of(count: number, of: number): string;
    readonly baselines: readonly [string, string];
    agree(names: string, mean: string, least: string, same: number, of: number): string;
    readonly noBaselines: string;
    readonly order: readonly [string, string];
    ahead(percentile: string, orders: number): string;
    readonly weakOrder: string;
    readonly contrary: string;
    measured(dataset: string, inputs: number): string;
    readonly measuredHeader: readonly [string, string, string, string, string, string];
    readonly better: Readonly<Record<"higher" | "lower" | "none", string>>;
    differing(names: string): string;
    readonly notMeasured: string;
  };
  limits(baseline: string, checksum: string): readonly string[];
  /** Above the warnings of the explanation. */
  readonly warnings: string;
  /**
   * A warning by its code, where the summary has not said it; undefined where it is said as it says itself, in English: all of
   * them in English, with their figures, elsewhere those of plugins.
   */
  warning(code: string): string | undefined;
  readonly contestIntro: string;
  readonly audit: {
    readonly table: string;
    readonly rows: Readonly<
      Record<
        | "model"
        | "weights"
        | "input"
        | "of"
        | "method"
        | "seed"
        | "made"
        | "versions"
        | "context"
        | "evaluation"
        | "numbers"
        | "sheet",
        string
      >
    >;
    readonly of: Readonly<Record<"text" | "file" | "pixels" | "input", string>>;
    readonly command: string;
    readonly noCommand: string;
    readonly check: string;
  };
  readonly frame: {
    readonly note: string;
    readonly table: string;
    readonly header: readonly [string, string, string, string];
    readonly nothing: string;
    readonly rows: readonly FrameRow[];
  };
}
