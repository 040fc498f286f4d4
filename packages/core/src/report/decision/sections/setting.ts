/** @file What the sections of a decision sheet are written with: words, numbers and names in its language, and their parts. */

import type { CounterfactualFeature, CounterfactualPrediction } from "../../../attribution/explanation.ts";
import type { TestedElement } from "../../../evaluation/decision/decision-tests.ts";
import { wordsOf } from "../../../reading/languages.ts";
import type { StatementKind } from "../../../reading/summary.ts";
import type { Words } from "../../../reading/words/words.ts";
import { itemsOf } from "../../../render/evidence.ts";
import { fixed, percent } from "../../../render/format.ts";
import { visible } from "../../../util/plain-text.ts";
import type { CasePart } from "../../case/document.ts";
import { CONTEXT_FIELDS, type ContextSection } from "../context.ts";
import { sheetWords } from "../languages.ts";
import type { DecisionSheet } from "../sheet-data.ts";
import type { SheetNoun, SheetWords } from "../words/words.ts";

/** What every section is written with. */
export interface Setting {
  readonly sheet: DecisionSheet;
  readonly words: SheetWords;
  /** Of summaries, in the same language. */
  readonly plain: Words;
  readonly noun: SheetNoun;
  /** A number as the language writes it. */
  number(text: string): string;
  nameOf(feature: CounterfactualFeature): string;
  says(prediction: CounterfactualPrediction): string;
}

export const text = (said: string): CasePart => ({ kind: "text", text: said });

export function settingOf(sheet: DecisionSheet): Setting {
  const { explanation } = sheet;
  const words = sheetWords(sheet.language);
  const labels = new Map(itemsOf(explanation).map(({ features, label }) => [features.join(), label]));
  const number = (written: string) => (words.point === "." ? written : written.replace(/(\d)\.(?=\d)/g, "$1,"));
  const isNumber = sheet.result.probability === null;
  return {
    sheet,
    words,
    plain: wordsOf(knownLanguage(sheet.language)),
    noun: explanation.layout === "grid" ? "patch" : explanation.layout === "text" ? "word" : "part",
    number,
    nameOf: ({ features, text: own, row, column }) =>
      row === undefined || column === undefined
        ? visible(labels.get(features.join()) ?? own ?? "?")
        : words.elements.patch(row, column),
    says: ({ label, probability, score }) =>
      isNumber || probability === null
        ? number(fixed(score, 3))
        : `${visible(label)} (${number(percent(probability, 2))})`,
  };
}

/** Languages from outside are not known where a sheet is read again. */
const knownLanguage = (code: string): string => {
  try {
    return wordsOf(code).code;
  } catch {
    return "en";
  }
};

export const table = (
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): CasePart => ({ kind: "table", title, header, numbers, rows });

/** Fields of the context with what is stated. */
export const fieldsOf = ({ sheet, words }: Setting, sections: readonly ContextSection[]): [string, string][] =>
  sections.flatMap((section) =>
    CONTEXT_FIELDS[section].map((field) => {
      const stated = (sheet.context[section] as Readonly<Record<string, string>>)[field] ?? "";
      const label = (words.fields[section] as Readonly<Record<string, string>>)[field] ?? field;
      return [label, stated === "" ? words.notStated : visible(stated)] as [string, string];
    }),
  );

/** Statements of the plain summary. */
export const said = ({ sheet: { summary } }: Setting, kinds: readonly StatementKind[]): CasePart[] =>
  summary.statements.filter(({ kind }) => kinds.includes(kind)).map((statement) => text(statement.text));

export const becomes = ({ sheet: { tests }, words }: Setting): string =>
  words.becomes[tests.replacement.name] ?? tests.replacement.becomes;

/** Whether the answer moves to the side that the map says it does not. */
export const isContrary = ({ change: moved, attribution }: TestedElement): boolean => moved * attribution > 0;
