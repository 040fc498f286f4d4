/** @file JSX of Preact: properties, events and attributes of the elements are typed, anything else is refused. */
/** @jsxImportSource preact */

import type { BlockExplanation, Explanation } from "@calig/core/internal/attribution/explanation";
import type { CaligText } from "@calig/web/components";
import type {} from "@calig/web/preact";

declare const explanation: Explanation;
declare const block: BlockExplanation;

export const right = (
  <>
    <calig-text
      explanation={explanation}
      view="tokens"
      block={2}
      theme="dark"
      class="wide"
      key="text"
      ref={(element) => {
        const text: CaligText | null = element;
        text?.focus();
      }}
      oncalig-select={({ detail }) => detail.features.map((feature) => feature + 1)}
    />
    <calig-image explanation={explanation} picture="/cat.png" />
    <calig-blocks src="/explanation.json" oncalig-block={({ detail }) => detail.block?.toFixed()} />
  </>
);

export const wrong = (
  <>
    {/* @ts-expect-error: not an explanation */}
    <calig-text explanation={block} />
    {/* @ts-expect-error: no such view */}
    <calig-text view="letters" />
    {/* @ts-expect-error: not a position */}
    <calig-blocks block="2" />
    {/* @ts-expect-error: the detail has no such field */}
    <calig-blocks oncalig-block={({ detail }) => detail.features} />
    {/* @ts-expect-error: no such element */}
    <calig-words explanation={explanation} />
  </>
);
