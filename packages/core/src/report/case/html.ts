/** @file A report on a case as one HTML page that is made to be printed. */

import type { Explanation } from "../../attribution/explanation.ts";
import { html, type Markup } from "../../render/escape.ts";
import { isWritten } from "../../render/evidence.ts";
import { createContext, isolated } from "../../render/html/context.ts";
import { heatClass } from "../../render/html/heat.ts";
import { markedPicture, type PatchMark } from "../../render/html/maps.ts";
import { explanationsPage, type HtmlOptions } from "../../render/html.ts";
import { OVERLAYS } from "../../render/overlay.ts";
import { paletteOf } from "../../render/palette.ts";
import { checkPicture } from "../../render/picture.ts";
import { withoutOverrides } from "../../render/plain-text.ts";
import { segmentText } from "../../render/segments.ts";
import type { CaseReport } from "./case-report.ts";
import { type CasePart, caseDocument } from "./document.ts";

export interface CaseHtmlOptions extends Pick<HtmlOptions, "palette"> {
  /** The picture that is explained as a data URI. */
  readonly picture?: string;
}

const STYLE = `
@page{size:A4;margin:18mm 16mm}
.case section{padding-block:1.25rem}
.case h2{font:600 1.25rem/1.3 var(--sans);break-after:avoid}
.case p,.case ul{margin-top:.5rem;max-width:48rem}
.case ul{padding-inline-start:1.25rem}
.case table{margin-top:.75rem;font-size:.9375rem;max-width:100%}
.case caption{color:var(--muted);font-size:.875rem;padding-bottom:.25rem;break-after:avoid}
.case th,.case td{padding:.25rem 1rem .25rem 0;border-bottom:1px solid var(--rule);vertical-align:top;text-align:start;overflow-wrap:break-word}
.case td:nth-child(2):last-child{overflow-wrap:anywhere}
.case thead th{color:var(--muted);font-size:.8125rem}
.case .number{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}
.case pre{margin-top:.5rem;padding:.75rem;background:var(--panel);border-radius:.375rem;font:.8125rem/1.5 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}
.case tbody th{min-width:6rem;max-width:20rem}
.case .tables{overflow-x:auto}
.case .figures .photo{width:min(40vw,18rem,calc(15rem*var(--ratio,1)))}
.case .marks{position:absolute;width:auto;height:auto;filter:none}
.case .marks rect{fill:none;stroke:#000;stroke-width:.06}
.case .marks .under{stroke:#fff;stroke-width:.14}
.case .marks text{font:700 .6px var(--sans);text-anchor:middle;dominant-baseline:central;fill:#fff;stroke:#000;stroke-width:.12;paint-order:stroke}
@media print{.case section{break-inside:auto}.case tr,.case li,.case pre,.case .photo{break-inside:avoid}.case thead{display:table-header-group}.case .tables{overflow:visible}}
`;

/**
 * One self-contained page; printed, no row is cut, and the heads of tables come again on every sheet.
 *
 * @throws {InvalidOptionError} When the palette or the picture cannot be used.
 */
export function caseHtml(report: CaseReport, explanation: Explanation, options: CaseHtmlOptions = {}): string {
  return documentHtml(caseDocument(report), explanation, options);
}

/** What reports on one input are written from. */
export interface PrintedDocument {
  readonly title: string;
  readonly about: string;
  readonly sections: readonly { readonly id: string; readonly title: string; readonly parts: readonly CasePart[] }[];
}

export interface PrintedOptions extends CaseHtmlOptions {
  /** Of all that is written (BCP 47). Default: that of the page. */
  readonly language?: string;
  /** Patches that tables point at. */
  readonly marks?: readonly PatchMark[];
  /** After the sections. */
  readonly end?: Markup;
  /** Constant rules of this package besides. */
  readonly style?: string;
}

/** One self-contained page of a document on one input. @throws As `caseHtml`. */
export function documentHtml(
  { title, about, sections }: PrintedDocument,
  explanation: Explanation,
  options: PrintedOptions = {},
): string {
  const { language, end, style = "" } = options;
  const lang = language === undefined ? null : html` lang="${language}"`;
  const lead = html`<div class="case"${lang}><p class="about">${isolated(about)}</p>${sections.map(
    ({ id, title: heading, parts }) =>
      html`<section class="${id}" aria-labelledby="case-${id}"><h2 id="case-${id}">${heading}</h2>${parts.map((part) => drawn(part, explanation, options))}</section>`,
  )}${end ?? null}</div>`;
  return explanationsPage([], {
    ...(options.palette === undefined ? {} : { palette: options.palette }),
    heading: title,
    title,
    lead,
    style: STYLE + style,
    ...(language === undefined ? {} : { language }),
  });
}

function drawn(part: CasePart, explanation: Explanation, options: PrintedOptions): Markup {
  switch (part.kind) {
    case "text":
      return html`<p>${isolated(part.text)}</p>`;
    case "list":
      return html`<ul>${part.items.map((item) => html`<li>${isolated(item)}</li>`)}</ul>`;
    case "command":
      return html`<pre tabindex="0" aria-label="Command">${part.text}</pre>`;
    case "input":
      return coloured(explanation, options);
    default: {
      const { title, header, numbers, rows } = part;
      const kind = (column: number) => (numbers.includes(column) ? html` class="number"` : null);
      const heads = header.every((name) => name === "")
        ? null
        : html`<thead><tr>${header.map((name, column) => (name === "" ? html`<td></td>` : html`<th scope="col"${kind(column)}>${name}</th>`))}</tr></thead>`;
      return html`<div class="tables" tabindex="0" role="region" aria-label="${title}"><table><caption>${isolated(title)}</caption>${heads}<tbody>${rows.map(
        (row) =>
          html`<tr>${row.map((cell, column) => (column === 0 ? html`<th scope="row">${isolated(cell)}</th>` : html`<td${kind(column)}>${isolated(cell)}</td>`))}</tr>`,
      )}</tbody></table></div>`;
    }
  }
}

/** The input, coloured by its evidence. */
function coloured(explanation: Explanation, { palette: name, picture, marks = [] }: PrintedOptions): Markup {
  const palette = paletteOf(name);
  const context = createContext(explanation, {
    id: "case",
    showsSign: palette.showsSign,
    picture: picture === undefined ? undefined : checkPicture(picture),
    palette,
    overlay: OVERLAYS[0],
  });
  if (!isWritten(explanation)) return html`<div class="view-image">${markedPicture(explanation, context, marks)}</div>`;
  const { input, words } = explanation;
  const pieces = segmentText(input.text, words).map(({ text, members }) => {
    const value = members.reduce((sum, member) => sum + (words[member]?.attribution ?? 0), 0);
    const shade = heatClass(context.scale.level(value));
    const shown = withoutOverrides(text);
    return shade === "" ? html`${shown}` : html`<span class="w ${shade}">${shown}</span>`;
  });
  return html`<p class="map" dir="auto" lang="">${pieces}</p>`;
}
