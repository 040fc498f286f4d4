/** @file <calig-image>: the patches of the picture that was explained, coloured by their attribution. */

import type { Explanation, ImageExplanation } from "@calig/core/internal/attribution/explanation";
import { isSigned, isWritten, patchLabel } from "@calig/core/internal/render/evidence";
import { digitsFor, signed } from "@calig/core/internal/render/format";
import { targetClass } from "@calig/core/internal/render/head";
import { heatClass } from "@calig/core/internal/render/html/heat";
import { shownShape } from "@calig/core/internal/render/image-figure";
import { visible } from "@calig/core/internal/render/plain-text";
import { boundOf, scaleTo, valuesOf, verbFor, verbOf } from "@calig/core/internal/render/quantity";
import { regionsInWords } from "@calig/core/internal/render/regions";
import { movedBy, tableMoves } from "@calig/core/internal/render/roving";
import { html, type PropertyDeclarations, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import { ExplanationElement } from "./explanation-element.ts";

/**
 * The patches as a grid, over the picture when the property `picture` (or the attribute) gives its address. The arrow keys
 * move through them; the line below says the number of the one looked at.
 */
export class CaligImage extends ExplanationElement {
  static override properties: PropertyDeclarations = { picture: { type: String }, active: { state: true } };

  declare picture: string | undefined;
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
    if (isWritten(explanation)) return html`<p class="state">This explanation is of a text: use calig-text.</p>`;
    const image = explanation as ImageExplanation;
    const values = valuesOf(image, this);
    const scale = scaleTo(this.bound ?? boundOf(image, this), values);
    const digits = digitsFor(scale.bound);
    const [rows, columns] = image.input.grid;
    const byPlace = new Map(image.features.map(({ row, column }, feature) => [row * columns + column, feature]));
    const valueAt = (place: number) => values[byPlace.get(place) ?? -1] ?? 0;
    const isSignedMethod = isSigned(image);
    const cells = Array.from({ length: rows * columns }, (_, place) => {
      const value = valueAt(place);
      const name = patchLabel(Math.floor(place / columns), place % columns);
      return html`<span class=${`w ${heatClass(scale.level(value), isSignedMethod)}`.trim()} role="option" aria-selected=${this.active === place ? "true" : "false"} tabindex=${place === Math.max(0, this.active) ? 0 : -1} data-i=${place} aria-label=${`${name}, ${signed(value, digits)}, ${verbOf(value, isSignedMethod)}`}></span>`;
    });
    const picture = this.picture || undefined;
    const place = picture === undefined ? {} : placeOnPicture(image.input);
    const map = html`<div class=${picture === undefined ? "patches" : "patches over"} style=${styleMap({ "--columns": String(columns), ...place })} role="listbox" aria-label=${`Patches with their attribution, ${rows} rows of ${columns}`} @keydown=${this.#move} @focusin=${this.#choose} @click=${this.#click}>${cells}</div>`;
    const { width, height } = shownShape(image.input);
    return html`${this.legend(image, scale, digits)}${
      picture === undefined
        ? map
        : html`<div class="photo" style=${styleMap({ "aspect-ratio": `${width} / ${height}` })}><img src=${picture} alt=${`The picture that is explained. ${regionsInWords(image, values)}`}>${map}</div>`
    }<p class="details" role="status">${
      this.active < 0
        ? "Point at a patch, or move with the arrow keys, to read its number here."
        : this.#describe(image, columns, valueAt(this.active), digits)
    }</p>`;
  }

  #describe(explanation: ImageExplanation, columns: number, value: number, digits: number): TemplateResult {
    const { method } = explanation;
    const name = patchLabel(Math.floor(this.active / columns), this.active % columns);
    const where = this.block === undefined ? "" : `in block ${this.block} `;
    return html`<b>${name}</b> ${where}${verbFor(value, method.signed !== false)} <bdi>${visible(targetClass(explanation))}</bdi>: ${signed(value, digits)}.`;
  }

  #move(event: KeyboardEvent): void {
    const from = Number((event.target as HTMLElement).dataset.i ?? Number.NaN);
    const { explanation } = this;
    if (Number.isNaN(from) || explanation === undefined || isWritten(explanation)) return;
    const [rows, columns] = (explanation as ImageExplanation).input.grid;
    const to = movedBy(event, tableMoves(rows * columns, columns, from), rows * columns);
    if (to === undefined) return;
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>(`[data-i="${to}"]`)?.focus();
  }

  #choose(event: FocusEvent): void {
    const index = (event.target as HTMLElement).dataset.i;
    const { explanation } = this;
    if (index === undefined || explanation === undefined || isWritten(explanation)) return;
    this.active = Number(index);
    const { features, input } = explanation as ImageExplanation;
    const feature = features.findIndex(({ row, column }) => row * input.grid[1] + column === this.active);
    this.announce([feature]);
  }

  #click(event: MouseEvent): void {
    const node = event.target as HTMLElement;
    if (node.dataset.i !== undefined) node.focus({ preventScroll: true });
  }
}

/** Where on the picture the patches lie: the model may have seen only a part. */
function placeOnPicture({ width, height, seen }: ImageExplanation["input"]): Record<string, string> {
  const [x, y, across, down] = seen;
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(3)}%`;
  return {
    left: share(x, width),
    top: share(y, height),
    width: share(across, width),
    height: share(down, height),
  };
}
