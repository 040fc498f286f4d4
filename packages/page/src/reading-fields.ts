/** @file Fields for how a file is read: those that surprise people in words of their own, all others as their declaration says. */

import type { OptionForm } from "@calig/core/internal/options/form";
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { optionFields } from "./option-fields.ts";

/** First choice of a colour under transparent parts. */
const OWN_COLOUR = "#808080";

type Change = (name: string, value: string) => void;

/** Fields by the name of the option, in the words of the page. */
const OWN_FIELDS: Readonly<Record<string, (value: string, change: Change) => TemplateResult>> = {
  background(value, change) {
    const isColour = value.startsWith("#");
    const told = (event: Event) => change("background", (event.target as HTMLInputElement).value);
    return html`${choice("background", "Transparent parts", value, change, [
      ["", "As stored, as Python sees them"],
      ["white", "On white"],
      ["black", "On black"],
      [isColour ? value : OWN_COLOUR, "On a colour"],
    ])}${
      isColour
        ? html`<label class="field"><span>Colour under them</span><input type="color" name="background" .value=${live(value)} @change=${told}></label>`
        : nothing
    }`;
  },
  deepGrey: (value, change) =>
    choice("deepGrey", "Grey of 16 bits", value, change, [
      ["", "White above 255, as in Python"],
      ["scale", "Divided by 256"],
    ]),
};

function choice(
  name: string,
  title: string,
  value: string,
  change: Change,
  options: readonly (readonly [value: string, text: string])[],
): TemplateResult {
  const told = (event: Event) => change(name, (event.target as HTMLSelectElement).value);
  return html`<label class="field"><span>${title}</span><select name=${name} .value=${live(value)} @change=${told}>${options.map(
    ([each, text]) => html`<option value=${each} ?selected=${each === value}>${text}</option>`,
  )}</select></label>`;
}

/**
 * @param texts - What the form holds.
 * @param change - Told what a field holds now; "" for nothing.
 */
export const readingFields = (
  forms: readonly OptionForm[],
  texts: Readonly<Record<string, string>>,
  change: Change,
): readonly (TemplateResult | readonly TemplateResult[])[] =>
  forms.map((form) =>
    Object.hasOwn(OWN_FIELDS, form.name)
      ? (OWN_FIELDS[form.name]?.(texts[form.name] ?? "", change) ?? [])
      : optionFields([form], texts, change),
  );
