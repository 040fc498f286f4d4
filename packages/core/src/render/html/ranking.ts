/** @file Supporting and opposing words or patches on the page, the full list, and what special tokens hold. */

import { html, type Markup } from "../escape.ts";
import {
  capital,
  hasTokens,
  type Item,
  isSigned,
  itemNoun,
  rankedItems,
  specialShareOf,
  wholeNoun,
} from "../evidence.ts";
import { count, percent, signed } from "../format.ts";
import { targetClass } from "../head.ts";
import { visible } from "../plain-text.ts";
import { magnitudeOf, shareOf } from "../quantity.ts";
import { largestMagnitude } from "../scale.ts";
import { difference, isolated, type PageContext, widthOf } from "./context.ts";

const ROWS = 10;

function list(title: Markup, items: readonly Item[], context: PageContext): Markup {
  const { explanation, digits } = context;
  const largest = largestMagnitude(context.items.map((item) => item.attribution));
  const { one, many } = itemNoun(explanation);
  const rows = items.slice(0, ROWS).map((item, i) => {
    const kind = item.attribution < 0 ? "op" : "su";
    return html`<tr class="${kind}"><td class="place">${i + 1}</td><th scope="row">${isolated(item.label)}</th><td class="number">${signed(item.attribution, digits)}</td><td class="track" aria-hidden="true"><span class="fill" style="${widthOf(shareOf(item.attribution, largest))}"></span></td></tr>`;
  });
  const rest = items.length - rows.length;
  const more = rest > 0 ? html`<p class="more">and ${count(rest, `more ${one}`, `more ${many}`)}</p>` : null;
  const table =
    rows.length === 0
      ? html`<h4>${title}</h4><p class="none">No ${many}.</p>`
      : html`<table class="rank"><caption>${title}</caption><tbody>${rows}</tbody></table>`;
  return html`<div>${table}${more}</div>`;
}

/** Every word or patch in reading order, for readers who want all numbers. */
function all(context: PageContext): Markup {
  const { explanation, items, digits } = context;
  const { one, many } = itemNoun(explanation);
  const total = magnitudeOf(explanation);
  const tokens = (item: Item): Markup | null =>
    hasTokens(explanation)
      ? html`<td class="text">${item.features.map((feature, i) => html`${i === 0 ? "" : " · "}${isolated(explanation.features[feature]!.text)}`)}</td>`
      : null;
  const rows = items.map(
    (item) =>
      html`<tr><th scope="row">${isolated(item.label)}</th><td>${signed(item.attribution, digits)}</td><td>${percent(shareOf(item.attribution, total))}</td>${tokens(item)}</tr>`,
  );
  const name = capital(one);
  const caption = `Attribution of all ${many} in reading order`;
  return html`<details><summary>All ${count(items.length, one, many)} in reading order</summary><p class="about">Share: part of the sum of the magnitudes over all positions.</p><div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="data"><caption class="sr">${caption}</caption><thead><tr><th scope="col">${name}</th><th scope="col">Attribution</th><th scope="col">Share</th>${hasTokens(explanation) ? html`<th scope="col" class="text">Tokens</th>` : null}</tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

/** What the special tokens hold, said plainly: it is in none of the lists. */
function specials({ explanation }: PageContext): Markup | null {
  const { items, sum, share } = specialShareOf(explanation);
  if (items.length === 0) return null;
  const each = items
    .slice(0, 6)
    .map((item, i) => html`${i === 0 ? "" : ", "}<code>${visible(item.label)}</code> ${difference(item.attribution)}`);
  const part = wholeNoun(explanation);
  return html`<p class="more">Special tokens hold ${difference(sum)} of the attribution, ${percent(share)} of its magnitude: ${each}${items.length > 6 ? " and others" : ""}. They are no part of ${part} and in none of the lists.</p>`;
}

export function rankingSection(context: PageContext): Markup {
  const { explanation, id, items } = context;
  const { supporting, opposing } = rankedItems(items);
  const { many } = itemNoun(explanation);
  const target = isolated(targetClass(explanation));
  const lists = isSigned(explanation)
    ? [list(html`Supports ${target}`, supporting, context), list(html`Opposes ${target}`, opposing, context)]
    : list(html`Matters for ${target}`, supporting, context);
  return html`<section aria-labelledby="${id}-ranking"><h3 id="${id}-ranking">Strongest ${many}</h3><p class="about">${isSigned(explanation) ? "Bars of both lists share one scale." : ""}${hasTokens(explanation) ? " A number in brackets counts repetitions of a word." : ""}</p><div class="lists">${lists}</div>${specials(context)}${all(context)}</section>`;
}
