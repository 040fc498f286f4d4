/** @file Which word with which one of another text, as a table of both sides. */

import { html, type Markup } from "../escape.ts";
import { cellDigits, signed } from "../format.ts";
import { signedScale } from "../scale.ts";
import { PAIRS, pairsBound, pairsOf, pairsSum } from "../word-pairs.ts";
import { isolated, type PageContext } from "./context.ts";
import { heatClass } from "./heat.ts";

/** Nothing where pairs were not asked for. */
export function pairsSection({ explanation, id }: PageContext): Markup | null {
  const pairs = pairsOf(explanation);
  if (pairs === undefined || explanation.layout !== "text") return null;
  const bound = pairsBound(pairs);
  const scale = signedScale([], { bound });
  const digits = cellDigits(bound);
  const header = pairs.other.words.map(({ text }) => html`<th scope="col">${isolated(text)}</th>`);
  const rows = explanation.words.map(({ text }, w) => {
    const cells = (pairs.values[w] ?? []).map(
      (value) =>
        html`<td class="${heatClass(scale.level(value), true).split(" ")[0] ?? ""}">${signed(value, digits)}</td>`,
    );
    return html`<tr><th scope="row">${isolated(text)}</th>${cells}</tr>`;
  });
  return html`<section aria-labelledby="${id}-pairs"><h3 id="${id}-pairs">${PAIRS}</h3><p class="about">Rows are words of this text, columns words of “${isolated(pairs.other.text)}”. Warm pairs make the two more similar, cool ones less. ${pairsSum(pairs)}</p><div class="scroll" tabindex="0" role="region" aria-label="${PAIRS}"><table class="data grid"><caption class="sr">${PAIRS}</caption><thead><tr><td></td>${header}</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}
