/** @file What a decision sheet says of itself: how far it is to be relied on, its limits, how to check it, what laws ask. */

import type { StatementKind } from "../../../reading/summary.ts";
import { fixed, optionText, percent } from "../../../render/format.ts";
import { visible } from "../../../util/plain-text.ts";
import type { CasePart } from "../../case/document.ts";
import { sheetWords } from "../languages.ts";
import { isContrary, type Setting, said as statements, table, text } from "./setting.ts";

/** Share of random orders that a map is to be ahead of. */
const CLEARLY_AHEAD = 0.95;
/** Below that rank correlation, or where it is exactly 0 or 1, more digits say nothing. */
const CORRELATION_DIGITS = 2;

const KEPT_IN_MIND: readonly StatementKind[] = ["warning", "limits", "not-told"];

export function reliability({ sheet, words, number }: Setting): CasePart[] {
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

export function limits(setting: Setting): CasePart[] {
  const { sheet, words } = setting;
  const { method } = sheet.explanation;
  const warnings = warningsOf(setting);
  return [
    {
      kind: "list",
      items: words.limits(visible(optionText(method.options.baseline ?? "-")), sheet.model.sha256.slice(0, 12)),
    },
    ...statements(setting, KEPT_IN_MIND),
    ...(warnings.length === 0 ? [] : [text(words.warnings), { kind: "list" as const, items: warnings }]),
  ];
}

/** Warnings in the language of the sheet, but for those that the summary has said in it. English ones have figures. */
function warningsOf({ sheet: { explanation, summary }, words }: Setting): readonly string[] {
  const told = new Set(words === sheetWords("en") ? [] : summary.statements.map(({ code }) => code));
  return explanation.warnings
    .filter(({ code }) => !told.has(code))
    .map(({ code, message }) => words.warning(code) ?? message);
}

export function audit({ sheet, words }: Setting): CasePart[] {
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

export const frame = ({ words: { frame: said, titles } }: Setting): CasePart[] => [
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
