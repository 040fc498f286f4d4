/** @file <calig-result-blocks>: the evidence of each block of the model, and of its attention heads when they are asked for. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { type QuantityName, quantitiesOf } from "@calig/core/internal/render/evidence";
import { visible } from "@calig/core/internal/render/plain-text";
import { assertNever } from "@calig/core/internal/util/assert-never";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import "@calig/web/internal/components/register";
import { headTable } from "./head-table.ts";
import { PageElement } from "./page-element.ts";
import { segmented } from "./segmented.ts";

/** The panel of attention heads. */
type Heads =
  | { readonly state: "hidden" | "working" }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "shown"; readonly explanation: Explanation };

/** What is looked at: the result where there is no block. */
export interface BlockView {
  readonly block: number | undefined;
  readonly quantity: QuantityName;
}

/** Tells which block and quantity are looked at with the event "calig-view". */
export class CaligResultBlocks extends PageElement {
  static override properties: PropertyDeclarations = {
    explanation: { attribute: false },
    theme: { type: String },
    block: { attribute: false },
    quantity: { attribute: false },
    requestHeads: { attribute: false },
    answerToken: { attribute: false },
    heads: { state: true },
  };

  declare explanation: Explanation | undefined;
  declare theme: string | undefined;
  declare block: number | undefined;
  declare quantity: QuantityName;
  /** Explains the same again with the evidence of every attention head. */
  declare requestHeads: (() => Promise<Explanation>) | undefined;
  /** The token of the answer whose evidence it is; undefined for all that is explained. */
  declare answerToken: string | undefined;
  declare protected heads: Heads;

  constructor() {
    super();
    this.quantity = "fused";
    this.heads = { state: "hidden" };
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("explanation")) this.heads = { state: "hidden" };
  }

  override render(): TemplateResult | typeof nothing {
    const { explanation } = this;
    const quantities = explanation === undefined ? [] : quantitiesOf(explanation);
    if (explanation === undefined || quantities.length === 0) return nothing;
    const last = explanation.blocks.length;
    const position = this.block ?? last;
    const name = this.block === undefined ? "All blocks" : `Block ${explanation.blocks[this.block]?.index}`;
    const about = quantities.find((quantity) => quantity.name === this.quantity)?.description;
    const id = `${this.id || "result"}-block`;
    const whose =
      this.answerToken === undefined
        ? nothing
        : html` for the token “<bdi class="token">${visible(this.answerToken)}</bdi>” of the answer`;
    return html`<section class="blocks"><h3>Evidence by block${whose}</h3>
      <p class="about">In which blocks of the network the evidence arises. ${about}</p>
      <div class="tools">${segmented(
        `${this.id || "result"}-quantity`,
        "Quantity",
        quantities.map((each) => [each.name, each.title]),
        this.quantity,
        (value) => this.#tell({ block: this.block, quantity: value as QuantityName }),
      )}</div>
      <div class="tools slide"><label for=${id}>Block</label><input type="range" id=${id} min="0" max=${last} step="1" .value=${String(position)} aria-valuetext=${name} @input=${this.#slide}><output for=${id}>${name}</output></div>
      <calig-blocks theme=${this.theme ?? nothing} .explanation=${explanation} .block=${this.block} .quantity=${this.quantity} @calig-block=${this.#choose}></calig-blocks>
      ${this.requestHeads === undefined ? nothing : this.#headPanel(explanation)}</section>`;
  }

  #tell(view: BlockView): void {
    this.dispatchEvent(new CustomEvent<BlockView>("calig-view", { bubbles: true, detail: view }));
  }

  #slide(event: Event): void {
    const value = Number((event.target as HTMLInputElement).value);
    this.#tell({ block: value === this.explanation?.blocks.length ? undefined : value, quantity: this.quantity });
  }

  #choose({ detail }: CustomEvent<{ readonly block: number | undefined }>): void {
    this.#tell({ block: detail.block, quantity: this.quantity });
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
}

customElements.define("calig-result-blocks", CaligResultBlocks);
