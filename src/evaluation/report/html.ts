/** @file An evaluation as one HTML page that needs nothing else: tables with pictures of the intervals. */

import { html, type Markup, trusted } from "../../render/escape.ts";
import { fixed } from "../../render/format.ts";
import { PAGE_COLORS } from "../../render/html/style.ts";
import type { Evaluation } from "../evaluation.ts";
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

const variables = (theme: "light" | "dark"): string =>
  [
    `color-scheme:${theme}`,
    `--page:${theme === "light" ? "#ffffff" : "#17181b"}`,
    ...Object.entries(PAGE_COLORS[theme]).map(([name, color]) => `--${name}:${color}`),
  ].join(";");

const STYLE = `:root{${variables("light")}}
@media (prefers-color-scheme:dark){:root{${variables("dark")}}}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 4rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2.2rem 0 .2rem}
p,dd{margin:.2rem 0;color:var(--muted)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{color:var(--muted)}dd{margin:0;color:var(--ink)}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:.6rem 0;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--rule);vertical-align:middle}
th{font-weight:600;color:var(--muted);font-size:.85rem}
.n{text-align:right}.floor td:first-child{color:var(--muted);font-style:italic}
.warn{background:var(--warn-panel);color:var(--warn);padding:.5rem .8rem;border-radius:4px}
svg{display:block}line{stroke:var(--accent);stroke-width:2}circle{fill:var(--accent)}.floor line{stroke:var(--muted)}.floor circle{fill:var(--muted)}
@media print{:root{${variables("light")}}}`;

/** The whole page. Nothing is loaded, and there is no script. */
export function evaluationHtml(evaluation: Evaluation): string {
  const { methods, model, dataset, warnings } = evaluation;
  const title = `Evaluation of ${methods.length} methods: ${model.id} on ${dataset.name}`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"><title>${title}</title><style>${trusted(STYLE)}</style></head><body><main><h1>${title}</h1><dl>${evaluationFacts(
    evaluation,
  ).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>${warnings.map(
    ({ message }) => html`<p class="warn"><b>Warning:</b> ${message}</p>`,
  )}${figureTables(evaluation).map((table) => section(table, evaluation))}${failures(evaluation)}</main></body></html>
`;
  return page.toString();
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
      html`<tr${row.floor ? html` class="floor"` : null}><td>${row.method}</td><td class="n">${fixed(row.value, decimals)}</td><td class="n">${intervalText(row, decimals)}</td><td><svg width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><line x1="${place(row.low)}" x2="${place(row.high)}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/><circle cx="${place(row.value)}" cy="${HEIGHT / 2}" r="4"/></svg></td>${direction === "" ? null : html`<td>${beatsText(row, table)}</td>`}</tr>`,
  );
  return html`<section><h2>${figure.name}</h2><p>${summary}. ${inputs} inputs${direction === "" ? "" : `; ${direction}`}.</p><div class="wide"><table><thead><tr><th>method</th><th class="n">mean</th><th class="n">95 % interval</th><th><span aria-hidden="true"></span></th>${direction === "" ? null : html`<th>better than</th>`}</tr></thead><tbody>${body}</tbody></table></div></section>`;
}

function failures({ failures: all }: Evaluation): Markup | null {
  if (all.length === 0) return null;
  const shown = all
    .slice(0, FAILURES)
    .map(
      ({ line, method, message }) =>
        html`<li>line ${line}${method === undefined ? "" : `, ${method}`}: ${message}</li>`,
    );
  const more = all.length - shown.length;
  return html`<section><h2>Inputs that could not be measured</h2><ul>${shown}${more > 0 ? html`<li>and ${more} more</li>` : null}</ul></section>`;
}
