/** @file The strongest words or patches of an explanation as lists, and what special tokens hold. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import {
  type Item,
  isSigned,
  itemNoun,
  itemsOf,
  rankedItems,
  specialShareOf,
} from "@calig/core/internal/render/evidence";
import { digitsFor, percent, signed } from "@calig/core/internal/render/format";
import { targetClass } from "@calig/core/internal/render/head";
import { visible } from "@calig/core/internal/render/plain-text";
import { largestMagnitude } from "@calig/core/internal/render/scale";
import { html, nothing, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";

/** Rows of a list that are shown. */
const ROWS = 8;

export function strongestLists(explanation: Explanation): TemplateResult {
  const items = itemsOf(explanation);
  const { supporting, opposing } = rankedItems(items);
  const { many } = itemNoun(explanation);
  const bound = largestMagnitude(items.map(({ attribution }) => attribution));
  const label = html`<bdi>${visible(targetClass(explanation))}</bdi>`;
  const lists = isSigned(explanation)
    ? html`${list(html`Supports ${label}`, "su", supporting, bound, many)}${list(html`Opposes ${label}`, "op", opposing, bound, many)}`
    : list(html`Matters for ${label}`, "ma", supporting, bound, many);
  const { sum, share, items: specials } = specialShareOf(explanation);
  return html`<section><h3>Strongest ${many}</h3><div class="lists">${lists}</div>${
    specials.length === 0
      ? nothing
      : html`<p class="more">Special tokens hold ${signed(sum, 3)} of the attribution, ${percent(share)} of its magnitude; they are in none of the lists.</p>`
  }</section>`;
}

function list(
  title: TemplateResult,
  side: "su" | "op" | "ma",
  items: readonly Item[],
  bound: number,
  many: string,
): TemplateResult {
  if (items.length === 0) return html`<div><h4>${title}</h4><p class="none">No ${many}.</p></div>`;
  const digits = digitsFor(bound);
  const rows = items.slice(0, ROWS).map(({ label, attribution }, i) => {
    const width = `${bound > 0 ? (100 * Math.abs(attribution)) / bound : 0}%`;
    return html`<tr class=${side}><td class="place">${i + 1}</td><th scope="row"><bdi>${visible(label)}</bdi></th><td class="number">${signed(attribution, digits)}</td><td class="track" aria-hidden="true"><span class="fill" style=${styleMap({ width })}></span></td></tr>`;
  });
  const rest = items.length - rows.length;
  return html`<div><table class="rank"><caption>${title}</caption><tbody>${rows}</tbody></table>${rest > 0 ? html`<p class="more">and ${rest} more</p>` : nothing}</div>`;
}
