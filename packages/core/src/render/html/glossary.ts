/** @file The words of the technical part, explained. */

import { html, type Markup } from "../escape.ts";
import type { PageContext } from "./context.ts";

const WORDS: readonly (readonly [word: string, meaning: string])[] = [
  [
    "Attribution",
    "the share of the score that a word or patch is given; above 0 it supports the class, below 0 it opposes it",
  ],
  ["Logit", "the score of a class before it becomes a probability; the higher, the more probable"],
  ["Baseline", "the empty input that this one is compared with: masked words, a blurred picture"],
  ["Block", "one of the layers that the model stacks: each passes on what the one before it made"],
  ["Completeness", "whether the numbers add up to the change of the score from the baseline to the input"],
  ["Relevance", "how much the state that enters a block changes the score, by position"],
  ["Attention evidence", "how much a position passes on to others, weighted by what that does to the score"],
  ["Fused", "relevance and attention evidence of a block together: what enters the result"],
  ["Special tokens", "marks that the model itself adds to the input, such as [CLS]; they are none of its words"],
];

export function glossary({ id }: PageContext): Markup {
  const entries = WORDS.map(([word, meaning]) => html`<dt>${word}</dt><dd>${meaning}.</dd>`);
  return html`<section aria-labelledby="${id}-glossary"><h3 id="${id}-glossary">Words used here</h3><dl class="glossary">${entries}</dl></section>`;
}
