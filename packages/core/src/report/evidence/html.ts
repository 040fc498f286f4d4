/** @file A report on explanations as one HTML page: a verdict, the browser of the explanations, tables of each class. */

import { html, type Markup } from "../../render/escape.ts";
import { percent } from "../../render/format.ts";
import { isolated, widthOf } from "../../render/html/context.ts";
import { itemId } from "../../render/html.ts";
import { visible } from "../../render/plain-text.ts";
import { largestMagnitude } from "../../render/scale.ts";
import { type BrowseOptions, browsePage, browsePageOfServer } from "../browse/html.ts";
import type { ClassEvidence, EvidenceReport, WordEvidence } from "./evidence-report.ts";
import {
  BLOCKS_TEXT,
  classText,
  classTitle,
  REGIONS_TEXT,
  reportFacts,
  WORD_COLUMNS,
  WORDS_TEXT,
  wordLists,
  wordRows,
} from "./facts.ts";

/** How the page looks, and what it has room for. */
export type ReportHtmlOptions = Omit<BrowseOptions, "more" | "style">;

const STYLE = `
.report h2{font:600 clamp(1.5rem,1.2rem + 1.5vw,2rem)/1.2 var(--serif);overflow-wrap:anywhere}
.report:first-child{border-top:0}
.report dl{display:grid;grid-template-columns:minmax(0,max-content) minmax(0,1fr);gap:.25rem 1.25rem;margin-top:1rem;font-size:.9375rem}
.report dt{color:var(--muted)}
.report dd{overflow-wrap:anywhere}
@media (max-width:34rem){.report dl{grid-template-columns:minmax(0,1fr);gap:0}.report dd{margin-bottom:.5rem}}
.report dl+.about,.report .warnings+.about{margin-top:1rem}
.report .warnings{margin:1.25rem 0 0}
.report .data caption{padding:.4rem .55rem;font-weight:600;font-size:.9375rem}
.report .data .word{font:1rem var(--serif);text-align:start;white-space:normal;overflow-wrap:anywhere;min-width:7rem}
.report .data th,.report .data td{padding:.3rem .4rem}
.report .data thead th{white-space:normal;vertical-align:bottom}
.report .lists{align-items:start;gap:1.5rem 2rem}
@media (max-width:64rem){.report .lists{grid-template-columns:minmax(0,1fr)}}
.report .shares{width:min(100%,40rem);margin-top:.75rem;font-size:.875rem}
.report .shares th,.report .shares td{padding:.15rem .75rem .15rem 0;white-space:nowrap}
.report .shares .number{text-align:end;width:3.5rem}
.report .shares .track{width:35%}
.report .shares thead th{color:var(--muted)}
.source{color:var(--muted);font-size:.9375rem;margin-bottom:.75rem;overflow-wrap:anywhere}
.numbers{margin-top:2rem}
`;

/**
 * One self-contained page: a verdict on all, the browser of the explanations, and the tables of each class.
 *
 * @throws {UsageError} When the rows alone are more than `maxBytes`.
 * @throws {InvalidOptionError} When the palette or a picture cannot be used.
 */
export const renderReportHtml = (report: EvidenceReport, options: ReportHtmlOptions = {}): Promise<string> =>
  browsePage(report, { title: "Evidence report", ...options, more: evidenceSections(report), style: STYLE });

/** The same for a server that has the explanations: see `browsePageOfServer`. */
export const reportHtmlOfServer = (report: EvidenceReport, options: ReportHtmlOptions = {}): string =>
  browsePageOfServer(report, { ...options, more: evidenceSections(report), style: STYLE });

/** All numbers of the report, folded: the verdict has the gist. */
function evidenceSections(report: EvidenceReport): Markup {
  return html`<details class="numbers"><summary>All figures: models, methods, completeness, words and blocks of each class</summary>${summary(report)}${report.classes.map(classSection)}</details>`;
}

/** "no. 3", a link that opens that explanation. */
const place = (entry: number): Markup => html`<a href="#${itemId(entry + 1)}">no. ${entry + 1}</a>`;

function summary(report: EvidenceReport): Markup {
  const { warnings } = report.summary;
  const facts = reportFacts(report).map(
    ([name, parts]) =>
      html`<dt>${name}</dt><dd>${parts.map((part) => (typeof part === "number" ? place(part) : part))}</dd>`,
  );
  const items = warnings.map(
    ({ code, explanations, entry, message }) =>
      html`<li><b>Warning: ${visible(code)}</b>, ${explanations} of ${report.entries.length}: <bdi>${message}</bdi> (${place(entry)})</li>`,
  );
  const warned = items.length === 0 ? null : html`<div class="warnings"><ul>${items}</ul></div>`;
  return html`<section class="report" aria-labelledby="summary"><h2 id="summary">Summary</h2><dl>${facts}</dl>${warned}${report.summary.texts === 0 ? null : html`<p class="about">${WORDS_TEXT}</p>`}</section>`;
}

function classSection(evidence: ClassEvidence, index: number): Markup {
  const { differing, regions, blocks } = evidence;
  const id = `class-${index + 1}`;
  const lists = wordLists(evidence).map(({ title, words }) => wordTable(title, words, evidence));
  const differ =
    differing.length === 0
      ? null
      : html`<p class="more">Options of the method that are not the same in all of them: ${differing.map(visible).join(", ")}.</p>`;
  const words = regions.length === 0 ? html`<div class="lists">${lists}</div>` : null;
  return html`<section class="report" aria-labelledby="${id}"><h2 id="${id}">${isolated(classTitle(evidence))}</h2><p class="about">${classText(evidence)}</p>${differ}${words}${regions.length === 0 ? null : shareTable("Where in the pictures", REGIONS_TEXT, regions, evidence)}${
    blocks.length === 0
      ? null
      : shareTable(
          "In which block",
          BLOCKS_TEXT,
          blocks.map(({ index: block, ...shares }) => ({ name: `Block ${block}`, ...shares })),
          evidence,
        )
  }</section>`;
}

function wordTable(title: string, words: readonly WordEvidence[], evidence: ClassEvidence): Markup {
  if (words.length === 0) return html`<div><h3>${title}</h3><p class="none">No words.</p></div>`;
  const rows = wordRows(words, evidence, place).map(
    ({ word, sum, mean, count, inputs, peak, example }) =>
      html`<tr><th scope="row" class="word">${isolated(word)}</th><td>${sum}</td><td>${mean}</td><td>${count}</td><td>${inputs}</td><td>${peak}</td><td>${example}</td></tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="data"><caption>${title}</caption><thead><tr>${WORD_COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

interface Shares {
  readonly name: string;
  readonly supporting: number;
  readonly opposing: number;
}

function shareTable(title: string, about: string, rows: readonly Shares[], { signed: sign }: ClassEvidence): Markup {
  const sides = sign === false ? (["supporting"] as const) : (["supporting", "opposing"] as const);
  const largest = largestMagnitude(rows.flatMap((row) => sides.map((side) => row[side])));
  const cells = (row: Shares) =>
    sides.map(
      (side) =>
        html`<td class="number">${percent(row[side])}</td><td class="track" aria-hidden="true"><span class="fill ${side === "opposing" ? "op" : "su"}" style="${widthOf(row[side] / largest)}"></span></td>`,
    );
  const header = sides.map((side) => html`<th scope="colgroup" colspan="2">${sign === false ? "evidence" : side}</th>`);
  return html`<div class="sub"><h3>${title}</h3><p class="about">${about}</p><table class="shares"><thead><tr><th></th>${header}</tr></thead><tbody>${rows.map((row) => html`<tr><th scope="row">${row.name}</th>${cells(row)}</tr>`)}</tbody></table></div>`;
}
