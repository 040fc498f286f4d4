/** @file <calig-text>: the text that was explained, its words or tokens coloured by their attribution. */

import type { Explanation, TextExplanation, WrittenExplanation } from "@calig/core/internal/attribution/explanation";
import { capital, hasTokens, isSigned, isWritten, itemNoun } from "@calig/core/internal/render/evidence";
import { digitsFor, percent, signed } from "@calig/core/internal/render/format";
import { targetClass } from "@calig/core/internal/render/head";
import { heatClass } from "@calig/core/internal/render/html/heat";
import { wordSegments } from "@calig/core/internal/render/html/maps";
import { visible, withoutOverrides } from "@calig/core/internal/render/plain-text";
import { partPieces, partsOf } from "@calig/core/internal/render/prompt-parts";
import { boundOf, scaleTo, valuesOf, verbFor, verbOf } from "@calig/core/internal/render/quantity";
import { lineMoves, movedBy } from "@calig/core/internal/render/roving";
import { largestMagnitude } from "@calig/core/internal/render/scale";
import { segmentText, spansOfFeatures } from "@calig/core/internal/render/segments";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { ExplanationElement } from "./explanation-element.ts";

/** A part of the text on the page. */
interface Piece {
  readonly text: string;
  /** Undefined for text between words. */
  readonly features?: readonly number[];
  readonly special?: boolean;
  /** Of parts of a prompt. */
  readonly name?: string;
}

/**
 * The text with its words, its tokens (`view="tokens"`) or the parts of a prompt (`view="parts"`), coloured by the result or by one block. The arrow keys move
 * through it; the line below says the number of what is looked at.
 */
export class CaligText extends ExplanationElement {
  static override properties: PropertyDeclarations = { view: { type: String }, active: { state: true } };

  declare view: "words" | "tokens" | "parts";
  declare protected active: number;

  constructor() {
    super();
    this.view = "words";
    this.active = -1;
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has("explanation") || changed.has("view")) this.active = -1;
  }

  protected override renderExplanation(explanation: Explanation): TemplateResult {
    if (!isWritten(explanation)) return html`<p class="state">This explanation is of an image: use calig-image.</p>`;
    const values = valuesOf(explanation, this);
    const bound = this.bound ?? boundOf(explanation, this);
    const scale = scaleTo(this.#showsParts(explanation) ? this.#boundOfParts(explanation, values, bound) : bound);
    const digits = digitsFor(scale.bound);
    const pieces = this.#pieces(explanation);
    const isSignedMethod = isSigned(explanation);
    const totalOf = (features: readonly number[]) => features.reduce((sum, feature) => sum + (values[feature] ?? 0), 0);
    let position = -1;
    // No white space between the parts of this template: it would be white space of the text.
    const parts = pieces.map(({ text, features, special, name: part }) => {
      if (features === undefined) return gap(text);
      position++;
      const value = totalOf(features);
      const name = visible(text);
      const shown = special === true || withoutOverrides(text) === "" ? name : withoutOverrides(text);
      const classes = `w ${special === true ? "special " : ""}${heatClass(scale.level(value), isSignedMethod)}`.trim();
      return html`<span class=${classes} role="option" dir=${special === true ? "ltr" : nothing} aria-selected=${this.active === position ? "true" : "false"} tabindex=${position === Math.max(0, this.active) ? 0 : -1} data-i=${position} data-name=${part ?? nothing} aria-label=${`${part === undefined ? "" : `${part}: `}${name}, ${signed(value, digits)}, ${verbOf(value, isSignedMethod)}`}>${shown}</span>`;
    });
    const marked = pieces.filter((piece) => piece.features !== undefined);
    const chosen = marked[this.active];
    const { one, many } =
      this.view === "tokens" && hasTokens(explanation) ? { one: "token", many: "tokens" } : itemNoun(explanation);
    const isByParts = this.#showsParts(explanation);
    const label = isByParts ? "Parts of the prompt with their sums" : `${capital(many)} with their attribution`;
    return html`${this.legend(explanation, scale)}<div class=${isByParts ? "map parts" : "map"} role="listbox" aria-label=${label} dir="auto" lang="" @keydown=${this.#move} @focusin=${this.#choose} @click=${this.#click}>${parts}</div><p class="details" role="status">${
      chosen?.features === undefined
        ? `Point at a ${one}, or move with the arrow keys, to read its number here.`
        : this.#describe(explanation, chosen.name ?? chosen.text, chosen.features, totalOf(chosen.features), digits)
    }</p>`;
  }

  #describe(
    explanation: WrittenExplanation,
    text: string,
    features: readonly number[],
    value: number,
    digits: number,
  ): TemplateResult {
    const { attribution, features: all, method } = explanation;
    const where = this.block === undefined ? "" : `in block ${this.block} `;
    const total = attribution.reduce((sum, each) => sum + Math.abs(each), 0);
    const share = this.block === undefined && total > 0 ? `, ${percent(Math.abs(value) / total)} of the magnitude` : "";
    const tokens =
      features.length > 1 && this.block === undefined && !this.#showsParts(explanation) && hasTokens(explanation)
        ? ` Tokens: ${features.map((feature) => `${visible(all[feature]?.text ?? "")} ${signed(attribution[feature] ?? 0, digits)}`).join(", ")}.`
        : "";
    return html`<b><bdi>${visible(text)}</bdi></b> ${where}${verbFor(value, method.signed !== false)} <bdi>${visible(targetClass(explanation))}</bdi>: ${signed(value, digits)}${share}.${tokens}`;
  }

  #showsParts(explanation: WrittenExplanation): explanation is TextExplanation {
    return this.view === "parts" && hasTokens(explanation) && partsOf(explanation).length > 0;
  }

  #pieces(explanation: WrittenExplanation): readonly Piece[] {
    if (this.#showsParts(explanation)) {
      // Blank stretches show nothing.
      return partPieces(explanation).map(({ text, ...piece }) => (text.trim() === "" ? { text } : { text, ...piece }));
    }
    return this.view === "tokens" ? tokenPieces(explanation) : wordPieces(explanation, this.block !== undefined);
  }

  /** That of words, or of the strongest part. */
  #boundOfParts(explanation: TextExplanation, values: readonly number[], bound: number): number {
    const sums = partPieces(explanation).map(({ features }) => features.reduce((sum, t) => sum + (values[t] ?? 0), 0));
    return largestMagnitude([bound, ...sums]);
  }

  #nodes(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>("[data-i]")];
  }

  #move(event: KeyboardEvent): void {
    const nodes = this.#nodes();
    const from = nodes.indexOf(event.target as HTMLElement);
    if (from < 0) return;
    const map = event.currentTarget as HTMLElement;
    const to = movedBy(event, lineMoves(nodes, from, getComputedStyle(map).direction === "rtl"), nodes.length);
    if (to === undefined) return;
    event.preventDefault();
    nodes[to]?.focus();
  }

  #choose(event: FocusEvent): void {
    const index = (event.target as HTMLElement).dataset.i;
    const { explanation } = this;
    if (index === undefined || explanation === undefined || !isWritten(explanation)) return;
    this.active = Number(index);
    const pieces = this.#pieces(explanation);
    this.announce(pieces.filter(({ features }) => features !== undefined)[this.active]?.features ?? []);
  }

  #click(event: MouseEvent): void {
    const node = event.target as HTMLElement;
    if (node.dataset.i !== undefined) node.focus({ preventScroll: true });
  }
}

/** Text between words; what is not white space there was not read by the model. */
function gap(text: string): TemplateResult {
  const [, before = "", unread = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(withoutOverrides(text)) ?? [];
  return html`${before}${unread === "" ? nothing : html`<span class="unread">${unread}</span>`}${after}`;
}

function wordPieces(explanation: WrittenExplanation, withSpecials: boolean): Piece[] {
  const { segments, featuresOf } = wordSegments(explanation, withSpecials);
  return segments.map(({ kind, text, members }) =>
    kind === "gap"
      ? { text }
      : { text, features: members.flatMap((member) => featuresOf(member, kind)), special: kind === "special" },
  );
}

function tokenPieces({ input, features }: WrittenExplanation): Piece[] {
  return segmentText(input.text, spansOfFeatures(features)).map(({ kind, text, members }) =>
    kind === "gap" ? { text } : { text, features: members, special: kind === "special" },
  );
}
