/** @file The parts of a prompt on the page, and each token of an answer with the words that it rests on. */

import { html, type Markup } from "../escape.ts";
import { digitsFor, signed } from "../format.ts";
import { answerTokensOf, partsOf, wordsFor } from "../prompt-parts.ts";
import { shareOf } from "../quantity.ts";
import { largestMagnitude } from "../scale.ts";
import { difference, isolated, type PageContext, widthOf } from "./context.ts";

const WORDS = 6;

/** Nothing where the input is no prompt with parts. */
export function partsSection({ explanation, id }: PageContext): Markup | null {
  const parts = partsOf(explanation);
  if (parts.length === 0) return null;
  const largest = largestMagnitude(parts.map(({ attribution }) => attribution));
  const digits = digitsFor(largest);
  const rows = parts.map(({ name, attribution, spread }) => {
    const kind = attribution < 0 ? "op" : "su";
    const apart = spread === undefined ? "" : ` \u00b1${spread.toFixed(digits)}`;
    return html`<tr class="${kind}"><th scope="row">${isolated(name)}</th><td class="number">${signed(attribution, digits)}${apart}</td><td class="track" aria-hidden="true"><span class="fill" style="${widthOf(shareOf(Math.abs(attribution), largest))}"></span></td></tr>`;
  });
  const about = parts.some(({ spread }) => spread !== undefined)
    ? html`<p class="about">\u00b1: standard error over the draws of the baseline.</p>`
    : null;
  return html`<section aria-labelledby="${id}-parts"><h3 id="${id}-parts">Parts of the prompt</h3>${about}<table class="rank"><caption class="sr">Evidence of each part</caption><tbody>${rows}</tbody></table></section>`;
}

/** Nothing where the tokens of the answer were not asked about. */
export function answerSection({ explanation, id }: PageContext): Markup | null {
  if (explanation.layout !== "text") return null;
  const tokens = answerTokensOf(explanation);
  if (tokens.length === 0) return null;
  const rows = tokens.map((token) => {
    const words = wordsFor(explanation, token, WORDS).map(
      ({ text, attribution }, i) => html`${i === 0 ? "" : ", "}${isolated(text)} ${difference(attribution)}`,
    );
    return html`<tr><th scope="row"><code>${isolated(token.text)}</code></th><td>${signed(token.score, 3)}</td><td class="text">${words}</td></tr>`;
  });
  return html`<section aria-labelledby="${id}-answer"><h3 id="${id}-answer">Tokens of the answer</h3><p class="about">Each behind the prompt and the tokens before it, with the words that it rests on most.</p><div class="scroll" tabindex="0" role="region" aria-label="Tokens of the answer"><table class="data"><thead><tr><th scope="col">Token</th><th scope="col">Score</th><th scope="col" class="text">Words</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}
