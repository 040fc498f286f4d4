/** @file JSX of Solid: properties, events and attributes of the elements are typed, anything else is refused. */
/** @jsxImportSource solid-js */

import type { BlockExplanation, Explanation } from "@calig/core/internal/attribution/explanation";
import type {} from "@calig/web/solid";

declare const explanation: () => Explanation;
declare const block: BlockExplanation;

export const right = (
  <>
    <calig-text
      explanation={explanation()}
      view="tokens"
      block={2}
      theme="dark"
      class="wide"
      ref={(element) => element.focus()}
      on:calig-select={({ detail }) => detail.features.map((feature) => feature + 1)}
    />
    <calig-image explanation={explanation()} picture="/cat.png" />
    <calig-blocks src="/explanation.json" on:calig-block={({ detail }) => detail.block?.toFixed()} />
  </>
);

export const wrong = (
  <>
    {/* @ts-expect-error: not an explanation */}
    <calig-text explanation={block} />
    {/* @ts-expect-error: no such view */}
    <calig-text view="letters" />
    {/* @ts-expect-error: the detail has no such field */}
    <calig-blocks on:calig-block={({ detail }) => detail.features} />
    {/* @ts-expect-error: no such element */}
    <calig-words explanation={explanation()} />
  </>
);
