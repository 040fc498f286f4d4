/** @file <calig-links>: from where to where the attention heads of a block look, head by head. */

import type { AttentionLink, BlockExplanation, Explanation } from "@calig/core/internal/attribution/explanation";
import { isWritten, patchLabel } from "@calig/core/internal/render/evidence";
import { digitsFor, percent, signed } from "@calig/core/internal/render/format";
import { visible } from "@calig/core/internal/render/plain-text";
import { largestMagnitude } from "@calig/core/internal/render/scale";
import { css, html, type PropertyDeclarations, svg, type TemplateResult } from "lit";
import { ExplanationElement } from "./explanation-element.ts";

/** Height of a row and width of the drawing, in its own units. */
const ROW = 24;
const WIDTH = 120;
/** Widest line. */
const STROKE = 6;

/**
 * The strongest links of one attention head: lines from what looks to what is looked at, and the same as a table. It needs an
 * explanation with heads (`calig explain --heads`); `block` and `head` choose what is shown.
 */
export class CaligLinks extends ExplanationElement {
  static override properties: PropertyDeclarations = { head: { type: Number } };

  static override styles = [
    ExplanationElement.styles,
    css`
      .choose { display: flex; flex-wrap: wrap; gap: .75rem; font-size: .875rem; color: var(--muted); }
      select { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--muted); border-radius: .375rem; }
      .drawn { display: grid; grid-template-columns: minmax(0, max-content) 7.5rem minmax(0, max-content); margin-top: .75rem; }
      .drawn svg { display: block; width: 100%; overflow: visible; }
      .names { font: .875rem/24px var(--serif); overflow: hidden; }
      .names div { height: 24px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
      .names.looks { text-align: end; }
      path { fill: none; stroke: var(--support); stroke-opacity: .75; }
      path.op { stroke: var(--oppose); stroke-dasharray: 6 4; }
      .links { margin-top: .75rem; font-size: .875rem; }
      .links th, .links td { padding: .15rem 1rem .15rem 0; }
      .links .number { text-align: end; }
      .links thead th { color: var(--muted); }
    `,
  ];

  /** Number of the head; undefined for the one with the most evidence. */
  declare head: number | undefined;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    this.head ??= undefined;
  }

  protected override renderExplanation(explanation: Explanation): TemplateResult {
    const { blocks } = explanation;
    const at = this.block ?? blocks.length - 1;
    const shown = blocks[at];
    const links = shown?.links;
    if (shown === undefined || links === undefined) {
      return html`<p class="state">No links: explain with heads (calig explain --heads --format json). Of a text in several windows there are none.</p>`;
    }
    const strongest = strongestHead(links);
    const head = links[this.head ?? strongest] === undefined ? strongest : (this.head ?? strongest);
    const choice = (label: string, own: number, names: readonly string[], choose: (value: number) => void) =>
      html`<label>${label} <select @change=${(event: Event) => choose(Number((event.target as HTMLSelectElement).value))}>${names.map((name, i) => html`<option value=${i} ?selected=${i === own}>${name}</option>`)}</select></label>`;
    return html`<div class="choose">${choice(
      "Block",
      at,
      blocks.map(({ index }: BlockExplanation) => String(index)),
      (value) => {
        this.block = value;
        this.tell("calig-block", { block: value });
      },
    )}${choice(
      "Head",
      head,
      links.map((_, i) => (i === strongest ? `${i} (most evidence)` : String(i))),
      (value) => {
        this.head = value;
      },
    )}</div>${linesOf(explanation, links[head] as readonly AttentionLink[])}`;
  }
}

/** The head whose links have the most evidence. */
function strongestHead(links: readonly (readonly AttentionLink[])[]): number {
  const magnitudes = links.map((own) => own.reduce((sum, { evidence }) => sum + Math.abs(evidence), 0));
  return magnitudes.indexOf(Math.max(...magnitudes));
}

function nameOf(explanation: Explanation, index: number): string {
  if (isWritten(explanation)) return visible(explanation.features[index]?.text ?? "");
  const feature = explanation.features[index] as { row: number; column: number; special: boolean } | undefined;
  return feature === undefined || feature.special ? "class token" : patchLabel(feature.row, feature.column);
}

function linesOf(explanation: Explanation, links: readonly AttentionLink[]): TemplateResult {
  if (links.length === 0) return html`<p class="state">No evidence passes through this head.</p>`;
  const places = (side: "from" | "to") => [...new Set(links.map((link) => link[side]))].sort((a, b) => a - b);
  const [looks, seen] = [places("from"), places("to")];
  const bound = largestMagnitude(links.map(({ evidence }) => evidence));
  const height = ROW * Math.max(looks.length, seen.length);
  const middle = (row: number) => ROW * (row + 0.5);
  const lines = links.map(({ from, to, evidence }) => {
    const [a, b] = [middle(looks.indexOf(from)), middle(seen.indexOf(to))];
    const width = Math.max(0.5, (STROKE * Math.abs(evidence)) / bound);
    return svg`<path class=${evidence < 0 ? "op" : ""} stroke-width=${width} d=${`M4 ${a}C${WIDTH / 2} ${a} ${WIDTH / 2} ${b} ${WIDTH - 4} ${b}`}/>`;
  });
  const names = (list: readonly number[], side: string) =>
    html`<div class="names ${side}">${list.map((index) => html`<div><bdi>${nameOf(explanation, index)}</bdi></div>`)}</div>`;
  const digits = digitsFor(bound);
  return html`<div class="drawn" aria-hidden="true">${names(looks, "looks")}<svg viewBox=${`0 0 ${WIDTH} ${height}`} style="height:${height}px" preserveAspectRatio="none">${lines}</svg>${names(seen, "seen")}</div>
    <table class="links"><caption class="sr">Links of the head, most evidence first</caption><thead><tr><th scope="col">Looks</th><th scope="col">at</th><th scope="col">Attention</th><th scope="col">Evidence</th></tr></thead><tbody>${links.map(
      ({ from, to, attention, evidence }) =>
        html`<tr><td><bdi>${nameOf(explanation, from)}</bdi></td><td><bdi>${nameOf(explanation, to)}</bdi></td><td class="number">${percent(attention)}</td><td class="number">${signed(evidence, digits)}</td></tr>`,
    )}</tbody></table>`;
}
