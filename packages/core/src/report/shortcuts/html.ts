/** @file Shortcuts as one HTML page that needs nothing else: a verdict, a card for each cue, method and limits. */

import { html, type Markup } from "../../render/escape.ts";
import { count, percent, signed } from "../../render/format.ts";
import { isolated, widthOf } from "../../render/html/context.ts";
import { heatClass } from "../../render/html/heat.ts";
import { visible, withoutOverrides } from "../../render/plain-text.ts";
import { largestMagnitude, signedScale } from "../../render/scale.ts";
import { segmentText } from "../../render/segments.ts";
import type { CueInput, CueReport, ShortcutReport } from "../../shortcuts/shortcut-report.ts";
import { folded, page } from "../page.ts";
import { pictureExample } from "./picture-example.ts";
import { cueFacts, cueName, groupsOf, METHOD_TEXT, type StatusGroup, shortcutFacts, shortcutVerdict } from "./words.ts";

const STYLE = `
.card{border-top:1px solid var(--rule);padding-block:1.25rem}
.card h3{font:600 1.125rem/1.35 var(--serif);overflow-wrap:anywhere}
.card h3 span{color:var(--muted);font:400 .9375rem/1.4 var(--sans)}
.card .sum{margin-top:.35rem;max-width:46rem}
.card .two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1rem 2rem;margin-top:.75rem}
@media (max-width:48rem){.card .two{grid-template-columns:minmax(0,1fr)}}
.card h4{font-size:.875rem;font-weight:600;color:var(--muted)}
.bars{font-size:.8125rem;width:100%;max-width:24rem;margin-top:.25rem}
.bars th{font-weight:400;text-align:start;white-space:nowrap;padding:.1rem .75rem .1rem 0;width:1%}
.bars td{padding:.1rem 0}.bars td.n{width:1%;padding-inline-start:.75rem;text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
.bars .bar{display:block;height:.6rem;background:var(--accent);opacity:.4;border-radius:.15rem;min-width:1px}
.bars .named .bar{opacity:1}.bars .named th{font-weight:600}
.cue{outline:2px solid var(--accent);outline-offset:1px;border-radius:.15rem}
.card ol{list-style:none;margin-top:.25rem}
.card li{padding-block:.4rem;border-top:1px solid var(--rule)}
.card li:first-child{border-top:0}
.card li p{font-size:.875rem;color:var(--muted)}
.card li p.map{font:1rem/1.7 var(--serif);color:var(--ink)}
.card .shot{max-width:9rem;margin-block:.25rem}
.card ol:has(.shot){display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.25rem 1rem}
.card ol:has(.shot) li{border-top:0}
@media print{.card{break-inside:avoid}}
`;

/** How pictures of examples are shown: data URIs by line. */
export interface ShortcutHtmlOptions {
  readonly pictures?: ReadonlyMap<number, string>;
}

/** The whole page. Nothing is loaded, and there is no script. */
export function shortcutsHtml(report: ShortcutReport, options: ShortcutHtmlOptions = {}): string {
  const { headline, reasons } = shortcutVerdict(report);
  const title = `Shortcuts of ${report.model.id} on ${report.dataset.name}`;
  const warned = report.warnings.map(({ message }) => html`<p class="warn"><b>Warning:</b> ${message}</p>`);
  const groups = groupsOf(report).map((group) => groupSection(group, options));
  const facts = shortcutFacts(report).map(([name, value]) => html`<dt>${name}</dt><dd>${visible(value)}</dd>`);
  const failures =
    report.failures.length === 0
      ? null
      : folded(
          "Inputs that could not be read",
          count(report.failures.length, "input"),
          html`<section><ul>${report.failures
            .slice(0, 100)
            .map(
              ({ line, message }) => html`<li>${report.dataset.counted ?? "line"} ${line}: ${message}</li>`,
            )}</ul></section>`,
        );
  return page(
    title,
    html`<section class="verdict"><h2>${visible(headline)}</h2><p class="lede">${reasons}</p></section>${warned}${groups}${folded("Method and limits", "how cues were found and confirmed, what was measured with which settings", html`<section>${METHOD_TEXT.map((text) => html`<p>${text}</p>`)}<dl>${facts}</dl></section>`)}${failures}`,
    STYLE,
    html`Shortcuts <span>of ${report.model.id} on ${report.dataset.name}</span>`,
  );
}

const FOLDED = ["supported", "not-confirmed"] as const;

function groupSection(group: StatusGroup, options: ShortcutHtmlOptions): Markup {
  const { status, title, about, cues } = group;
  const body =
    status === "not-confirmed"
      ? html`<section><p>${about}</p>${table(cues)}</section>`
      : html`<section><p>${about}</p>${cues.map((cue) => card(cue, options))}</section>`;
  return (FOLDED as readonly string[]).includes(status)
    ? folded(title, count(cues.length, "cue"), body)
    : html`<section><h2>${title}</h2><p>${about}</p>${cues.map((cue) => card(cue, options))}</section>`;
}

function card(cue: CueReport, options: ShortcutHtmlOptions): Markup {
  const facts = cueFacts(cue).map(([name, value]) => html`<dt>${name}</dt><dd>${visible(value)}</dd>`);
  const examples = cue.examples.map((example) => html`<li>${exampleOf(example, cue, options)}</li>`);
  return html`<article class="card"><h3>${isolated(cueName(cue))} → ${isolated(cue.class.label)} <span>${count(cue.inputs, "input")}, decides ${percent(cue.harm)} of the data</span></h3><p class="sum">${sentence(cue)}</p><div class="two"><div><h4>In which block</h4>${blockBars(cue)}</div><div><h4>Examples</h4><ol>${examples}</ol></div></div><details><summary>All figures</summary><dl>${facts}</dl></details></article>`;
}

/** What it does, in a sentence. */
function sentence({ removal, insertion, class: of, mending }: CueReport): string {
  const parts = [
    insertion === null
      ? undefined
      : `Put into ${count(insertion.inputs, "input")} of other classes, it changes the probability of ${visible(of.label)} by ${signed(insertion.change.mean, 2)}${insertion.beyondControls === null ? "" : ` (controls ${signed(insertion.change.mean - insertion.beyondControls.mean, 2)})`} and turns ${insertion.flips.count} of them.`,
    removal === null
      ? undefined
      : `Taken out of ${count(removal.inputs, "input")}, by ${signed(-removal.change.mean, 2)}; ${removal.flips.count} of them turn.`,
    mending?.accuracy === null || mending === null
      ? undefined
      : `Without attention into it accuracy would be ${percent(mending.accuracy.after)} instead of ${percent(mending.accuracy.before)}.`,
  ];
  return parts.filter((part) => part !== undefined).join(" ");
}

function blockBars({ read, formed, suspicion }: CueReport): Markup {
  if (read !== null) {
    const most = largestMagnitude(read.blocks.map(({ mean }) => mean));
    const rows = read.blocks.map(
      ({ index, mean, low, high }) =>
        html`<tr${index >= read.first && index <= read.last ? html` class="named"` : null}><th scope="row">block ${index}${formed?.block === index ? " (formed)" : ""}</th><td><span class="bar" style="${widthOf(Math.max(0, mean) / most)}"></span></td><td class="n" title="${signed(low, 2)} to ${signed(high, 2)}">${signed(mean, 2)}</td></tr>`,
    );
    return html`<p class="about">Read in ${read.first === read.last ? `block ${read.first}` : `blocks ${read.first} to ${read.last}`}: change of the log-odds when attention into the cue is taken away in one block.</p><table class="bars"><tbody>${rows}</tbody></table>`;
  }
  if (suspicion === null || suspicion.blocks.length === 0)
    return html`<p class="about">It is no part of the input: no block can be named.</p>`;
  return html`<p class="about">Not measured.</p>`;
}

function exampleOf(example: CueInput, cue: CueReport, options: ShortcutHtmlOptions): Markup {
  const where = `${example.id ?? `line ${example.line}`}: predicted ${example.predicted}${example.label === undefined ? "" : example.label === example.predicted ? ", rightly" : `, labelled ${example.label}`}; ${cue.class.label} ${percent(example.probability, 0)}${example.without === null ? "" : `, without the cue ${percent(example.without, 0)}`}`;
  const shown =
    example.text === undefined
      ? pictureExample(example, options.pictures?.get(example.line))
      : textMap(example, example.text);
  return html`${shown}<p>${visible(where)}</p>`;
}

/** The text with the attribution of each word, and the cue outlined. */
function textMap({ features, cue }: CueInput, text: string): Markup {
  const scale = signedScale(features.map(({ attribution }) => attribution));
  const own = new Set(cue);
  const spans = features.map(({ start, end }) => ({ text: text.slice(start, end), start, end }));
  const pieces = segmentText(text, spans).map(({ text: piece, members }) => {
    const shade = heatClass(scale.level(members.reduce((sum, i) => sum + (features[i]?.attribution ?? 0), 0)));
    const isCue = members.some((member) => own.has(member));
    const shown = withoutOverrides(piece);
    if (shade === "" && !isCue) return html`${shown}`;
    return html`<span class="w ${shade}${isCue ? " cue" : ""}">${shown}</span>`;
  });
  return html`<p class="map" dir="auto" lang="">${pieces}</p>`;
}

function table(cues: readonly CueReport[]): Markup {
  const rows = cues.map(
    (cue) =>
      html`<tr><th scope="row">${isolated(cueName(cue))}</th><td>${isolated(cue.class.label)}</td><td class="n">${cue.inputs}</td><td class="n">${cue.removal === null ? "" : signed(cue.removal.change.mean, 2)}</td><td class="n">${cue.insertion === null ? "" : signed(cue.insertion.change.mean, 2)}</td></tr>`,
  );
  return html`<div class="wide" tabindex="0" role="region" aria-label="Cues that were not confirmed"><table><thead><tr><th scope="col">cue</th><th scope="col">for</th><th scope="col" class="n">inputs</th><th scope="col" class="n">taken out</th><th scope="col" class="n">put in</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
