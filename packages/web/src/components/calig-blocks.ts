/** @file <calig-blocks>: the evidence of every block: a table of blocks and tokens, or one small map of patches per block. */

import type {
  BlockExplanation,
  Explanation,
  ImageExplanation,
  WrittenExplanation,
} from "@calig/core/internal/attribution/explanation";
import { isSigned, isWritten, type QuantityName, quantitiesOf } from "@calig/core/internal/render/evidence";
import { cellDigits, percent, signed } from "@calig/core/internal/render/format";
import { heatClass } from "@calig/core/internal/render/html/heat";
import { visible } from "@calig/core/internal/render/plain-text";
import { featureBound, scaleTo, verbOf } from "@calig/core/internal/render/quantity";
import { movedBy, tableMoves } from "@calig/core/internal/render/roving";
import { html, nothing, type PropertyDeclarations, svg, type TemplateResult } from "lit";
import { ExplanationElement } from "./explanation-element.ts";

/**
 * Blocks from the first (at the top) to the last, and the result. The arrow keys walk through the table; Enter, or the
 * name of a block, chooses the block: event "calig-block" with its position, undefined for the result.
 */
export class CaligBlocks extends ExplanationElement {
  static override properties: PropertyDeclarations = { active: { state: true } };

  declare protected active: number;

  constructor() {
    super();
    this.active = -1;
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has("explanation")) this.active = -1;
  }

  protected override renderExplanation(explanation: Explanation): TemplateResult {
    const quantities = quantitiesOf(explanation);
    const names = quantities.map(({ name }) => name);
    const quantity = names.includes(this.quantity) ? this.quantity : names[0];
    if (quantity === undefined) return html`<p class="state">This method does not look at blocks one by one.</p>`;
    return isWritten(explanation)
      ? this.#table(explanation, quantity)
      : this.#minis(explanation as ImageExplanation, quantity);
  }

  #table(explanation: WrittenExplanation, quantity: QuantityName): TemplateResult {
    const { blocks, features, attribution } = explanation;
    const scale = scaleTo(featureBound(explanation, quantity));
    const digits = cellDigits(scale.bound);
    const header = features.map(
      ({ text, special }) =>
        html`<th scope="col" class=${special ? "special" : nothing}><bdi>${visible(text)}</bdi></th>`,
    );
    const signs = isSigned(explanation);
    const cells = (values: readonly number[], row: number) =>
      features.map((_, feature) => {
        const value = values[feature] ?? 0;
        const place = row * features.length + feature;
        return html`<td class=${heatClass(scale.level(value), signs).split(" ")[0] || nothing} tabindex=${place === Math.max(0, this.active) ? 0 : -1} aria-selected=${this.active === place ? "true" : nothing} data-i=${place}>${signed(value, digits)}</td>`;
      });
    const rows = blocks.map(
      (block, row) =>
        html`<tr class=${this.#rowClass(block, row)}><th scope="row">${this.#button(row, block)}</th>${cells(block[quantity], row)}</tr>`,
    );
    return html`<div class="scroll"><table class="data grid" role="grid" aria-label="Evidence of each token in each block" @keydown=${this.#move} @focusin=${this.#focus} @click=${this.#click}><thead><tr><th scope="col">Block</th>${header}</tr></thead><tbody>${rows}<tr class=${this.block === undefined ? "sel" : ""}><th scope="row">${this.#button(undefined, undefined)}</th>${cells(attribution, blocks.length)}</tr></tbody></table></div><p class="details" role="status">${this.#describe(explanation, quantity, digits)}</p>`;
  }

  #rowClass(block: BlockExplanation, row: number): string {
    return `${this.block === row ? "sel " : ""}${block.completeness.converged ? "" : "miss"}`.trim();
  }

  #button(row: number | undefined, block: BlockExplanation | undefined): TemplateResult {
    const missed = block !== undefined && !block.completeness.converged;
    return html`<button type="button" aria-pressed=${this.block === row ? "true" : "false"} @click=${() => this.#show(row)}>${
      block === undefined ? "All blocks" : `Block ${block.index}`
    }${missed ? html`<span aria-hidden="true"> !</span><span class="sr">, not converged</span>` : nothing}</button>`;
  }

  #describe(explanation: WrittenExplanation, quantity: QuantityName, digits: number): TemplateResult | string {
    const { features, blocks, attribution } = explanation;
    const feature = features[this.active % features.length];
    if (this.active < 0 || feature === undefined)
      return "Walk through the table with the arrow keys; Enter shows a block.";
    const block = blocks[Math.floor(this.active / features.length)];
    const value = (block === undefined ? attribution : block[quantity])[this.active % features.length] ?? 0;
    const { weight, completeness } = block ?? {};
    const facts =
      completeness === undefined
        ? ""
        : ` The block has ${percent(weight ?? 0)} of the result; its error is ${percent(completeness.relativeError)}${completeness.converged ? "" : ", not converged"}.`;
    return html`<b><bdi>${visible(feature.text)}</bdi></b> in ${block === undefined ? "all blocks" : `block ${block.index}`} ${verbOf(value, isSigned(explanation))}: ${signed(value, Math.max(digits, 3))}.${facts}`;
  }

  #minis(explanation: ImageExplanation, quantity: QuantityName): TemplateResult {
    const { blocks, features, input, attribution } = explanation;
    const [rows, columns] = input.grid;
    const scale = scaleTo(featureBound(explanation, quantity));
    const signs = isSigned(explanation);
    const map = (values: readonly number[]) =>
      features.map(({ row, column, special }, feature) => {
        const shade = special ? "" : (heatClass(scale.level(values[feature] ?? 0), signs).split(" ")[0] ?? "");
        return shade === "" ? nothing : svg`<rect class=${shade} x=${column} y=${row} width="1.02" height="1.02"/>`;
      });
    const figure = (position: number | undefined, block: BlockExplanation | undefined) =>
      html`<li class=${this.block === position ? "sel" : ""}><button type="button" aria-pressed=${this.block === position ? "true" : "false"} @click=${() => this.#show(position)}><svg viewBox=${`0 0 ${columns} ${rows}`} aria-hidden="true">${map(block === undefined ? attribution : block[quantity])}</svg>${
        block === undefined
          ? "All blocks"
          : `Block ${block.index}${block.completeness.converged ? "" : ", not converged"}`
      }</button></li>`;
    return html`<ul class="minis" aria-label="Evidence of each block">${blocks.map((block, position) => figure(position, block))}${figure(undefined, undefined)}</ul>`;
  }

  #show(block: number | undefined): void {
    this.block = block;
    this.tell("calig-block", { block });
  }

  #move(event: KeyboardEvent): void {
    const from = Number((event.target as HTMLElement).dataset.i ?? Number.NaN);
    const { explanation } = this;
    if (Number.isNaN(from) || explanation === undefined) return;
    const columns = explanation.features.length;
    const count = columns * (explanation.blocks.length + 1);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      const row = Math.floor(from / columns);
      this.#show(row < explanation.blocks.length ? row : undefined);
      return;
    }
    const to = movedBy(event, tableMoves(count, columns, from), count);
    if (to === undefined) return;
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>(`[data-i="${to}"]`)?.focus();
  }

  #focus(event: FocusEvent): void {
    const index = (event.target as HTMLElement).dataset.i;
    if (index === undefined || this.explanation === undefined) return;
    this.active = Number(index);
    this.announce([this.active % this.explanation.features.length]);
  }

  #click(event: MouseEvent): void {
    const node = event.target as HTMLElement;
    if (node.dataset.i !== undefined) node.focus({ preventScroll: true });
  }
}
