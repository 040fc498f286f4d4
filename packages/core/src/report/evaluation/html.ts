/** @file An evaluation as one HTML page that needs nothing else: tables with pictures of the intervals. */

import type { Evaluation } from "../../evaluation/evaluation.ts";
import { html, type Markup } from "../../render/escape.ts";
import { fixed } from "../../render/format.ts";
import { page } from "../page.ts";
import { AGREEMENT_STYLE, agreementPlot } from "./agreement.ts";
import { CURVE_STYLE, curvePlots } from "./curves.ts";
import { FRONT_STYLE, frontSection } from "./front-picture.ts";
import {
  beatsText,
  decimalsOf,
  directionText,
  evaluationFacts,
  type FigureTable,
  figureTables,
  intervalText,
} from "./tables.ts";

/** Size of the picture of an interval. */
const [WIDTH, HEIGHT, MARGIN] = [180, 14, 6] as const;
const FAILURES = 100;

/** The whole page. Nothing is loaded, and there is no script. */
export function evaluationHtml(evaluation: Evaluation): string {
  const { methods, model, dataset, warnings } = evaluation;
  const title = `Evaluation of ${methods.length} methods: ${model.id} on ${dataset.name}`;
  const facts = evaluationFacts(evaluation).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  const warned = warnings.map(({ message }) => html`<p class="warn"><b>Warning:</b> ${message}</p>`);
  const sections = figureTables(evaluation).map((table) => section(table, evaluation));
  return page(
    title,
    html`<dl>${facts}</dl>${warned}${evaluation.fronts.map(frontSection)}${curvePlots(evaluation)}${sections}${agreementPlot(evaluation)}${failures(evaluation)}`,
    `${FRONT_STYLE}${CURVE_STYLE}${AGREEMENT_STYLE}`,
  );
}

function section(table: FigureTable, { metrics }: Evaluation): Markup {
  const { figure, inputs, rows } = table;
  const decimals = decimalsOf(table);
  const direction = directionText(figure);
  const summary = metrics.find(({ name }) => name === figure.metric)?.summary ?? "";
  const [low, high] = [Math.min(...rows.map((row) => row.low)), Math.max(...rows.map((row) => row.high))];
  const place = (value: number) =>
    (MARGIN + ((WIDTH - 2 * MARGIN) * (value - low)) / (high > low ? high - low : 1)).toFixed(1);
  const body = rows.map(
    (row) =>
      html`<tr${row.randomControl ? html` class="control"` : null}><td>${row.method}</td><td class="n">${fixed(row.value, decimals)}</td><td class="n">${intervalText(row, decimals)}</td><td><svg width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><line x1="${place(row.low)}" x2="${place(row.high)}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/><circle cx="${place(row.value)}" cy="${HEIGHT / 2}" r="4"/></svg></td>${direction === "" ? null : html`<td>${beatsText(row, table)}</td>`}</tr>`,
  );
  return html`<section><h2>${figure.name}</h2><p>${summary}. ${inputs} inputs${direction === "" ? "" : `; ${direction}`}.</p><div class="wide"><table><thead><tr><th>method</th><th class="n">mean</th><th class="n">95 % interval</th><th><span aria-hidden="true"></span></th>${direction === "" ? null : html`<th>better than</th>`}</tr></thead><tbody>${body}</tbody></table></div></section>`;
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
  return html`<section><h2>Inputs that could not be measured</h2><ul>${shown}${more > 0 ? html`<li>and ${more} more</li>` : null}</ul></section>`;
}
