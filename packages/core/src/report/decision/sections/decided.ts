/** @file What a decision sheet says of the decision: the system, the result, what speaks for and against it, what would change it. */

import type { TestedElement } from "../../../evaluation/decision/decision-tests.ts";
import { MOST_CHANGED } from "../../../evaluation/decision/smallest-change.ts";
import type { StatementKind } from "../../../reading/summary.ts";
import { digitsFor, fixed, percent, signed } from "../../../render/format.ts";
import type { PatchMark } from "../../../render/html/maps.ts";
import { largestMagnitude } from "../../../render/scale.ts";
import { visible } from "../../../util/plain-text.ts";
import type { CasePart } from "../../case/document.ts";
import type { DecisionSheet } from "../sheet-data.ts";
import { becomes, fieldsOf, isContrary, type Setting, said, table, text } from "./setting.ts";

/** What a summary says at the top; the rest of it stands where it belongs. */
const FIRST: readonly StatementKind[] = ["decision", "certainty", "asked", "caution"];
const EVIDENCE: readonly StatementKind[] = ["for", "against", "elsewhere"];

/** What is stated, in a table; the rest, which may be all of it, in one line. */
export function system(setting: Setting): CasePart[] {
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

export function result(setting: Setting): CasePart[] {
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

export function elements(setting: Setting): CasePart[] {
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

export function change(setting: Setting): CasePart[] {
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
