/** @file A group of choices that look like one control. */

import { html, type TemplateResult } from "lit";

export const segmented = (
  name: string,
  label: string,
  options: readonly (readonly [value: string, title: string])[],
  chosen: string,
  choose: (value: string) => void,
): TemplateResult =>
  html`<fieldset class="seg"><legend class="sr">${label}</legend>${options.map(
    ([value, title]) =>
      html`<label><input type="radio" name=${name} value=${value} .checked=${chosen === value} @change=${() => choose(value)}><span>${title}</span></label>`,
  )}</fieldset>`;
