/** @file <calig-try>: words or patches taken away by the reader, a changed text, and what the model says then. */

import type { Explanation, ImageExplanation, WrittenExplanation } from "@calig/core/internal/attribution/explanation";
import { isWritten, itemNoun } from "@calig/core/internal/render/evidence";
import { className, valueText } from "@calig/core/internal/render/head";
import { visible, withoutOverrides } from "@calig/core/internal/render/plain-text";
import { lineMoves, movedBy, tableMoves } from "@calig/core/internal/render/roving";
import { segmentText } from "@calig/core/internal/render/segments";
import "@calig/web/internal/components/register";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import { isOtherDecision, pictureWithout, textWithout } from "./changed-input.ts";
import { type Client, ClientError, type ExplainInput, type ExplainRequest } from "./client.ts";
import { PageElement } from "./page-element.ts";

/** A method that costs no more than asking what the model says. */
const ASKING = "random";
/** Classes whose values are shown before and now. */
const CLASSES = 4;
/** Milliseconds without a key before a changed text is asked about. */
const PAUSE = 350;

type Answer =
  | { readonly state: "none" }
  | { readonly state: "asking" }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "said"; readonly before: Explanation; readonly now: Explanation };

type ChangedMap =
  | { readonly state: "none" }
  | { readonly state: "working" }
  | { readonly state: "shown"; readonly explanation: Explanation };

/** Whether there is something to take away that this element knows how to. */
export const canTry = (explanation: Explanation, request: ExplainRequest | undefined): boolean =>
  request !== undefined &&
  explanation.target.token === undefined &&
  explanation.target.index >= 0 &&
  (explanation.layout === "grid" ? "file" in request.input : explanation.layout === "text" && !isAsked(request.input));

const isTyped = (input: ExplainInput): input is Extract<ExplainInput, { readonly text: string }> =>
  !("file" in input || "prompt" in input);

/** Whether more than a text is given: the explanation shows what is held fixed as well. */
const isAsked = (input: ExplainRequest["input"]): boolean =>
  !isTyped(input) || ["labels", "query", "question"].some((field) => Object.hasOwn(input.asked ?? {}, field));

class CaligTry extends PageElement {
  static override properties: PropertyDeclarations = {
    explanation: { attribute: false },
    request: { attribute: false },
    client: { attribute: false },
    picture: { attribute: false },
    theme: { type: String },
    removed: { state: true },
    edited: { state: true },
    answer: { state: true },
    map: { state: true },
    active: { state: true },
  };

  declare explanation: Explanation | undefined;
  /** What the explanation was asked with. */
  declare request: ExplainRequest | undefined;
  declare client: Client | undefined;
  /** The picture that is explained, as a data URI. */
  declare picture: string | undefined;
  declare theme: string | undefined;
  /** Indices of words, or of patches among the features. */
  declare protected removed: ReadonlySet<number>;
  /** The text as the reader changed it; undefined while words are taken away. */
  declare protected edited: string | undefined;
  declare protected answer: Answer;
  declare protected map: ChangedMap;
  /** The word or patch that the arrow keys are at. */
  declare protected active: number;
  #asking: AbortController | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** Of a picture: what the model says of the picture that changes are made to. */
  #before: Promise<Explanation> | undefined;

  constructor() {
    super();
    this.#clear();
  }

  #clear(): void {
    this.#asking?.abort();
    clearTimeout(this.#pause);
    this.removed = new Set();
    this.edited = undefined;
    this.answer = { state: "none" };
    this.map = { state: "none" };
    this.active = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asking?.abort();
    clearTimeout(this.#pause);
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("explanation")) return;
    this.#before = undefined;
    this.#clear();
  }

  override render(): TemplateResult | typeof nothing {
    const { explanation, request, client } = this;
    if (explanation === undefined || client === undefined || !canTry(explanation, request)) return nothing;
    const { one, many } = itemNoun(explanation);
    const written = isWritten(explanation) ? explanation : undefined;
    if (written === undefined && this.picture === undefined) return nothing;
    const isChanged = this.removed.size > 0 || this.edited !== undefined;
    const about =
      written === undefined
        ? "Press a patch to blur it, press it again to get it back."
        : "Press a word to take it out of the text, press it again to put it back, or change the text.";
    return html`<section class="try" aria-labelledby="try-title"><h3 id="try-title">Try it: take ${many} away</h3>
      <p class="about">${about} The model is asked at once. The arrow keys move from ${one} to ${one}.</p>
      ${written === undefined ? this.#patches(explanation as ImageExplanation) : this.edited === undefined ? this.#words(written) : this.#editor()}
      <div class="actions">
        ${written === undefined || this.edited !== undefined ? nothing : html`<button type="button" class="button small" @click=${this.#edit}>Change the text</button>`}
        <button type="button" class="button small" ?disabled=${!isChanged} @click=${this.#reset}>Back to the ${written === undefined ? "picture" : "text"} as it was</button>
        <button type="button" class="button small" ?disabled=${this.answer.state !== "said" || this.map.state === "working"} @click=${this.#explain}>Explain the changed ${written === undefined ? "picture" : "text"}</button>
      </div>
      <div role="status" class="try-answer">${this.#said()}</div>
      ${this.#changedMap()}</section>`;
  }

  #words(explanation: WrittenExplanation): TemplateResult {
    let position = -1;
    // No white space between the parts: it would be white space of the text.
    const parts = segmentText(explanation.input.text, explanation.words).map(({ kind, text, members }) => {
      const [word] = members;
      if (kind !== "feature" || word === undefined) return kind === "gap" ? withoutOverrides(text) : nothing;
      position++;
      const isOut = this.removed.has(word);
      const shown = withoutOverrides(text) === "" ? visible(text) : withoutOverrides(text);
      return html`<button type="button" class="try-word" aria-pressed=${isOut ? "true" : "false"} tabindex=${position === this.active ? 0 : -1} data-i=${position} @click=${() => this.#toggle(word)}>${shown}</button>`;
    });
    return html`<div class="try-words" role="group" aria-label="Words that can be taken out; pressed are out" dir="auto" lang="" @keydown=${this.#moveInLine} @focusin=${this.#here}>${parts}</div>`;
  }

  #patches(explanation: ImageExplanation): TemplateResult {
    const { grid, width, height, seen } = explanation.input;
    const [rows, columns] = grid;
    const byPlace = new Map(explanation.features.map(({ row, column }, i) => [row * columns + column, i]));
    const cells = Array.from({ length: rows * columns }, (_, place) => {
      const feature = byPlace.get(place) ?? -1;
      const name = `row ${Math.floor(place / columns)}, column ${place % columns}`;
      return html`<button type="button" class="try-patch" aria-label=${name} aria-pressed=${this.removed.has(feature) ? "true" : "false"} tabindex=${place === this.active ? 0 : -1} data-i=${place} @click=${() => this.#toggle(feature)}></button>`;
    });
    const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(3)}%`;
    const [x, y, across, down] = seen;
    const place = {
      left: share(x, width),
      top: share(y, height),
      width: share(across, width),
      height: share(down, height),
    };
    return html`<div class="try-photo" style=${styleMap({ "aspect-ratio": `${width} / ${height}` })}><img src=${this.picture ?? ""} alt="The picture that is explained"><div class="try-patches" role="group" aria-label="Patches that can be blurred; pressed are blurred" style=${styleMap({ "--columns": String(columns), ...place })} @keydown=${(event: KeyboardEvent) => this.#moveInTable(event, rows * columns, columns)} @focusin=${this.#here}>${cells}</div></div>`;
  }

  #editor(): TemplateResult {
    const input = (event: Event) => {
      this.edited = (event.target as HTMLTextAreaElement).value;
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => void this.#ask(), PAUSE);
    };
    return html`<label class="field"><span>The text as you change it</span><textarea dir="auto" .value=${this.edited ?? ""} @input=${input}></textarea></label>`;
  }

  #said(): TemplateResult | typeof nothing {
    const { answer } = this;
    if (answer.state === "none") return nothing;
    if (answer.state === "asking") return html`<p class="about">Asking the model …</p>`;
    if (answer.state === "failed")
      return html`<p class="about">The model could not be asked: <bdi>${answer.message}</bdi></p>`;
    const { before, now } = answer;
    const valueIn = (explanation: Explanation, index: number) => {
      const found = explanation.predictions.find((each) => each.index === index);
      return found === undefined ? "" : valueText(explanation, found);
    };
    const [best] = now.predictions;
    const indices = [
      ...new Set(
        [before.target.index, ...before.predictions, ...now.predictions].map((each) =>
          typeof each === "number" ? each : each.index,
        ),
      ),
    ];
    const rows = indices.slice(0, CLASSES).map((index) => {
      const label = before.predictions.find((each) => each.index === index)?.label ?? String(index);
      const isBest = index === best?.index && now.predictions.length > 1;
      return html`<tr class=${isBest ? "own" : ""}><th scope="row"><bdi>${visible(className(before, { index, label }))}</bdi></th><td>${valueIn(before, index)}</td><td>${valueIn(now, index)}</td></tr>`;
    });
    const verdict = isOtherDecision(before, now) ? html`<b>The decision changes.</b> ` : html`The decision stays. `;
    return html`<p>${before.model.activation === "none" ? nothing : verdict}This is the model’s answer alone, not a reason for it.</p><table class="try-table"><thead><tr><th scope="col">The model says</th><th scope="col">before</th><th scope="col">now</th></tr></thead><tbody>${rows}</tbody></table>`;
  }

  #changedMap(): TemplateResult | typeof nothing {
    const { map } = this;
    if (map.state === "none") return nothing;
    if (map.state === "working") return html`<p class="about" role="status">Explaining …</p>`;
    const theme = this.theme ?? nothing;
    return isWritten(map.explanation)
      ? html`<calig-text theme=${theme} .explanation=${map.explanation}></calig-text>`
      : html`<calig-image theme=${theme} .explanation=${map.explanation} .picture=${this.picture}></calig-image>`;
  }

  #toggle(item: number): void {
    const removed = new Set(this.removed);
    if (!removed.delete(item)) removed.add(item);
    this.removed = removed;
    void this.#ask();
  }

  readonly #reset = (): void => this.#clear();

  readonly #edit = (): void => {
    const { explanation } = this;
    if (explanation === undefined || !isWritten(explanation)) return;
    this.edited = textWithout(explanation, this.removed);
    void this.updateComplete.then(() => this.querySelector("textarea")?.focus());
  };

  /** The input as it is changed; undefined where nothing is left of it, or this browser cannot make it. */
  async #changed(removed: ReadonlySet<number>): Promise<ExplainInput | undefined> {
    const { explanation, request } = this;
    if (explanation === undefined || request === undefined) return undefined;
    if (isWritten(explanation)) {
      const text = this.edited ?? textWithout(explanation, removed);
      if (text.trim() === "") return undefined;
      return isTyped(request.input) ? { ...request.input, text } : { text };
    }
    if (!("file" in request.input)) return undefined;
    const file = await pictureWithout(request.input.file, explanation as ImageExplanation, removed);
    return file === undefined
      ? undefined
      : { ...request.input, file: new File([file], "picture.png", { type: "image/png" }) };
  }

  /** What the model says of an input: one forward pass. */
  async #says(input: ExplainInput, signal: AbortSignal): Promise<Explanation> {
    const { client, request, explanation } = this;
    const { model, device, acceptDifference } = request as ExplainRequest;
    const asked = {
      model,
      input,
      method: ASKING,
      target: explanation?.target.index,
      ...(device === undefined ? {} : { device }),
      ...(acceptDifference === undefined ? {} : { acceptDifference }),
    };
    return (client as Client).explain(asked as unknown as ExplainRequest, { signal, onProgress: () => undefined });
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const controller = new AbortController();
    this.#asking = controller;
    this.map = { state: "none" };
    const { explanation } = this;
    if (explanation === undefined) return;
    if (this.removed.size === 0 && this.edited === undefined) {
      this.answer = { state: "none" };
      return;
    }
    if (this.answer.state !== "said") this.answer = { state: "asking" };
    try {
      const input = await this.#changed(this.removed);
      if (input === undefined) throw new ClientError("nothing is left of the input", "InputError");
      const before = isWritten(explanation) ? explanation : await this.#pictureBefore();
      const now = await this.#says(input, controller.signal);
      if (this.#asking === controller) this.answer = { state: "said", before, now };
    } catch (error) {
      if (this.#asking !== controller || controller.signal.aborted) return;
      this.answer = { state: "failed", message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Of the picture that changes are made to, which may have fewer pixels than the file. */
  #pictureBefore(): Promise<Explanation> {
    this.#before ??= this.#changed(new Set()).then((input) => {
      if (input === undefined) throw new ClientError("this browser does not show such pictures", "InputError");
      return this.#says(input, new AbortController().signal);
    });
    return this.#before;
  }

  readonly #explain = async (): Promise<void> => {
    const { client, request } = this;
    const controller = this.#asking;
    const input = await this.#changed(this.removed);
    if (client === undefined || request === undefined || input === undefined || controller === undefined) return;
    this.map = { state: "working" };
    try {
      const explanation = await client.explain(
        { ...request, input },
        { signal: controller.signal, onProgress: () => undefined },
      );
      if (this.#asking === controller) this.map = { state: "shown", explanation };
    } catch (error) {
      if (this.#asking !== controller || controller.signal.aborted) return;
      this.map = { state: "none" };
      this.answer = { state: "failed", message: error instanceof Error ? error.message : String(error) };
    }
  };

  readonly #here = (event: FocusEvent): void => {
    const index = (event.target as HTMLElement).dataset.i;
    if (index !== undefined) this.active = Number(index);
  };

  readonly #moveInLine = (event: KeyboardEvent): void => {
    const nodes = [...this.querySelectorAll<HTMLElement>(".try-word")];
    const from = nodes.indexOf(event.target as HTMLElement);
    if (from < 0) return;
    const isRightToLeft = getComputedStyle(event.currentTarget as HTMLElement).direction === "rtl";
    this.#focus(event, movedBy(event, lineMoves(nodes, from, isRightToLeft), nodes.length));
  };

  #moveInTable(event: KeyboardEvent, count: number, columns: number): void {
    const from = Number((event.target as HTMLElement).dataset.i ?? Number.NaN);
    if (!Number.isNaN(from)) this.#focus(event, movedBy(event, tableMoves(count, columns, from), count));
  }

  #focus(event: KeyboardEvent, to: number | undefined): void {
    if (to === undefined) return;
    event.preventDefault();
    this.querySelector<HTMLElement>(`[data-i="${to}"]`)?.focus();
  }
}

customElements.define("calig-try", CaligTry);
