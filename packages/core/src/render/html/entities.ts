/** @file The entities that a model finds in a text, as a table. */

import { ENTITIES, entityRows } from "../entities.ts";
import { html, type Markup } from "../escape.ts";
import { isolated, type PageContext } from "./context.ts";

/** Nothing where entities were not asked for. */
export function entitiesSection({ explanation, id }: PageContext): Markup | null {
  const found = entityRows(explanation);
  if (found === undefined) return null;
  const rows = found.rows.map(
    ({ text, label, value, explained }) =>
      html`<tr><th scope="row">${isolated(text)}</th><td>${value}</td><td class="text">${isolated(label)}${explained ? " (explained)" : ""}</td></tr>`,
  );
  const body =
    found.rows.length === 0
      ? html`<p>None.</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="${ENTITIES}"><table class="data"><caption class="sr">${ENTITIES}</caption><thead><tr><th scope="col">Words</th><th scope="col">Probability</th><th scope="col" class="text">Label</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  const more = found.more === 0 ? null : html`<p class="about">and ${found.more} more</p>`;
  return html`<section aria-labelledby="${id}-entities"><h3 id="${id}-entities">${ENTITIES}</h3>${body}${more}</section>`;
}
