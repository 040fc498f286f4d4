/** @file What was tried on the model, as a section of the page: what it says without the strongest words, and with them alone. */

import { html, type Markup } from "../escape.ts";
import { TRIED, triedNotes, triedRows } from "../tried.ts";
import { isolated, type PageContext } from "./context.ts";

/** A table and sentences; null where nothing was tried. */
export function triedSection({ explanation, id }: PageContext): Markup | null {
  const rows = triedRows(explanation);
  if (rows.length === 0) return null;
  const lines = rows.map(
    ({ what, label, value, flips }) =>
      html`<tr><th scope="row">${isolated(what)}</th><td class="text">${isolated(label)}</td><td>${value}</td><td class="text">${flips ? html`<strong>other decision</strong>` : ""}</td></tr>`,
  );
  const notes = triedNotes(explanation).map((note) => html`<p class="about">${isolated(note)}</p>`);
  return html`<section aria-labelledby="${id}-tried"><h3 id="${id}-tried">${TRIED}</h3><div class="scroll" tabindex="0" role="region" aria-label="${TRIED}"><table class="data"><caption class="sr">${TRIED}</caption><thead><tr><th scope="col">Changed input</th><th scope="col" class="text">The model says</th><th scope="col">Value</th><th scope="col" class="text">Decision</th></tr></thead><tbody>${lines}</tbody></table></div>${notes}</section>`;
}
