/** @file What templates of Vue may give the elements; examples/vue has templates themselves, checked by vue-tsc. */

import type { BlockExplanation, Explanation } from "@calig/core/internal/attribution/explanation";
import type { CaligText } from "@calig/web/components";
import type {} from "@calig/web/vue";
import type { GlobalComponents } from "vue";

declare const explanation: Explanation;
declare const block: BlockExplanation;
type Text = InstanceType<GlobalComponents["calig-text"]>;
type Blocks = InstanceType<GlobalComponents["calig-blocks"]>;

export const right: Text["$props"] = {
  explanation,
  view: "tokens",
  block: 2,
  theme: "dark",
  class: "wide",
  key: "text",
  onCaligSelect: ({ detail }) => detail.features.map((feature) => feature + 1),
};
export const element = (text: Text): CaligText => text;

// @ts-expect-error: not an explanation
export const other: Text["$props"] = { explanation: block };
// @ts-expect-error: no such view
export const letters: Text["$props"] = { view: "letters" };
// @ts-expect-error: the detail has no such field
export const listens: Blocks["$props"] = { onCaligBlock: ({ detail }) => detail.features };
// @ts-expect-error: no such property
export const many: Blocks["$props"] = { explanations: explanation };
