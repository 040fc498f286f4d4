/** @file <calig-result>: one explanation on the page: the summary, the coloured input, what to keep in mind; the technical part folded. */

import type { Explanation, Prediction, TextExplanation } from "@calig/core/internal/attribution/explanation";
import type { MethodEntry } from "@calig/core/internal/options/form";
import type { Summary } from "@calig/core/internal/reading/summary";
import { hasTokens, isSigned, isWritten, type QuantityName, targetName } from "@calig/core/internal/render/evidence";
import { count, milliseconds } from "@calig/core/internal/render/format";
import {
  barShare,
  classesCaption,
  className,
  hasChoice,
  isPredictedClass,
  marksPredicted,
  moreText,
  roleOf,
  targetValue,
  valueText,
} from "@calig/core/internal/render/head";
import { createContext, type PageContext } from "@calig/core/internal/render/html/context";
import { entitiesSection } from "@calig/core/internal/render/html/entities";
import { glossary } from "@calig/core/internal/render/html/glossary";
import { pairsSection } from "@calig/core/internal/render/html/pairs";
import { partsSection } from "@calig/core/internal/render/html/parts";
import { changeSection, keepInMind, leadParagraphs, summaryOf } from "@calig/core/internal/render/html/summary";
import { waterfallSection } from "@calig/core/internal/render/html/waterfall";
import { OVERLAYS, type OverlayName } from "@calig/core/internal/render/overlay";
import { paletteOf } from "@calig/core/internal/render/palette";
import { visible } from "@calig/core/internal/render/plain-text";
import { answerTokensOf, answerView, partsOf } from "@calig/core/internal/render/prompt-parts";
import { drawnSections } from "@calig/web/internal/components/drawn";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import "@calig/web/internal/components/register";
import { badgeOf } from "./badge.ts";
import "./calig-result-blocks.ts";
import type { BlockView } from "./calig-result-blocks.ts";
import { EXPORT_FORMATS, type ExportFormat, exportFile, save } from "./export-file.ts";
import { baselineTitle, titleIn } from "./names.ts";
import { PageElement } from "./page-element.ts";
import { strongestLists } from "./result-lists.ts";
import { segmented } from "./segmented.ts";
import { tokenList } from "./token-list.ts";

/** Classes of the table that are shown. */
const CLASSES = 4;

/** Questions that follow from an explanation of a prompt. */
export interface FurtherQuestions {
  /** Why this token, or label. */
  why(prediction: Prediction): void;
  readonly noun: "token" | "label";
  /** What each token of the answer rests on. */
  perToken(): void;
}

class CaligResult extends PageElement {
  static override properties: PropertyDeclarations = {
    explanation: { attribute: false },
    methods: { attribute: false },
    picture: { attribute: false },
    bound: { attribute: false },
    theme: { type: String },
    block: { state: true },
    quantity: { state: true },
    view: { state: true },
    overlay: { state: true },
    stretched: { state: true },
    requestHeads: { attribute: false },
    asks: { attribute: false },
    answerToken: { state: true },
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
  declare protected view: "words" | "tokens" | "parts";
  declare protected overlay: OverlayName;
  /** Whether colours end at the strongest of this input, instead of at what strong evidence is. */
  declare protected stretched: boolean;
  /** Explains the same again with the evidence of every attention head. */
  declare requestHeads: (() => Promise<Explanation>) | undefined;

  /** Of prompts: what can be asked further. */
  declare asks: FurtherQuestions | undefined;
  /** The token of the answer whose evidence is shown; undefined for the whole. */
  declare protected answerToken: number | undefined;

  constructor() {
    super();
    this.quantity = "fused";
    this.view = "words";
    this.overlay = OVERLAYS[0];
    this.stretched = false;
  }

  /** The explanation, or that of the chosen token of the answer. */
  #shown: Explanation | undefined;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const { explanation } = this;
    if (changed.has("explanation")) {
      this.block = undefined;
      this.answerToken = undefined;
    }
    if (!changed.has("explanation") && !changed.has("answerToken")) return;
    const token = explanation === undefined ? undefined : answerTokensOf(explanation)[this.answerToken ?? -1];
    this.#shown = token === undefined ? explanation : answerView(explanation as TextExplanation, token);
    if (this.#shown?.blocks.length === 0) this.block = undefined;
  }

  override render(): TemplateResult | typeof nothing {
    const { explanation } = this;
    if (explanation === undefined) return nothing;
    const context = createContext(explanation, {
      id: this.id || "result",
      showsSign: true,
      picture: this.picture,
      palette: paletteOf(),
      overlay: this.overlay,
    });
    const summary = summaryOf(context);
    return html`${this.#head(explanation, summary)}${this.#input(explanation, context)}${drawnSections(changeSection(context, summary))}${drawnSections(keepInMind(context, summary))}${this.#technical(explanation, context)}${this.#export()}`;
  }

  #head(explanation: Explanation, summary: Summary): TemplateResult {
    return html`<div class="head">
        <div>
          <h2><bdi>${visible(targetName(explanation))}</bdi> <span class="number">${targetValue(explanation)}</span></h2>
          ${drawnSections(leadParagraphs(summary))}
        </div>
        ${this.asks !== undefined ? tokenList(explanation, this.asks.why, this.asks.noun) : hasChoice(explanation) ? this.#classes(explanation) : nothing}
      </div>`;
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
    )}</tbody></table>${rest > 0 ? html`<p class="more">and ${moreText(explanation, rest)}</p>` : nothing}</div>`;
  }

  #input(explanation: Explanation, context: PageContext): TemplateResult {
    const { scale, ownScale } = context;
    const theme = this.theme ?? nothing;
    const isResult = this.block === undefined;
    const differs = isResult && ownScale.bound > 0 && ownScale.bound < 0.99 * scale.bound;
    const bound = !isResult ? undefined : this.stretched && differs ? ownScale.bound : this.bound;
    const stretch = differs
      ? html`<label class="check"><input type="checkbox" .checked=${this.stretched} @change=${(event: Event) => {
          this.stretched = (event.target as HTMLInputElement).checked;
        }}> Stretch the colours to this input</label>`
      : nothing;
    const where = isResult
      ? nothing
      : html`<p class="about">Only what block ${explanation.blocks[this.block ?? 0]?.index} holds; choose all blocks below for the result.</p>`;
    const id = this.id || "result";
    if (!isWritten(explanation)) {
      const views = segmented(
        `${id}-overlay`,
        "Show the evidence as",
        OVERLAYS.map((name) => [name, name.charAt(0).toUpperCase() + name.slice(1)]),
        this.overlay,
        (value) => {
          this.overlay = value as OverlayName;
        },
      );
      return html`<section><h3>What the model saw</h3>${where}<calig-image theme=${theme} .explanation=${explanation} .picture=${this.picture} .overlay=${this.overlay} .block=${this.block} .quantity=${this.quantity} .bound=${bound}></calig-image><div class="tools">${views}${stretch}</div></section>`;
    }
    const views = hasTokens(explanation)
      ? segmented(
          `${id}-view`,
          "Show the text by",
          [
            ["words", "Words"],
            ["tokens", "Tokens"],
            ...(partsOf(explanation).length > 0 ? [["parts", "Parts"] as const] : []),
          ],
          this.view,
          (value) => {
            this.view = value as CaligResult["view"];
          },
        )
      : nothing;
    const ofToken = isResult && this.answerToken !== undefined;
    return html`<section><h3>What the model read</h3>${where}${this.#answer(explanation, id)}
      <calig-text theme=${theme} .explanation=${this.#shown} .view=${this.view} .block=${this.block} .quantity=${this.quantity} .bound=${ofToken ? (bound ?? scale.bound) : bound}></calig-text><div class="tools">${views}${stretch}</div></section>${drawnSections(partsSection(context))}${drawnSections(entitiesSection(context))}${drawnSections(pairsSection(context))}`;
  }

  /** The tokens of the answer, to choose whose evidence is shown; where they were not asked about, how to. */
  #answer(explanation: Explanation, id: string): TemplateResult | typeof nothing {
    const tokens = answerTokensOf(explanation);
    if (tokens.length > 0) {
      const choices = tokens.map(({ text }, i) => [String(i), visible(text)] as const);
      return html`<div class="tools answer-tokens"><span class="about">Evidence for</span>${segmented(
        `${id}-answer-token`,
        "Evidence for a token of the answer",
        [["all", "The whole answer"], ...choices],
        String(this.answerToken ?? "all"),
        (value) => {
          this.answerToken = value === "all" ? undefined : Number(value);
        },
      )}</div>`;
    }
    const { asks } = this;
    const canAsk = asks?.noun === "token" && explanation.target.index < 0 && explanation.target.against === undefined;
    return canAsk
      ? html`<p class="actions"><button type="button" class="button small" @click=${() => asks.perToken()}>Explain each token of the answer</button></p>`
      : nothing;
  }

  /** All that a reader need not know to understand the first screen. */
  #technical(explanation: Explanation, context: PageContext): TemplateResult {
    const { method, cost, warnings } = explanation;
    const badge = badgeOf(explanation);
    const baseline = method.options.baseline;
    const made = `${titleIn(this.methods ?? [], method.name)}${typeof baseline === "string" ? `, baseline: ${baselineTitle(baseline).toLowerCase()}` : ""}, ${milliseconds(cost.milliseconds)}`;
    const role = roleOf(explanation).map((piece) =>
      typeof piece === "string" ? piece : html`<b><bdi>${visible(piece.name)}</bdi></b>`,
    );
    const noted =
      badge.state === "incomplete"
        ? `; ${badge.title}`
        : warnings.length > 0
          ? `; ${count(warnings.length, "warning")}`
          : "";
    return html`<details class="technical"><summary>How this was computed <span>every number, each layer of the model, checks, method and cost${noted}</span></summary>
      <div class="badges"><span class="badge ${badge.state}">${badge.title}</span><span class="made">${made}</span></div>
      <p class="about">${role}. ${badge.details}</p>
      ${
        warnings.length === 0
          ? nothing
          : html`<ul class="warnings" aria-label="Warnings">${warnings.map(({ message }) => html`<li><b>Note.</b> <bdi>${message}</bdi></li>`)}</ul>`
      }
      ${isSigned(explanation) ? drawnSections(waterfallSection(context)) : nothing}
      ${strongestLists(explanation)}
      <calig-result-blocks id=${`${this.id || "result"}-blocks`} theme=${this.theme ?? nothing} .explanation=${this.#shown} .answerToken=${answerTokensOf(explanation)[this.answerToken ?? -1]?.text} .block=${this.block} .quantity=${this.quantity} .requestHeads=${this.answerToken === undefined ? this.requestHeads : undefined} @calig-view=${this.#look}></calig-result-blocks>
      ${drawnSections(glossary(context))}</details>`;
  }

  #look({ detail }: CustomEvent<BlockView>): void {
    this.block = detail.block;
    this.quantity = detail.quantity;
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
