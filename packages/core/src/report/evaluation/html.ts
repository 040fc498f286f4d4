/** @file An evaluation as one HTML page that needs nothing else: a verdict, the main figures, and all others folded. */

import type { Evaluation } from "../../evaluation/evaluation.ts";
import { html, type Markup } from "../../render/escape.ts";
import { count, fixed } from "../../render/format.ts";
import { folded, page } from "../page.ts";
import { AGREEMENT_STYLE, agreementPlot } from "./agreement.ts";
import { CURVE_STYLE, curvePlots } from "./curves.ts";
import { FRONT_STYLE, frontSection } from "./front-picture.ts";
import {
  beatsText,
  decimalsOf,
  directionText,
  evaluationFacts,
  type FigureRow,
  type FigureTable,
  figureTables,
  intervalText,
  mainTables,
  methodTitle,
} from "./tables.ts";
import { evaluationVerdict } from "./verdict.ts";

/** Size of the picture of an interval. */
const [WIDTH, HEIGHT, MARGIN] = [160, 14, 6] as const;
const FAILURES = 100;
/** Figures of the first table where none of the main ones was measured. */
const FIRST = 4;

/** The whole page. Nothing is loaded, and there is no script. */
export function evaluationHtml(evaluation: Evaluation): string {
  const { methods, model, dataset, warnings, fronts } = evaluation;
  const title = `Evaluation of ${count(methods.length, "method")}: ${model.id} on ${dataset.name}`;
  const facts = evaluationFacts(evaluation).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  const warned = warnings.map(({ message }) => html`<p class="warn"><b>Warning:</b> ${message}</p>`);
  const tables = figureTables(evaluation);
  const measured = mainTables(tables);
  const main = measured.length > 0 ? measured : tables.slice(0, FIRST);
  const sections = tables.map((table) => section(table, evaluation));
  const agreement = agreementPlot(evaluation);
  const plots = curvePlots(evaluation);
  return page(
    title,
    html`${verdict(evaluation)}${warned}${fronts.map(frontSection)}${overview(main, evaluation)}${
      plots === null
        ? null
        : folded("Curves", "the probability while features are removed, and while they are restored", plots)
    }${sections.length === 0 ? null : folded("All figures", `${count(tables.length, "figure")}, each with intervals and who is ahead of whom`, html`${sections}`)}${
      agreement === null
        ? null
        : folded("Agreement between methods", "do they rank the same features first?", agreement)
    }${folded("How it was measured", "model, data, replacements, intervals", html`<section><dl>${facts}</dl></section>`)}${failures(evaluation)}`,
    `${FRONT_STYLE}${CURVE_STYLE}${AGREEMENT_STYLE}`,
    html`Evaluation <span>of ${count(methods.length, "method")} on ${model.id}, ${dataset.name}</span>`,
  );
}

function verdict(evaluation: Evaluation): Markup {
  const told = evaluationVerdict(evaluation);
  return told === null
    ? html`<section class="verdict"><h2>${count(evaluation.methods.length, "method")} measured</h2><p class="lede">Faithfulness or cost was not measured, so there is no verdict on which method to use.</p></section>`
    : html`<section class="verdict"><h2>${told.headline}</h2><p class="lede">${told.reasons}</p></section>`;
}

/** The main figures of all methods in one table; random controls in one of their own, folded. */
function overview(tables: readonly FigureTable[], { methods }: Evaluation): Markup | null {
  if (tables.length === 0) return null;
  const order = tables[0]?.rows.map(({ method }) => method) ?? [];
  const sorted = [...methods].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const [rivals, controls] = [sorted.filter((m) => !m.randomControl), sorted.filter((m) => m.randomControl)];
  const header = tables.map(
    (table) =>
      html`<th scope="col" class="n">${table.figure.name}${table.figure.better === "none" ? null : html`<br>${table.figure.better === "higher" ? "↑ higher" : "↓ lower"} is better`}</th>`,
  );
  const rows = (some: typeof methods) =>
    some.map((method) => {
      const cells = tables.map((table) => {
        const row = table.rows.find((one) => one.method === method.name);
        if (row === undefined) return html`<td class="n">not measured</td>`;
        const isBest = table.figure.better !== "none" && row === table.rows.find(({ randomControl }) => !randomControl);
        return html`<td class="${isBest ? "n best" : "n"}">${fixed(row.value, shortOf(table))}</td>`;
      });
      return html`<tr${method.randomControl ? html` class="control"` : null}><th scope="row">${methodTitle(method)}</th>${picture(tables[0], method.name)}${cells}</tr>`;
    });
  const table = (name: string, some: typeof methods) =>
    html`<div class="wide" tabindex="0" role="region" aria-label="${name}"><table><thead><tr><th scope="col">method</th><td></td>${header}</tr></thead><tbody>${rows(some)}</tbody></table></div>`;
  const about =
    controls.length === 0
      ? null
      : html`<details><summary>${count(controls.length, "random control")}: what knowing nothing gives</summary>${table("Random controls", controls)}</details>`;
  return html`<section><h2>Main figures</h2><p>Means over the inputs, the best of each in bold. The bars are 95 % intervals of ${tables[0]?.figure.name ?? ""}.</p>${table("Main figures", rivals)}${about}</section>`;
}

/** Decimals of a table that has no intervals: no more than readers compare. */
const shortOf = (table: FigureTable): number => {
  const largest = Math.max(...table.rows.map(({ value }) => Math.abs(value)));
  return largest >= 10 ? (largest >= 100 ? 0 : 1) : 3;
};

/** Where a value lies among those of all methods, with its interval. */
function picture(table: FigureTable | undefined, method: string): Markup {
  const row = table?.rows.find((one) => one.method === method);
  return table === undefined || row === undefined ? html`<td></td>` : html`<td>${interval(row, table)}</td>`;
}

function interval(row: FigureRow, { rows }: FigureTable): Markup {
  const [low, high] = [Math.min(...rows.map((one) => one.low)), Math.max(...rows.map((one) => one.high))];
  const place = (value: number) =>
    (MARGIN + ((WIDTH - 2 * MARGIN) * (value - low)) / (high > low ? high - low : 1)).toFixed(1);
  return html`<svg class="interval" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><line x1="${place(row.low)}" x2="${place(row.high)}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/><circle cx="${place(row.value)}" cy="${HEIGHT / 2}" r="4"/></svg>`;
}

function section(table: FigureTable, { metrics }: Evaluation): Markup {
  const { figure, inputs, rows } = table;
  const decimals = decimalsOf(table);
  const direction = directionText(figure);
  const summary = metrics.find(({ name }) => name === figure.metric)?.summary ?? "";
  const body = rows.map(
    (row) =>
      html`<tr${row.randomControl ? html` class="control"` : null}><th scope="row">${methodTitle({ name: row.method, randomControl: row.randomControl })}</th><td class="n">${fixed(row.value, decimals)}</td><td class="n">${intervalText(row, decimals)}</td><td>${interval(row, table)}</td>${direction === "" ? null : html`<td>${beatsText(row, table)}</td>`}</tr>`,
  );
  return html`<section><h3>${figure.name}</h3><p>${summary}. ${count(inputs, "input")}${direction === "" ? "" : `; ${direction}`}.</p><div class="wide" tabindex="0" role="region" aria-label="${figure.name}"><table><thead><tr><th scope="col">method</th><th scope="col" class="n">mean</th><th scope="col" class="n">95 % interval</th><td></td>${direction === "" ? null : html`<th scope="col">better than</th>`}</tr></thead><tbody>${body}</tbody></table></div></section>`;
}

function failures({ failures: all, dataset: { counted = "line" } }: Evaluation): Markup | null {
  if (all.length === 0) return null;
  const shown = all
    .slice(0, FAILURES)
    .map(
      ({ line, method, message }) =>
        html`<li>${counted} ${line}${method === undefined ? "" : `, ${method}`}: ${message}</li>`,
    );
  const more = all.length - shown.length;
  return folded(
    "Inputs that could not be measured",
    count(all.length, "failure"),
    html`<section><ul>${shown}${more > 0 ? html`<li>and ${more} more</li>` : null}</ul></section>`,
  );
}
