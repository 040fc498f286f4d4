/** @file <calig-result>: one explanation on the page: class, evidence, blocks, lists, export. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { MethodEntry } from "@calig/core/internal/options/form";
import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import "@calig/web/internal/components/register";
import {
  hasTokens,
  type Item,
  isSigned,
  isWritten,
  itemNoun,
  itemsOf,
  type QuantityName,
  quantitiesOf,
  rankedItems,
  specialShareOf,
  targetName,
} from "@calig/core/internal/render/evidence";
import { count, digitsFor, milliseconds, percent, signed } from "@calig/core/internal/render/format";
import {
  barShare,
  classesCaption,
  className,
  isPredictedClass,
  marksPredicted,
  roleOf,
  targetClass,
  targetValue,
  valueText,
} from "@calig/core/internal/render/head";
import { visible } from "@calig/core/internal/render/plain-text";
import { largestMagnitude } from "@calig/core/internal/render/scale";
import { assertNever } from "@calig/core/internal/util/assert-never";
import { badgeOf } from "./badge.ts";
import { EXPORT_FORMATS, type ExportFormat, exportFile, save } from "./export-file.ts";
import { headTable } from "./head-table.ts";
import { baselineTitle, titleIn } from "./names.ts";

/** Rows of a list, and classes of the table, that are shown at once. */
const ROWS = 8;
const CLASSES = 6;

/** The panel of attention heads. */
type Heads =
  | { readonly state: "hidden" | "working" }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "shown"; readonly explanation: Explanation };

/** An element in the page's own tree, so that the page's style sheet and headings hold. */
class CaligResult extends LitElement {
  static override properties: PropertyDeclarations = {
    explanation: { attribute: false },
    methods: { attribute: false },
    picture: { attribute: false },
    bound: { attribute: false },
    theme: { type: String },
    block: { state: true },
    quantity: { state: true },
    view: { state: true },
    requestHeads: { attribute: false },
    heads: { state: true },
  };

  declare explanation: Explanation | undefined;
  /** The methods that there are, whose titles readers see. */
  declare methods: readonly MethodEntry[] | undefined;
  /** The picture that was explained, as a data URI. */
  declare picture: string | undefined;
  declare bound: number | undefined;
  declare theme: string | undefined;
  declare protected block: number | undefined;
  declare protected quantity: QuantityName;
  declare protected view: "words" | "tokens";
  /** Explains the same again with the evidence of every attention head. */
  declare requestHeads: (() => Promise<Explanation>) | undefined;
  declare protected heads: Heads;

  constructor() {
    super();
    this.quantity = "fused";
    this.view = "words";
    this.heads = { state: "hidden" };
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("explanation")) return;
    this.block = undefined;
    this.heads = { state: "hidden" };
  }

  override render(): TemplateResult | typeof nothing {
    const { explanation } = this;
    if (explanation === undefined) return nothing;
    return html`${this.#head(explanation)}${this.#input(explanation)}${this.#lists(explanation)}${this.#blocks(explanation)}${this.#export()}`;
  }

  #head(explanation: Explanation): TemplateResult {
    const { method, warnings, cost } = explanation;
    const badge = badgeOf(explanation);
    const role = html`${roleOf(explanation).map((piece) =>
      typeof piece === "string" ? piece : html`<b><bdi>${visible(piece.name)}</bdi></b>`,
    )}.`;
    const baseline = method.options.baseline;
    const made = `${titleIn(this.methods ?? [], method.name)}${typeof baseline === "string" ? `, baseline: ${baselineTitle(baseline).toLowerCase()}` : ""}, ${milliseconds(cost.milliseconds)}`;
    return html`
      ${
        warnings.length === 0
          ? nothing
          : html`<ul class="warnings" aria-label="Warnings">${warnings.map(({ message }) => html`<li><b>Note.</b> <bdi>${message}</bdi></li>`)}</ul>`
      }
      <div class="badges"><span class="badge ${badge.state}">${badge.title}</span><span class="made">${made}</span></div>
      <div class="head">
        <div>
          <h2><bdi>${visible(targetName(explanation))}</bdi> <span class="number">${targetValue(explanation)}</span></h2>
          <p class="lede">${role} ${this.#summary(explanation)}</p>
          <p class="score">${badge.details}</p>
        </div>
        ${this.#classes(explanation)}
      </div>`;
  }

  #summary(explanation: Explanation): TemplateResult {
    const { supporting, opposing } = rankedItems(itemsOf(explanation));
    const label = html`<b><bdi>${visible(targetClass(explanation))}</bdi></b>`;
    const bound = largestMagnitude(explanation.attribution);
    const names = (items: readonly Item[]) => {
      // What is below a tenth of the strongest is not worth a place in one sentence; neither is a word twice.
      const strong = items.filter(({ attribution }) => Math.abs(attribution) >= bound / 10);
      const some = [...new Set(strong.map(({ name }) => name))].slice(0, isWritten(explanation) ? 3 : 1);
      return some.map(
        (name, i) => html`${i === 0 ? "" : i === some.length - 1 ? " and " : ", "}<q>${visible(name)}</q>`,
      );
    };
    const { many } = itemNoun(explanation);
    const [pros, cons] = [names(supporting), names(opposing)];
    if (pros.length + cons.length === 0) return html`No ${many} matter for ${label}.`;
    if (!isSigned(explanation)) return html`What matters most for ${label}: ${pros}.`;
    const pro =
      pros.length === 0 ? html`No ${many} clearly support ${label}` : html`${label} is supported most by ${pros}`;
    return html`${pro}${cons.length === 0 ? html`; no ${many} clearly oppose it.` : html`; most against it: ${cons}.`}`;
  }

  #classes(explanation: Explanation): TemplateResult {
    const { predictions } = explanation;
    const own = explanation.target.index;
    const marks = marksPredicted(explanation);
    const rows = predictions.filter(({ index }, place) => place < CLASSES || index === own);
    const rest = predictions.length - rows.length;
    return html`<div><table class="classes"><caption>${classesCaption(explanation)}</caption><tbody>${rows.map(
      (prediction) => {
        const share = barShare(explanation, prediction);
        const mark =
          marks && isPredictedClass(explanation, prediction)
            ? html` <span role="img" aria-label="predicted">✓</span>`
            : nothing;
        const bar =
          share === null
            ? nothing
            : html`<td class="track" aria-hidden="true"><span class="fill" style=${styleMap({ width: `${100 * share}%` })}></span></td>`;
        return html`<tr class=${prediction.index === own ? "own" : ""}><th scope="row"><bdi>${visible(className(explanation, prediction))}</bdi>${mark}</th><td>${valueText(explanation, prediction)}</td>${bar}</tr>`;
      },
    )}</tbody></table>${rest > 0 ? html`<p class="more">and ${count(rest, "more class", "more classes")}</p>` : nothing}</div>`;
  }

  #input(explanation: Explanation): TemplateResult {
    const theme = this.theme ?? nothing;
    if (!isWritten(explanation)) {
      return html`<section><h3>What the model saw</h3><calig-image theme=${theme} .explanation=${explanation} .picture=${this.picture} .block=${this.block} .quantity=${this.quantity} .bound=${this.block === undefined ? this.bound : undefined}></calig-image></section>`;
    }
    return html`<section><h3>What the model read</h3>
      ${
        hasTokens(explanation)
          ? html`<div class="tools">${this.#radios("view", "Show the text by", [
              ["words", "Words"],
              ["tokens", "Tokens"],
            ])}</div>`
          : nothing
      }
      <calig-text theme=${theme} .explanation=${explanation} .view=${this.view} .block=${this.block} .quantity=${this.quantity} .bound=${this.block === undefined ? this.bound : undefined}></calig-text></section>`;
  }

  #blocks(explanation: Explanation): TemplateResult | typeof nothing {
    const quantities = quantitiesOf(explanation);
    if (quantities.length === 0) return nothing;
    const last = explanation.blocks.length;
    const position = this.block ?? last;
    const name = this.block === undefined ? "All blocks" : `Block ${explanation.blocks[this.block]?.index}`;
    const about = quantities.find((quantity) => quantity.name === this.quantity)?.description;
    const id = `${this.id || "result"}-block`;
    return html`<section class="blocks"><h3>Evidence by block</h3>
      <p class="about">In which blocks of the network the evidence arises. ${about}</p>
      <div class="tools">${this.#radios(
        "quantity",
        "Quantity",
        quantities.map((each) => [each.name, each.title]),
      )}</div>
      <div class="tools slide"><label for=${id}>Block</label><input type="range" id=${id} min="0" max=${last} step="1" .value=${String(position)} aria-valuetext=${name} @input=${this.#slide}><output for=${id}>${name}</output></div>
      <calig-blocks theme=${this.theme ?? nothing} .explanation=${explanation} .block=${this.block} .quantity=${this.quantity} @calig-block=${this.#choose}></calig-blocks>
      ${this.requestHeads === undefined ? nothing : this.#headPanel(explanation)}</section>`;
  }

  #headPanel({ blocks }: Explanation): TemplateResult {
    const { heads } = this;
    switch (heads.state) {
      case "hidden":
        return html`<p class="actions"><button type="button" class="button small" @click=${this.#showHeads}>Show attention heads</button></p>`;
      case "working":
        return html`<p class="about" role="status">Looking at the attention heads…</p>`;
      case "failed":
        return html`<p class="about" role="alert">The attention heads could not be shown: ${heads.message}</p>`;
      case "shown":
        return html`${this.block === undefined ? html`<p class="about">The last block; choose another one above.</p>` : nothing}${headTable(heads.explanation, this.block ?? blocks.length - 1)}<h4>Where a head looks</h4><calig-links theme=${this.theme ?? nothing} .explanation=${heads.explanation} .block=${this.block ?? blocks.length - 1} @calig-block=${this.#choose}></calig-links>`;
      default:
        return assertNever(heads);
    }
  }

  async #showHeads(): Promise<void> {
    const { explanation, requestHeads } = this;
    if (requestHeads === undefined) return;
    this.heads = { state: "working" };
    const found = await requestHeads().then(
      (result): Heads => ({ state: "shown", explanation: result }),
      (error: unknown): Heads => ({ state: "failed", message: error instanceof Error ? error.message : String(error) }),
    );
    // Another explanation may be shown by now.
    if (this.explanation === explanation) this.heads = found;
  }

  #slide(event: Event): void {
    const value = Number((event.target as HTMLInputElement).value);
    this.block = value === this.explanation?.blocks.length ? undefined : value;
  }

  #choose({ detail }: CustomEvent<{ readonly block: number | undefined }>): void {
    this.block = detail.block;
  }

  #radios(
    field: "view" | "quantity",
    label: string,
    options: readonly (readonly [value: string, title: string])[],
  ): TemplateResult {
    const name = `${this.id || "result"}-${field}`;
    return html`<fieldset class="seg"><legend class="sr">${label}</legend>${options.map(
      ([value, title]) =>
        html`<label><input type="radio" name=${name} value=${value} .checked=${this[field] === value} @change=${() => {
          if (field === "view") this.view = value as "words";
          else this.quantity = value as QuantityName;
        }}><span>${title}</span></label>`,
    )}</fieldset>`;
  }

  #lists(explanation: Explanation): TemplateResult {
    const items = itemsOf(explanation);
    const { supporting, opposing } = rankedItems(items);
    const { many } = itemNoun(explanation);
    const bound = largestMagnitude(items.map(({ attribution }) => attribution));
    const label = html`<bdi>${visible(targetClass(explanation))}</bdi>`;
    const lists = isSigned(explanation)
      ? html`${this.#list(html`Supports ${label}`, supporting, bound, many)}${this.#list(html`Opposes ${label}`, opposing, bound, many)}`
      : this.#list(html`Matters for ${label}`, supporting, bound, many);
    const { sum, share, items: specials } = specialShareOf(explanation);
    return html`<section><h3>Strongest ${many}</h3><div class="lists">${lists}</div>${
      specials.length === 0
        ? nothing
        : html`<p class="more">Special tokens hold ${signed(sum, 3)} of the attribution, ${percent(share)} of its magnitude; they are in none of the lists.</p>`
    }</section>`;
  }

  #list(title: TemplateResult, items: readonly Item[], bound: number, many: string): TemplateResult {
    if (items.length === 0) return html`<div><h4>${title}</h4><p class="none">No ${many}.</p></div>`;
    const digits = digitsFor(bound);
    const rows = items.slice(0, ROWS).map(({ label, attribution }, i) => {
      const width = `${bound > 0 ? (100 * Math.abs(attribution)) / bound : 0}%`;
      return html`<tr class=${attribution < 0 ? "op" : "su"}><td class="place">${i + 1}</td><th scope="row"><bdi>${visible(label)}</bdi></th><td class="number">${signed(attribution, digits)}</td><td class="track" aria-hidden="true"><span class="fill" style=${styleMap({ width })}></span></td></tr>`;
    });
    const rest = items.length - rows.length;
    return html`<div><table class="rank"><caption>${title}</caption><tbody>${rows}</tbody></table>${rest > 0 ? html`<p class="more">and ${rest} more</p>` : nothing}</div>`;
  }

  #export(): TemplateResult {
    return html`<div class="actions" role="group" aria-label="Save this explanation">${EXPORT_FORMATS.map(
      (format) =>
        html`<button type="button" class="button small" @click=${() => this.#save(format)}>Save as ${format.toUpperCase()}</button>`,
    )}</div>`;
  }

  async #save(format: ExportFormat): Promise<void> {
    if (this.explanation === undefined) return;
    save(await exportFile(this.explanation, format, this.picture));
  }
}

customElements.define("calig-result", CaligResult);
