/** @file What all components share: an explanation as a property or from an address, and honest states until it is there. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import {
  currentExplanation,
  EXPLANATION_VERSION,
  ofAnotherVersion,
} from "@calig/core/internal/attribution/explanation-versions";
import { isSigned, itemNoun, type QuantityName } from "@calig/core/internal/render/evidence";
import { targetClass } from "@calig/core/internal/render/head";
import { heatClass, SHADES } from "@calig/core/internal/render/html/heat";
import { visible } from "@calig/core/internal/render/plain-text";
import type { SignedScale } from "@calig/core/internal/render/scale";
import {
  type CSSResultGroup,
  html,
  LitElement,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import type { CaligEvents } from "./events.ts";
import { componentStyles, themeStyles } from "./styles.ts";

/** The number that an attribute is. */
const numberOf = (attribute: string | null): number | undefined => {
  const number = Number.parseFloat(attribute ?? "");
  return Number.isNaN(number) ? undefined : number;
};

/**
 * A view of an explanation.
 *
 * Set the property `explanation`, or the attribute `src` to the address of its JSON. Text of the input and of labels is
 * written as text, never as markup.
 */
export abstract class ExplanationElement extends LitElement {
  static override properties: PropertyDeclarations = {
    explanation: { attribute: false },
    src: { type: String },
    block: { converter: numberOf },
    quantity: { type: String },
    bound: { converter: numberOf },
    theme: { type: String, reflect: true },
    problem: { state: true },
  };

  static override styles: CSSResultGroup = [themeStyles(), componentStyles];

  declare explanation: Explanation | undefined;
  declare src: string | undefined;
  /** Position of the block that is shown; undefined for the result. */
  declare block: number | undefined;
  declare quantity: QuantityName;
  /** Magnitude at full colour, to show several explanations on one scale. Default: that of the explanation. */
  declare bound: number | undefined;
  /** Overrides the system's. */
  declare theme: "light" | "dark" | undefined;
  declare protected problem: string | undefined;
  #loading: AbortController | undefined;

  constructor() {
    super();
    this.quantity = "fused";
  }

  override willUpdate(changed: PropertyValues): void {
    // Frameworks set what an application has not given to null or undefined.
    this.block ??= undefined;
    this.bound ??= undefined;
    this.quantity ??= "fused";
    if (changed.has("src") && this.src) void this.#load(this.src);
    const { explanation } = this;
    if (changed.has("explanation") && explanation) this.explanation = currentExplanation(explanation) as Explanation;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#loading?.abort();
  }

  async #load(address: string): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.problem = undefined;
    try {
      const response = await fetch(address, { signal: loading.signal });
      if (!response.ok) throw new Error(`the server answers ${response.status}`);
      this.explanation = (await response.json()) as Explanation;
    } catch (error) {
      if (loading.signal.aborted) return;
      this.explanation = undefined;
      this.problem = `Cannot load the explanation: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  override render(): TemplateResult {
    const { explanation } = this;
    if (this.problem !== undefined) return html`<p class="state error" role="alert">${this.problem}</p>`;
    if (explanation === undefined || explanation === null) {
      return html`<p class="state" role="status">${this.src ? "Loading the explanation …" : "No explanation yet."}</p>`;
    }
    const version: number = explanation.version;
    if (version !== EXPLANATION_VERSION) {
      return html`<p class="state error" role="alert">Cannot show this explanation: ${ofAnotherVersion(String(version))}</p>`;
    }
    return this.renderExplanation(explanation);
  }

  protected abstract renderExplanation(explanation: Explanation): TemplateResult;

  /** Tells the page that a word, token or patch is looked at: event "calig-select" with its features and the block. */
  protected announce(features: readonly number[]): void {
    this.tell("calig-select", { features, block: this.block });
  }

  /** Dispatches an event. */
  protected tell<Name extends keyof CaligEvents>(name: Name, detail: CaligEvents[Name]["detail"]): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  /** The colours and what they mean; numbers are told of what is looked at. */
  protected legend(explanation: Explanation, { bound }: SignedScale): TemplateResult {
    const label = html`<bdi>${visible(targetClass(explanation))}</bdi>`;
    const signs = isSigned(explanation);
    const mark = (step: number) => html`<i class=${heatClass(step / SHADES, signs).split(" ")[0] ?? ""}></i>`;
    const { many } = itemNoun(explanation);
    if (bound === 0) {
      return html`<p class="legend">All values are 0: no ${many} ${signs ? "support or oppose" : "matter for"} ${label}.</p>`;
    }
    if (!signs) {
      const ramp = Array.from({ length: SHADES }, (_, i) => mark(i + 1));
      return html`<p class="legend"><span>hardly counts</span><span class="ramp" aria-hidden="true">${ramp}</span><span class="key ma">matters for</span><span>${label}</span></p>`;
    }
    const ramp = Array.from({ length: 2 * SHADES + 1 }, (_, i) => mark(i - SHADES));
    return html`<p class="legend"><span class="key op">against</span><span class="ramp" aria-hidden="true">${ramp}</span><span class="key su">for</span><span>${label}</span></p>`;
  }
}
