/** @file Many explanations as one page: a verdict on all, a list to search, filter and sort, and each to be opened. */

import { UsageError } from "../../errors.ts";
import { embeddedJson, html, type Markup, trusted } from "../../render/escape.ts";
import { count, percent } from "../../render/format.ts";
import { isolated } from "../../render/html/context.ts";
import { articleMaker, explanationsPage, type HtmlOptions } from "../../render/html.ts";
import { visible } from "../../render/plain-text.ts";
import type { EvidenceReport } from "../evidence/evidence-report.ts";
import { shownEntries, sourceName } from "../evidence/facts.ts";
import { byInterest, type Packs, packDetails } from "./details.ts";
import { type BrowseData, type BrowseRow, packRow } from "./row-data.ts";
import { browseRows } from "./rows.ts";
import { SCRIPT, SCRIPT_HASH } from "./script.ts";
import { BROWSE_STYLE } from "./style.ts";
import { decisionRows, strongestWords, type Verdict, verdictOn, verdictSentences } from "./verdict.ts";

/** Explanations that a file can open where nothing else is asked for. */
export const OPENED = 1000;
/** Bytes that a file may have where nothing else is asked for: what mail programs take. */
export const MOST_BYTES = 25 * 2 ** 20;

export interface BrowseOptions extends Pick<HtmlOptions, "palette" | "overlay"> {
  readonly title?: string;
  /** Most explanations that the file can open, those that words have as examples first. Default 1000. */
  readonly details?: number;
  /** Most bytes of the file: as many explanations can be opened as fit. Default 25 MiB. */
  readonly maxBytes?: number;
  /** The picture of an opened explanation as a data URI, by its place among the entries; undefined where there is none. */
  readonly pictureOf?: (place: number) => Promise<string | undefined>;
  /** Small pictures for the list, by place. */
  readonly thumbnails?: ReadonlyMap<number, string>;
  /** More about all of them, below the list, and constant rules for it. */
  readonly more?: Markup;
  readonly style?: string;
}

/**
 * One self-contained page.
 *
 * @throws {UsageError} When the rows alone are more than `maxBytes`.
 * @throws {InvalidOptionError} When the palette or a picture cannot be used.
 */
export async function browsePage(report: EvidenceReport, options: BrowseOptions = {}): Promise<string> {
  const { details = OPENED, maxBytes = MOST_BYTES, pictureOf } = options;
  const rows = rowsOf(report, options);
  const articleOf = articleMaker(options);
  const empty = compose(report, rows, { packed: [], packs: [] }, options);
  const used = new TextEncoder().encode(empty).length;
  if (used > maxBytes) {
    throw new UsageError(
      `Cannot put ${count(rows.length, "explanation")} into one page: their rows alone take ${megabytes(used)}, and ${megabytes(maxBytes)} are allowed; browse them with calig view, which needs no page, give fewer, or allow more with --max-size`,
    );
  }
  const wrong = [...rows.keys()].filter((place) => rows[place]?.right === false);
  const order = byInterest(report.entries, shownEntries(report, details), wrong).slice(0, details);
  // A place is named in the list of packed ones besides.
  const room = maxBytes - used - 8 * order.length;
  const packs = await packDetails(order, room, async (place) =>
    openedMarkup(report, place, articleOf, await pictureOf?.(place)),
  );
  return compose(report, rows, packs, options);
}

/** The same page for a server that answers with `openedMarkup` and with thumbnails: those named here it has. */
export const browsePageOfServer = (report: EvidenceReport, options: BrowseOptions = {}): string =>
  compose(report, rowsOf(report, options), undefined, options);

/** One explanation as it is opened. */
export function openedMarkup(
  { entries }: EvidenceReport,
  place: number,
  articleOf: ReturnType<typeof articleMaker>,
  picture?: string,
): string {
  const { source, explanation } = entries[place]!;
  const item = { explanation, number: place + 1, name: sourceName(source) };
  return articleOf(picture === undefined ? item : { ...item, picture }).toString();
}

const rowsOf = (report: EvidenceReport, { thumbnails }: BrowseOptions): BrowseRow[] =>
  browseRows(
    report.entries,
    report.summary.warnings.map(({ code }) => code),
    thumbnails,
  );

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

function compose(
  report: EvidenceReport,
  rows: readonly BrowseRow[],
  packs: Packs | undefined,
  { title = "Explanations", palette, overlay, more, style = "" }: BrowseOptions,
): string {
  const codes = report.summary.warnings.map(({ code }) => code);
  const data: BrowseData = {
    warnings: codes,
    rows: rows.map(packRow),
    ...(packs === undefined ? {} : { packed: packs.packed }),
  };
  const scripts = packs?.packs.map(
    (pack, i) => html`<script type="text/plain" data-pack="${i}">${trusted(pack)}</script>`,
  );
  const opened = packs?.packed.reduce((sum, places) => sum + places.length, 0) ?? rows.length;
  const opens =
    opened === rows.length
      ? null
      : html`<p class="about">This file opens ${opened} of ${count(rows.length, "explanation")}: the examples of words, errors and warnings first. <code>calig view</code> without a file opens every one.</p>`;
  const verdict = verdictOn(report, rows);
  const lead = html`${verdictSection(report, verdict, codes)}<section class="browse" aria-labelledby="browse-title"><h2 id="browse-title">Explanations</h2>${opens}<noscript><p class="about">The list needs JavaScript.</p></noscript>${filters(verdict, report)}<p class="found js" data-found role="status" hidden></p><div class="rows js" role="listbox" tabindex="0" aria-label="Explanations; Enter opens one" hidden></div></section><section class="opened" aria-labelledby="opened-title" hidden><div class="bar"><h2 id="opened-title" tabindex="-1">Explanation</h2><div class="steps"><button type="button" class="button" data-step="previous">Previous</button><button type="button" class="button" data-step="next">Next</button><button type="button" class="button" data-step="close">Close</button></div></div><div data-content></div></section>${more}<script type="application/json" data-browse>${embeddedJson(data)}</script>${scripts}`;
  return explanationsPage([], {
    ...(palette === undefined ? {} : { palette }),
    ...(overlay === undefined ? {} : { overlay }),
    heading: title,
    title,
    lead,
    style: BROWSE_STYLE + style,
    scripts: [{ source: SCRIPT, hash: SCRIPT_HASH }],
    asksServer: packs === undefined,
  });
}

function verdictSection(report: EvidenceReport, verdict: Verdict, codes: readonly string[]): Markup {
  const { rows, more } = decisionRows(verdict);
  const known = verdict.accuracy !== null;
  const table = html`<table><caption class="sr">What the model decides</caption><thead><tr><th scope="col">Decision</th><th scope="col">Inputs</th><th scope="col">Share</th>${known ? html`<th scope="col">Right</th>` : null}</tr></thead><tbody>${rows.map(
    ({ name, inputs, share, right }) =>
      html`<tr><th scope="row">${isolated(name)}</th><td>${inputs}</td><td>${share}</td>${known ? html`<td>${right}</td>` : null}</tr>`,
  )}</tbody></table>${more > 0 ? html`<p class="more">and ${count(more, "more decision")}</p>` : null}`;
  const words = strongestWords(report).map(
    ({ label, signed, supporting, opposing }) =>
      html`<dt>${signed ? "for " : "matter for "}${isolated(label)}</dt><dd>${chips(supporting, "supports")}${supporting.length === 0 ? "none" : null}</dd>${
        opposing.length === 0 ? null : html`<dt>against ${isolated(label)}</dt><dd>${chips(opposing, "opposes")}</dd>`
      }`,
  );
  const warnings = report.summary.warnings.map(
    ({ code, explanations, message }) =>
      html`<li><b>${visible(code)}</b>, ${explanations} of ${verdict.explanations}: <bdi>${visible(message)}</bdi></li>`,
  );
  return html`<section class="verdict" aria-labelledby="verdict"><h2 id="verdict">All together</h2><p class="said">${verdictSentences(verdict).join(" ")}</p><div class="parts"><div>${table}</div>${
    words.length === 0
      ? null
      : html`<div><dl>${words}</dl><p class="about">Words with the most evidence over all inputs; a click lists the explanations where they have it.</p></div>`
  }</div>${codes.length === 0 ? null : html`<details class="warnings"><summary>Warnings (${percent(verdict.warned / Math.max(1, verdict.explanations))} of the explanations)</summary><ul>${warnings}</ul></details>`}</section>`;
}

const chips = (words: readonly string[], side: "supports" | "opposes"): Markup[] =>
  words.map(
    (word) =>
      html`<button type="button" class="chip${side === "opposes" ? " op" : ""}" data-word="${word}" data-side="${side}"><bdi>${word}</bdi></button>`,
  );

function select(name: string, label: string, choices: readonly (readonly [value: string, text: string])[]): Markup {
  return html`<label>${label}<select name="${name}">${choices.map(([value, text]) => html`<option value="${value}">${text}</option>`)}</select></label>`;
}

function filters({ decisions, accuracy }: Verdict, { summary }: EvidenceReport): Markup {
  const hasTexts = summary.texts > 0;
  const input = (name: string, label: string, type: string) =>
    html`<label>${label}<input name="${name}" type="${type}" autocomplete="off" spellcheck="false"></label>`;
  return html`<form class="filters js" role="search" aria-label="Explanations" hidden>${input("search", "Search", "search")}${
    hasTexts
      ? html`${input("word", "Word", "text")}${select("side", "that", [
          ["", "occurs"],
          ["supports", "supports"],
          ["opposes", "opposes"],
        ])}`
      : html`<input type="hidden" name="word" value=""><input type="hidden" name="side" value="">`
  }${select("decision", "Decision", [
    ["", "any"],
    ...decisions.map(({ name, inputs }) => [name, `${name} (${inputs})`] as const),
  ])}${
    accuracy === null
      ? html`<input type="hidden" name="right" value="">`
      : select("right", "Label", [
          ["", "any"],
          ["wrong", "decided wrongly"],
          ["right", "decided rightly"],
          ["unknown", "not known"],
        ])
  }${select("warning", "Warning", [
    ["", "any or none"],
    ["any", "some"],
    ["none", "none"],
    ...summary.warnings.map(({ code, explanations }, i) => [String(i), `${visible(code)} (${explanations})`] as const),
  ])}${select("order", "Sort by", [
    ["file", "order of the file"],
    ["unsure", "least sure first"],
    ["sure", "most sure first"],
    ["incomplete", "largest completeness error first"],
  ])}<button type="reset" class="button">Reset</button></form>`;
}
