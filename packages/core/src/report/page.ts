/** @file The frame of report pages: the design of explanations, for tables and plots; one file that runs no script. */

import { type Content, html, type Markup } from "../render/escape.ts";
import { framed } from "../render/html/frame.ts";

const STYLE = `
main section:first-child{border-top:0}
main h2{font:600 1.25rem/1.3 var(--serif)}
main .verdict h2{font-size:clamp(1.5rem,1.2rem + 1.5vw,2.125rem);letter-spacing:-.01em;overflow-wrap:anywhere}
.verdict .lede{max-width:46rem}
main section>p{color:var(--muted);max-width:46rem;margin-top:.25rem;font-size:.9375rem}
main section>p.lede{color:var(--ink);margin-top:.75rem;font-size:1.0625rem}
main dl{display:grid;grid-template-columns:minmax(0,max-content) minmax(0,1fr);gap:.25rem 1.25rem;margin-top:.75rem;font-size:.9375rem}
main dt{color:var(--muted)}main dd{overflow-wrap:anywhere}
.wide{overflow-x:auto;margin-top:.75rem}
.wide table{font-size:.9375rem}
.wide :is(th,td){text-align:start;padding:.3rem 1rem .3rem 0;border-bottom:1px solid var(--rule);vertical-align:middle}
.wide thead th{color:var(--muted);font-size:.8125rem;vertical-align:bottom}
.wide tbody th{font-weight:600;white-space:nowrap}
.wide .n{text-align:end;white-space:nowrap}
.control :is(th,td){color:var(--muted);font-style:italic;font-weight:400}
.best{font-weight:600}
.warn{background:var(--warn-panel);color:var(--warn);padding:.5rem .8rem;border-radius:.375rem;margin-top:.75rem;max-width:none!important}
.interval{display:block}.interval line{stroke:var(--accent);stroke-width:2}.interval circle{fill:var(--accent)}
.control .interval line{stroke:var(--muted)}.control .interval circle{fill:var(--muted)}
.group>summary{font:600 1.25rem/1.3 var(--serif);padding-block:1rem;border-top:1px solid var(--rule);color:inherit}
.group>summary span{color:var(--muted);font:400 .9375rem/1.4 var(--sans)}
.group{margin-top:0}
.group>section{border-top:0;padding-block:1rem}
@media (max-width:34rem){.wide td:has(.interval){display:none}.wide thead td{display:none}main dl{grid-template-columns:minmax(0,1fr);gap:0}main dd{margin-bottom:.5rem}}
`;

/** A group of sections that is folded until the reader wants it. */
export const folded = (title: string, about: string, content: Content): Markup =>
  html`<details class="group"><summary>${title} <span>${about}</span></summary>${content}</details>`;

/**
 * A page.
 *
 * @param title - Of the document, and in the bar unless `heading` is given.
 * @param style - Constant text of this package.
 */
export const page = (title: string, body: Markup, style = "", heading: Content = title): string =>
  framed({ title, heading, main: body, style: STYLE + style, skip: "Skip to the report" });
