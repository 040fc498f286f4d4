/** @file <calig-question>: the form: what is to be explained, by which model and method, and how. */

import type { InputForm, MethodList } from "@calig/core/internal/options/form";
import { capital } from "@calig/core/internal/render/evidence";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { optionsOf, readingTexts } from "./ask.ts";
import "./calig-prompt.ts";
import type { ModelEntry, PageDevice } from "./client.ts";
import { fileName, writtenForm } from "./inputs.ts";
import { classChoices } from "./model-choice.ts";
import { baselineTitle, deviceTitle } from "./names.ts";
import { optionFields } from "./option-fields.ts";
import { PageElement } from "./page-element.ts";
import { readingFields } from "./reading-fields.ts";
import { askField, askTexts, optionField, optionTexts, type Route } from "./route.ts";

/** Options that have fields of their own, made for the model that is chosen. */
const OWN_FIELDS = ["target", "baseline"];

/** Whether classes are what can be explained: not tokens, similarities, answers. */
const choosesClasses = (model: ModelEntry | undefined): boolean =>
  model?.input?.prompt === undefined &&
  model?.input?.questions?.some(({ name }) => name === "target" || name === "with") !== true;

/** A change of the fields: "" and undefined leave a field to its default. */
export type FieldChange = Partial<Record<keyof Route, string | undefined>>;

/** What the form asks the page to do. */
export interface QuestionActions {
  set(change: FieldChange): void;
  explain(): void;
  cancel(): void;
  verify(): void;
  take(files: readonly File[]): Promise<void>;
  /** How the file is read has changed. */
  look(): void;
  runOn(device: PageDevice): void;
  acceptDifference(accepts: boolean): void;
}

export class CaligQuestion extends PageElement {
  static override properties: PropertyDeclarations = {
    models: { attribute: false },
    model: { attribute: false },
    known: { attribute: false },
    fields: { attribute: false },
    file: { attribute: false },
    picture: { attribute: false },
    devices: { attribute: false },
    device: { attribute: false },
    acceptsDifference: { attribute: false },
    opensModels: { attribute: false },
    isWorking: { attribute: false },
    actions: { attribute: false },
  };

  declare models: readonly ModelEntry[];
  declare model: ModelEntry | undefined;
  /** The methods, and every option that any of them takes. */
  declare known: MethodList;
  declare fields: Route;
  declare file: Blob | undefined;
  /** What is shown of the file, as a data URI. */
  declare picture: string | undefined;
  /** Where programs can run; empty where that is the server's business. */
  declare devices: readonly PageDevice[];
  declare device: PageDevice | undefined;
  declare acceptsDifference: boolean;
  /** Whether readers can give models of their own. */
  declare opensModels: boolean;
  declare isWorking: boolean;
  declare actions: QuestionActions;

  override render(): TemplateResult {
    const { model, known, isWorking, actions } = this;
    const submit = (event: Event) => {
      event.preventDefault();
      actions.explain();
    };
    return html`<form @submit=${submit}>
      ${this.#input(model?.input ?? writtenForm)}
      ${this.#questions(model?.input)}
      <div class="choices">
        ${this.#select(
          "Model",
          "model",
          this.models.map(({ name }) => [name, name]),
          model?.name ?? "",
        )}
        ${choosesClasses(model) ? this.#select("Class", "target", [["", "The predicted class"], ...classChoices(model)]) : nothing}
        ${this.#select(
          "Method",
          "method",
          known.methods.map(({ name, title }, i) => [i === 0 ? "" : name, title]),
        )}
        ${this.#select("Baseline", "baseline", [["", "Default"], ...(model?.input?.baselines ?? []).map((name) => [name, baselineTitle(name)] as const)])}
        ${this.#compare()}
        ${this.#readAs()}
        ${this.devices.length > 1 ? this.#runOn() : nothing}
        ${this.opensModels ? this.#accept() : nothing}
      </div>
      ${this.#moreOptions()}
      <div class="actions">
        <button class="button main" ?disabled=${model === undefined}>Explain</button>
        ${isWorking ? html`<button type="button" class="button" @click=${() => actions.cancel()}>Cancel</button>` : nothing}
        <button type="button" class="button" ?disabled=${model === undefined || isWorking} @click=${() => actions.verify()}>Verify this model</button>
        ${this.opensModels ? this.#open() : nothing}
      </div>
    </form>`;
  }

  #input(form: InputForm): TemplateResult {
    if (form.file !== undefined) return this.#drop(form);
    if (form.prompt === undefined) return this.#text(form);
    return html`<calig-prompt .fields=${this.fields} .takesChats=${form.prompt.chat} .actions=${this.actions}></calig-prompt>`;
  }

  #text({ called }: InputForm): TemplateResult {
    const input = (event: Event) => this.actions.set({ text: (event.target as HTMLTextAreaElement).value });
    const keys = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.actions.explain();
    };
    return html`<div class="field"><label for="text">${capital(called)} to explain <span class="more">(Ctrl+Enter explains it)</span></label>
      <textarea id="text" dir="auto" spellcheck="false" .value=${live(this.fields.text ?? "")} @input=${input} @keydown=${keys}></textarea></div>`;
  }

  /** What the model can be asked of a text besides its class. */
  #questions(form: InputForm | undefined): TemplateResult | typeof nothing {
    if (form?.questions === undefined) return nothing;
    const change = (name: string, text: string) => this.actions.set({ [askField(name)]: text });
    return html`<div class="choices questions">${optionFields(form.questions, askTexts(this.fields), change)}</div>`;
  }

  #drop({ called, file }: InputForm): TemplateResult {
    const name = fileName(this.file);
    const shown =
      this.picture !== undefined
        ? html`<img src=${this.picture} alt=${`The ${called} to explain`}>`
        : name === undefined
          ? nothing
          : html`<p><bdi>${name}</bdi></p>`;
    return html`<div class="drop">${shown}<label class="field" for="file">${capital(called)} to explain: drop it anywhere on this page, or choose a file (${file?.formats})</label><input type="file" id="file" accept=${file?.accept ?? nothing} @change=${this.#files}></div>`;
  }

  #open(): TemplateResult {
    return html`<div class="folder"><label for="folder">Or open the folder of a model</label><input type="file" id="folder" webkitdirectory multiple @change=${this.#files}></div>`;
  }

  #files(event: Event): void {
    const input = event.target as HTMLInputElement;
    void this.actions.take([...(input.files ?? [])]).then(() => {
      input.value = "";
    });
  }

  #select(
    title: string,
    field: keyof Route,
    options: readonly (readonly [value: string, title: string])[],
    value = this.fields[field] ?? "",
  ): TemplateResult {
    const change = (event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      // What belongs to another model makes no sense with this one.
      const reset = field === "model" ? { target: undefined, baseline: undefined, withTarget: undefined } : {};
      this.actions.set({ ...reset, [field]: chosen });
    };
    return html`<label class="field"><span>${title}</span><select name=${field} .value=${live(value)} @change=${change}>${options.map(
      ([each, name]) => html`<option value=${each} ?selected=${each === value}>${name}</option>`,
    )}</select></label>`;
  }

  /** One choice for both ways to compare: with another method, or with another class. */
  #compare(): TemplateResult {
    const { withMethod, withTarget } = this.fields;
    const value = withMethod !== undefined ? `m:${withMethod}` : withTarget !== undefined ? `t:${withTarget}` : "";
    const change = (event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      this.actions.set({
        withMethod: chosen.startsWith("m:") ? chosen.slice(2) : undefined,
        withTarget: chosen.startsWith("t:") ? chosen.slice(2) : undefined,
      });
    };
    const option = (kind: string, name: string, title: string) =>
      html`<option value=${`${kind}:${name}`} ?selected=${`${kind}:${name}` === value}>${title}</option>`;
    return html`<label class="field"><span>Compare with</span><select name="compare" .value=${live(value)} @change=${change}>
      <option value="" ?selected=${value === ""}>Nothing</option>
      <optgroup label="Another method">${this.known.methods.map(({ name, title }) => option("m", name, title))}</optgroup>
      ${choosesClasses(this.model) ? html`<optgroup label="Another class">${classChoices(this.model).map(([value, title]) => option("t", value, title))}</optgroup>` : nothing}
    </select></label>`;
  }

  /** How files are read. */
  #readAs(): unknown {
    return readingFields(this.model?.input?.file?.options ?? [], readingTexts(this.fields), (name, value) => {
      this.actions.set({ [name === "background" || name === "deepGrey" ? name : optionField(name)]: value });
      this.actions.look();
    });
  }

  #runOn(): TemplateResult {
    const change = (event: Event) => this.actions.runOn((event.target as HTMLSelectElement).value as PageDevice);
    const chosen = this.device ?? this.devices[0];
    return html`<label class="field"><span>Run on</span><select name="device" @change=${change}>${this.devices.map(
      (device) => html`<option value=${device} ?selected=${device === chosen}>${deviceTitle(device)}</option>`,
    )}</select></label>`;
  }

  #accept(): TemplateResult {
    const change = (event: Event) => this.actions.acceptDifference((event.target as HTMLInputElement).checked);
    return html`<label class="field"><span>Quantised files</span><span><input type="checkbox" name="accept-difference" .checked=${this.acceptsDifference} @change=${change}> explain even where their own answer is another</span></label>`;
  }

  /** All other options of the method, as its declaration says what they are. */
  #moreOptions(): TemplateResult | typeof nothing {
    const shown = optionsOf(this.known, this.fields.method).filter(({ name }) => !OWN_FIELDS.includes(name));
    if (shown.length === 0) return nothing;
    const texts = optionTexts(this.fields);
    const change = (name: string, text: string) => this.actions.set({ [optionField(name)]: text });
    return html`<details class="more-options" ?open=${shown.some(({ name }) => texts[name] !== undefined)}><summary>More options</summary>
      <div class="choices">${optionFields(shown, texts, change)}</div></details>`;
  }
}

customElements.define("calig-question", CaligQuestion);
