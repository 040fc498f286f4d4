/** @file What a decision sheet says, as sections of paragraphs, lists and tables in its language. */

import type { CounterfactualFeature, CounterfactualPrediction } from "../../attribution/explanation.ts";
import type { TestedElement } from "../../evaluation/decision/decision-tests.ts";
import { MOST_CHANGED } from "../../evaluation/decision/smallest-change.ts";
import { wordsOf } from "../../reading/languages.ts";
import type { StatementKind } from "../../reading/summary.ts";
import type { Words } from "../../reading/words/words.ts";
import { isWritten, itemsOf } from "../../render/evidence.ts";
import { digitsFor, fixed, optionText, percent, signed } from "../../render/format.ts";
import type { PatchMark } from "../../render/html/maps.ts";
import { largestMagnitude } from "../../render/scale.ts";
import { visible } from "../../util/plain-text.ts";
import type { CasePart } from "../case/document.ts";
import { CONTEXT_FIELDS, type ContextSection } from "./context.ts";
import { sheetWords } from "./languages.ts";
import type { DecisionSheet } from "./sheet-data.ts";
import { SHEET_SECTIONS, type SheetNoun, type SheetSection, type SheetWords } from "./words/words.ts";

export interface SheetSectionContent {
  readonly id: SheetSection;
  readonly title: string;
  readonly parts: readonly CasePart[];
}

export interface SheetDocument {
  readonly title: string;
  readonly about: string;
  readonly sections: readonly SheetSectionContent[];
}

/** What every section is written with. */
interface Setting {
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

/** Share of random orders that a map is to be ahead of. */
const CLEARLY_AHEAD = 0.95;
/** Below that rank correlation, or where it is exactly 0 or 1, more digits say nothing. */
const CORRELATION_DIGITS = 2;

const text = (said: string): CasePart => ({ kind: "text", text: said });

/** The title, and the sections in their order. */
export function sheetDocument(sheet: DecisionSheet): SheetDocument {
  const setting = settingOf(sheet);
  const { words } = setting;
  const parts: Readonly<Record<SheetSection, readonly CasePart[]>> = {
    system: system(setting),
    result: result(setting),
    elements: elements(setting),
    change: change(setting),
    reliability: reliability(setting),
    limits: limits(setting),
    contest: [text(words.contestIntro), table(words.stated, ["", ""], fieldsOf(setting, ["contest"]))],
    audit: audit(setting),
    frame: frame(setting),
  };
  return {
    title: words.title(visible(sheet.result.label)),
    about: words.about(sheet.made.at.slice(0, 10), sheet.calig),
    sections: SHEET_SECTIONS.map((id) => ({ id, title: words.titles[id], parts: parts[id] })),
  };
}

function settingOf(sheet: DecisionSheet): Setting {
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

const table = (
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): CasePart => ({ kind: "table", title, header, numbers, rows });

/** Fields of the context with what is stated. */
const fieldsOf = ({ sheet, words }: Setting, sections: readonly ContextSection[]): [string, string][] =>
  sections.flatMap((section) =>
    CONTEXT_FIELDS[section].map((field) => {
      const stated = (sheet.context[section] as Readonly<Record<string, string>>)[field] ?? "";
      const label = (words.fields[section] as Readonly<Record<string, string>>)[field] ?? field;
      return [label, stated === "" ? words.notStated : visible(stated)] as [string, string];
    }),
  );

/** What is stated, in a table; the rest, which may be all of it, in one line. */
function system(setting: Setting): CasePart[] {
  const { words } = setting;
  const all = fieldsOf(setting, ["system", "deployer", "decision", "data", "oversight"]);
  const stated = all.filter(([, value]) => value !== words.notStated);
  const empty = all.filter(([, value]) => value === words.notStated).map(([label]) => label);
  return [
    text(words.statedBy),
    ...(stated.length === 0 ? [] : [table(words.stated, ["", ""], stated)]),
    ...(empty.length === 0 ? [] : [text(words.allNotStated(empty.join(", ")))]),
  ];
}

/** What a summary says at the top; the rest of it stands where it belongs. */
const FIRST: readonly StatementKind[] = ["decision", "certainty", "asked", "caution"];
const EVIDENCE: readonly StatementKind[] = ["for", "against", "elsewhere"];
const KEPT_IN_MIND: readonly StatementKind[] = ["warning", "limits", "not-told"];

const said = ({ sheet: { summary } }: Setting, kinds: readonly StatementKind[]): CasePart[] =>
  summary.statements.filter(({ kind }) => kinds.includes(kind)).map((statement) => text(statement.text));

function result(setting: Setting): CasePart[] {
  const { sheet, words, number } = setting;
  const { label, probability, runnerUp, predictions } = sheet.result;
  const shownValue = (of: { readonly probability: number | null; readonly logit: number }) =>
    number(of.probability === null ? fixed(of.logit, 3) : percent(of.probability, 2));
  const own = predictions.find((each) => each.index === sheet.explanation.target.index);
  const { resultTable, resultRows } = words;
  return [
    ...said(setting, FIRST),
    table(
      resultTable.title,
      ["", resultTable.answer, probability === null ? resultTable.number : resultTable.probability],
      [
        [resultRows.result, visible(label), shownValue({ probability, logit: own?.logit ?? sheet.result.score })],
        ...(runnerUp === null ? [] : [[resultRows.runnerUp, visible(runnerUp.label), shownValue(runnerUp)]]),
      ],
      [2],
    ),
    ...(runnerUp === null ? [text(resultRows.noRunnerUp)] : []),
  ];
}

function elements(setting: Setting): CasePart[] {
  const { sheet, words, noun, number, nameOf, says } = setting;
  const { tests, unit } = sheet;
  const label = visible(sheet.result.label);
  const named = words.elements;
  const digits = Math.max(
    3,
    digitsFor(largestMagnitude([...tests.supporting, ...tests.opposing].map(({ attribution }) => attribution))),
  );
  const isNumber = sheet.result.probability === null;
  const marks = new Map(sheetMarks(sheet).map(({ row, column, mark }) => [`${row} ${column}`, mark]));
  const row = (element: TestedElement) => [
    ...[marks.get(`${element.row} ${element.column}`)].flatMap((mark) =>
      mark === undefined ? [nameOf(element)] : [`${mark}: ${nameOf(element)}`],
    ),
    number(percent(element.share)),
    number(signed(element.attribution, digits)),
    says(element.without),
    `${number(isNumber ? signed(element.change, 3) : named.points(signed(100 * element.change, 2)))}${isContrary(element) ? ` (${named.contrary})` : ""}`,
    ...(tests.decision === "none" ? [] : [element.flips ? words.yes : words.no]),
  ];
  const header = [
    named.header.element[noun],
    named.header.share,
    named.header.evidence(unit),
    named.header.without,
    named.header.change(label),
    ...(tests.decision === "none" ? [] : [named.header.flips]),
  ];
  const side = (items: readonly TestedElement[], more: number, title: string, none: string): CasePart[] =>
    items.length === 0
      ? [text(none)]
      : [table(title, header, items.map(row), [1, 2, 4]), ...(more > 0 ? [text(named.more(more))] : [])];
  return [
    { kind: "input" },
    ...(noun === "patch" && sheet.made.picture !== null ? [text(named.marks)] : []),
    ...said(setting, EVIDENCE),
    text(named.intro(becomes(setting))),
    ...side(tests.supporting, tests.more.supporting, named.for(label), named.noneFor(label)),
    ...side(tests.opposing, tests.more.opposing, named.against(label), named.noneAgainst(label)),
    ...(noun === "patch" ? [text(named.places)] : []),
  ];
}

/** What tables call the patches that were tested: 1, 2, ... on both sides. */
export const sheetMarks = ({ tests }: DecisionSheet): PatchMark[] =>
  [...tests.supporting, ...tests.opposing].flatMap(({ row, column }, i) =>
    row === undefined || column === undefined ? [] : [{ row, column, mark: String(i + 1) }],
  );

/** Whether the answer moves to the side that the map says it does not. */
const isContrary = ({ change: moved, attribution }: TestedElement): boolean => moved * attribution > 0;

const becomes = ({ sheet: { tests }, words }: Setting): string =>
  words.becomes[tests.replacement.name] ?? tests.replacement.becomes;

function change(setting: Setting): CasePart[] {
  const { sheet, words, plain, noun, nameOf } = setting;
  const { tests } = sheet;
  if (tests.decision === "none") return [text(words.change.numbers)];
  const { change: found } = tests;
  const first =
    found === null
      ? [text(words.change.none(MOST_CHANGED))]
      : [
          text(
            plain.changes({
              without: found.features.map((feature) => plain.quoted(nameOf(feature))),
              noun: noun === "part" ? "word" : noun,
              says: {
                label: visible(found.prediction.label),
                probability: found.prediction.probability,
                value: plain.number(found.prediction.score),
              },
              isNumber: false,
            }),
          ),
          text(words.change.verified(found.features.length)),
        ];
  return [
    ...first,
    text(words.change.searched(tests.searched, noun, MOST_CHANGED)),
    text(words.change.replacement(becomes(setting))),
  ];
}

function reliability({ sheet, words, number }: Setting): CasePart[] {
  const { tests, measured, explanation } = sheet;
  const { asMapped, baselines, order } = tests.reliability;
  const said = words.reliability;
  const correlation = (value: number) => number(fixed(value, CORRELATION_DIGITS));
  const { completeness } = explanation;
  const rows = [
    [
      said.completeness[0],
      completeness === null ? said.noSum : said.adds(number(percent(completeness.relativeError, 2))),
      said.completeness[1],
    ],
    [said.asMapped[0], said.of(asMapped.elements, asMapped.of), said.asMapped[1]],
    [
      said.baselines[0],
      baselines === null
        ? said.noBaselines
        : said.agree(
            baselines.baselines.map(visible).join(", "),
            correlation(baselines.mean),
            correlation(baselines.least),
            baselines.sameSign,
            baselines.asked,
          ),
      said.baselines[1],
    ],
    [said.order[0], said.ahead(number(percent(order.percentile)), order.orders), said.order[1]],
  ];
  const isContraryThere = [...tests.supporting, ...tests.opposing].some(isContrary);
  return [
    table(said.table, said.header, rows),
    ...(order.percentile < CLEARLY_AHEAD ? [text(said.weakOrder)] : []),
    ...(isContraryThere ? [text(said.contrary)] : []),
    ...(measured === null
      ? [text(said.notMeasured)]
      : [
          table(
            said.measured(visible(measured.dataset), measured.inputs),
            said.measuredHeader,
            measured.figures.map(({ name, better, value, low, high, inputs, random }) => [
              visible(name),
              number(fixed(value, 3)),
              `${number(fixed(low, 3))} – ${number(fixed(high, 3))}`,
              random === null ? "" : number(fixed(random, 3)),
              said.better[better],
              String(inputs),
            ]),
            [1, 2, 3, 5],
          ),
          ...(measured.differing.length === 0
            ? []
            : [text(said.differing(measured.differing.map(visible).join(", ")))]),
        ]),
  ];
}

function limits(setting: Setting): CasePart[] {
  const { sheet, words } = setting;
  const { warnings, method } = sheet.explanation;
  return [
    {
      kind: "list",
      items: words.limits(visible(optionText(method.options.baseline ?? "-")), sheet.model.sha256.slice(0, 12)),
    },
    ...said(setting, KEPT_IN_MIND),
    ...(warnings.length === 0
      ? []
      : [text(words.warnings), { kind: "list" as const, items: warnings.map(({ message }) => message) }]),
  ];
}

function audit({ sheet, words }: Setting): CasePart[] {
  const { model, input, explanation, made, checksums, seed } = sheet;
  const said = words.audit;
  const options = Object.entries(explanation.method.options)
    .map(([name, value]) => `${name} ${optionText(value)}`)
    .join(", ");
  const file = (of: typeof made.files.context) => (of === null ? words.none : `${of.sha256} (${visible(of.name)})`);
  const versions = Object.entries({ calig: sheet.calig, ...made.versions }).map(([name, value]) => `${name} ${value}`);
  return [
    table(
      said.table,
      ["", ""],
      [
        [said.rows.model, `${visible(model.id)} (${visible(model.family)}, ${visible(model.task)})`],
        [said.rows.weights, model.sha256],
        [said.rows.input, `${input.sha256} (${said.rows.of}: ${said.of[input.of]})`],
        [said.rows.method, visible(`${explanation.method.name}: ${options}`)],
        [said.rows.seed, String(seed)],
        [said.rows.made, made.at],
        [said.rows.versions, visible(versions.join(", "))],
        [said.rows.context, file(made.files.context)],
        [said.rows.evaluation, file(made.files.evaluation)],
        [said.rows.numbers, checksums.numbers],
        [said.rows.sheet, checksums.sheet],
      ],
    ),
    ...(made.command.command === null
      ? [text(`${said.noCommand} ${made.command.note}`)]
      : [text(said.command), { kind: "command" as const, text: made.command.command }]),
    text(said.check),
  ];
}

const frame = ({ words: { frame: said, titles } }: Setting): CasePart[] => [
  text(said.note),
  table(
    said.table,
    said.header,
    said.rows.map(({ asked, source, sections, toAdd }) => [
      asked,
      source,
      sections.length === 0 ? said.nothing : sections.map((id) => titles[id]).join("; "),
      toAdd,
    ]),
  ),
];

/** The text of the input, where it is one. */
export const sheetText = ({ explanation }: DecisionSheet): string | undefined =>
  isWritten(explanation) ? explanation.input.text : undefined;
