/** @file <calig-image>: the patches of the picture that was explained, coloured by their attribution. */

import type { Explanation, ImageExplanation } from "@calig/core/internal/attribution/explanation";
import { strongestRegions } from "@calig/core/internal/render/crops";
import { isSigned, isWritten, patchLabel } from "@calig/core/internal/render/evidence";
import { digitsFor, percent, signed } from "@calig/core/internal/render/format";
import { targetClass } from "@calig/core/internal/render/head";
import { heatClass } from "@calig/core/internal/render/html/heat";
import { WORTH_CUTTING } from "@calig/core/internal/render/html/maps";
import { shownShape } from "@calig/core/internal/render/image-figure";
import { OVERLAYS, type OverlayName, overlay } from "@calig/core/internal/render/overlay";
import { paletteOf } from "@calig/core/internal/render/palette";
import { visible } from "@calig/core/internal/render/plain-text";
import { absoluteBound, boundOf, scaleTo, valuesOf, verbFor, verbOf } from "@calig/core/internal/render/quantity";
import { regionsInWords } from "@calig/core/internal/render/regions";
import { movedBy, tableMoves } from "@calig/core/internal/render/roving";
import { patchBound, type SignedScale } from "@calig/core/internal/render/scale";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import { drawnSvg } from "./drawn.ts";
import { ExplanationElement } from "./explanation-element.ts";

/** Strongest regions of each side that are cut out. */
const CROPS = 2;

/**
 * The evidence in a picture, over it and beside it when the property `picture` (or the attribute) gives its address: smooth,
 * as patches or as contours (`overlay`), with the strongest parts cut out. The arrow keys move through the patches; the line
 * below says the number of the one looked at.
 */
export class CaligImage extends ExplanationElement {
  static override properties: PropertyDeclarations = {
    picture: { type: String },
    overlay: { type: String },
    active: { state: true },
    opacity: { state: true },
  };

  declare picture: string | undefined;
  /** How the evidence is drawn. Default "smooth". */
  declare overlay: OverlayName;
  declare protected active: number;
  /** Of the overlay, 0..1. */
  declare protected opacity: number;

  constructor() {
    super();
    this.overlay = OVERLAYS[0];
    this.active = -1;
    this.opacity = 1;
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has("explanation")) this.active = -1;
    if (!OVERLAYS.includes(this.overlay)) this.overlay = OVERLAYS[0];
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
    const classes = `patches${picture === undefined ? "" : " over"}${this.overlay === "patches" ? "" : " drawn"}`;
    const map = html`<div class=${classes} style=${styleMap({ "--columns": String(columns), ...place })} role="listbox" aria-label=${`Patches with their attribution, ${rows} rows of ${columns}`} @keydown=${this.#move} @focusin=${this.#choose} @click=${this.#click}>${cells}${this.#drawing(image, values, scale)}</div>`;
    return html`${picture === undefined ? map : this.#beside(image, values, picture, map)}<div class="tools">${this.legend(image, scale)}${picture === undefined ? nothing : this.#slider()}</div><p class="details" role="status">${
      this.active < 0
        ? "Point at a patch, or move with the arrow keys, to read its number here."
        : this.#describe(image, columns, valueAt(this.active), digits)
    }</p>`;
  }

  /** The drawing over the patches, which are seen only where the reader wants them. */
  #drawing(image: ImageExplanation, values: readonly number[], scale: SignedScale): TemplateResult | typeof nothing {
    if (this.overlay === "patches") return nothing;
    const [rows, columns] = image.input.grid;
    const markup = overlay(this.overlay, image, values, {
      palette: paletteOf(),
      scale,
      place: { left: 0, top: 0, width: columns, height: rows },
      over: Boolean(this.picture),
      isSigned: isSigned(image),
    });
    return html`<svg class="layer" viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none" aria-hidden="true">${drawnSvg(markup)}</svg>`;
  }

  /** The picture, the evidence over it, and its strongest parts. */
  #beside(image: ImageExplanation, values: readonly number[], picture: string, map: TemplateResult): TemplateResult {
    const { width, height } = shownShape(image.input);
    const shape = { "aspect-ratio": `${width} / ${height}`, "--ratio": String(width / height) };
    return html`<div class="figures"><figure><div class="photo plain" style=${styleMap(shape)}><img class="original" src=${picture} alt="The picture that is explained"></div><figcaption>The picture</figcaption></figure><figure><div class=${`photo${this.overlay === "contours" ? " plain" : ""}`} style=${styleMap({ ...shape, "--overlay": String(this.opacity) })}><img class="under" src=${picture} alt=${`The picture with the evidence over it. ${regionsInWords(image, values)}`}>${map}</div><figcaption>What counts in it</figcaption></figure>${this.#crops(image, values, picture)}</div>`;
  }

  #crops(image: ImageExplanation, values: readonly number[], picture: string): TemplateResult | typeof nothing {
    const evidence = { ...image, attribution: values };
    const { width, height } = shownShape(image.input);
    const [wide, high] = [width / image.input.width, height / image.input.height];
    const own = patchBound(values.filter((_, feature) => image.features[feature]?.special === false));
    const worth = Math.max(own, this.block === undefined ? WORTH_CUTTING * absoluteBound(image) : 0);
    const parts = strongestRegions(evidence, worth, CROPS).map(({ box, attribution, share, place }) => {
      const view = [box.x * wide, box.y * high, box.width * wide, box.height * high].join(" ");
      const [side, said] = !isSigned(image) ? ["ma", "matters"] : attribution < 0 ? ["op", "against"] : ["su", "for"];
      return html`<li class=${side}><svg viewBox=${view} preserveAspectRatio="xMidYMid slice" role="img" aria-label=${`Part of the picture at the ${place}`}><image href=${picture} width=${width} height=${height} preserveAspectRatio="none"/></svg><span><b>${said}</b> ${percent(share, 0)}</span></li>`;
    });
    return parts.length === 0
      ? nothing
      : html`<div class="crops"><h4>Strongest parts, with their share of the evidence</h4><ul>${parts}</ul></div>`;
  }

  #slider(): TemplateResult {
    const slide = (event: Event) => {
      this.opacity = Number((event.target as HTMLInputElement).value) / 100;
    };
    return html`<label class="check">Overlay <input type="range" min="0" max="100" .value=${String(Math.round(100 * this.opacity))} aria-label="Strength of the overlay" @input=${slide}></label>`;
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
