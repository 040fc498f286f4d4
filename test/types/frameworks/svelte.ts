/** @file What markup of Svelte may give the elements; examples/svelte has markup itself, checked by svelte-check. */

import type { BlockExplanation, Explanation } from "@calig/core/internal/attribution/explanation";
import type {} from "@calig/web/svelte";
import type { SvelteHTMLElements } from "svelte/elements";

declare const explanation: Explanation;
declare const block: BlockExplanation;
type Text = SvelteHTMLElements["calig-text"];
type Blocks = SvelteHTMLElements["calig-blocks"];

export const right: Text = {
  explanation,
  view: "tokens",
  block: 2,
  theme: "dark",
  class: "wide",
  "oncalig-select": ({ detail }) => detail.features.map((feature) => feature + 1),
};
export const before: Blocks = { "on:calig-block": ({ detail }) => detail.block?.toFixed() };

// @ts-expect-error: not an explanation
export const other: Text = { explanation: block };
// @ts-expect-error: no such view
export const letters: Text = { view: "letters" };
// @ts-expect-error: the detail has no such field
export const listens: Blocks = { "oncalig-block": ({ detail }) => detail.features };
// @ts-expect-error: no such property
export const many: Blocks = { explanations: explanation };
