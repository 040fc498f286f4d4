/** @file The terms of the technical part, explained. */

import { html, type Markup } from "../escape.ts";
import { itemNoun } from "../evidence.ts";
import { isolated, type PageContext } from "./context.ts";

/** An empty input of each layout; of kinds from outside nothing is known. */
const EMPTY = { text: ", such as the text with every word masked", grid: ", such as the picture blurred", names: "" };

const TERMS: readonly (readonly [term: string, meaning: string | ((context: PageContext) => Markup)])[] = [
  [
    "Attribution",
    ({ explanation }) =>
      html`the share of the score that each of the ${isolated(itemNoun(explanation).many)} is given; above 0 it supports the class, below 0 it opposes it`,
  ],
  ["Logit", "the score of a class before it becomes a probability; the higher, the more probable"],
  ["Baseline", ({ explanation }) => html`the empty input that this one is compared with${EMPTY[explanation.layout]}`],
  ["Block", "one of the layers that the model stacks: each passes on what the one before it made"],
  ["Completeness", "whether the numbers add up to the change of the score from the baseline to the input"],
  ["Relevance", "how much the state that enters a block changes the score, by position"],
  ["Attention evidence", "how much a position passes on to others, weighted by what that does to the score"],
  ["Fused", "relevance and attention evidence of a block together: what enters the result"],
  ["Special tokens", "marks that the model itself adds to the input, such as [CLS]; they are no part of it"],
];

export function glossary(context: PageContext): Markup {
  const { id } = context;
  const entries = TERMS.map(
    ([term, meaning]) => html`<dt>${term}</dt><dd>${typeof meaning === "string" ? meaning : meaning(context)}.</dd>`,
  );
  return html`<section aria-labelledby="${id}-glossary"><h3 id="${id}-glossary">Terms used here</h3><dl class="glossary">${entries}</dl></section>`;
}
