/** @file <calig-theme>: the colours of the page, those of the system until the reader chooses. */

import { html, type PropertyDeclarations, type TemplateResult } from "lit";
import { PageElement } from "./page-element.ts";

const THEMES = [
  ["auto", "Auto"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;

export type ThemeChoice = (typeof THEMES)[number][0];

/** Tells of a choice with the event "calig-theme". */
export class CaligTheme extends PageElement {
  static override properties: PropertyDeclarations = { chosen: { type: String } };

  declare chosen: ThemeChoice;

  constructor() {
    super();
    this.chosen = "auto";
  }

  override willUpdate(): void {
    document.documentElement.dataset.theme = this.chosen;
  }

  override render(): TemplateResult {
    return html`<fieldset class="seg"><legend class="sr">Colours of the page</legend>${THEMES.map(
      ([value, title]) =>
        html`<label><input type="radio" name="theme" value=${value} .checked=${this.chosen === value} @change=${() => this.#choose(value)}><span>${title}</span></label>`,
    )}</fieldset>`;
  }

  #choose(value: ThemeChoice): void {
    this.chosen = value;
    this.dispatchEvent(new CustomEvent<ThemeChoice>("calig-theme", { bubbles: true, detail: value }));
  }
}

customElements.define("calig-theme", CaligTheme);
