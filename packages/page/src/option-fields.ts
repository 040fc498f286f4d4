/** @file The fields of a form for options: one for each, made from how its value is written. */

import { isOpen, type OptionForm } from "@calig/core/internal/options/form";
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

/** "layerWeights" as "Layer weights". */
const optionTitle = (name: string): string => {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

/**
 * @param forms - Those to show, of which some may have an effect only with others.
 * @param texts - What the form holds.
 * @param change - Told what a field holds now; "" for nothing.
 */
export const optionFields = (
  forms: readonly OptionForm[],
  texts: Readonly<Record<string, string>>,
  change: (name: string, text: string) => void,
): TemplateResult[] =>
  forms
    .filter((form) => isOpen(form, forms, texts))
    .map(
      (form) =>
        html`<label class="field" title=${form.summary}><span>${form.title ?? optionTitle(form.name)}</span>${control(form, texts[form.name] ?? "", change)}</label>`,
    );

function control(
  { name, control: how, otherwise }: OptionForm,
  text: string,
  change: (name: string, text: string) => void,
): TemplateResult {
  const usual = otherwise === undefined ? "Default" : `Default: ${otherwise}`;
  const told = (event: Event) => change(name, (event.target as HTMLInputElement | HTMLSelectElement).value);
  switch (how.kind) {
    case "switch": {
      const toggled = (event: Event) => change(name, (event.target as HTMLInputElement).checked ? "true" : "");
      return html`<span><input type="checkbox" name=${name} .checked=${live(text === "true")} @change=${toggled}></span>`;
    }
    case "choice":
      return html`<select name=${name} .value=${live(text)} @change=${told}><option value="" ?selected=${text === ""}>${usual}</option>${how.words.map(
        (word) => html`<option value=${word} ?selected=${word === text}>${word}</option>`,
      )}</select>`;
    default: {
      const words = how.kind === "list" || how.kind === "number" ? how.words : [];
      const id = `${name}-words`;
      return html`<input type="text" name=${name} autocomplete="off" spellcheck="false" placeholder=${otherwise ?? how.placeholder} .value=${live(text)} list=${words.length === 0 ? nothing : id} @input=${told}>${
        words.length === 0
          ? nothing
          : html`<datalist id=${id}>${words.map((word) => html`<option value=${word}></option>`)}</datalist>`
      }`;
    }
  }
}
