/** @file JSX of React 19: properties, events and attributes of the elements are typed, anything else is refused. */

import type { BlockExplanation, Explanation } from "@calig/core/internal/attribution/explanation";
import type { CaligText } from "@calig/web/components";
import type {} from "@calig/web/react";

declare const explanation: Explanation;
declare const block: BlockExplanation;

export const right = (
  <>
    <calig-text
      explanation={explanation}
      view="tokens"
      quantity="relevance"
      block={2}
      bound={0.5}
      theme="dark"
      className="wide"
      id="text"
      key="text"
      hidden
      style={{ maxWidth: "40rem" }}
      ref={(element) => {
        const text: CaligText | null = element;
        return text?.focus();
      }}
      oncalig-select={({ detail }) => detail.features.map((feature) => feature + 1)}
    />
    <calig-image explanation={explanation} picture="/cat.png" />
    <calig-blocks src="/explanation.json" oncalig-block={({ detail }) => detail.block?.toFixed()} />
    <calig-text explanation={undefined} block={undefined} quantity={undefined} />
  </>
);

export const wrong = (
  <>
    {/* @ts-expect-error: not an explanation */}
    <calig-text explanation={block} />
    {/* @ts-expect-error: no such view */}
    <calig-text view="letters" />
    {/* @ts-expect-error: a picture belongs to <calig-image> */}
    <calig-text picture="/cat.png" />
    {/* @ts-expect-error: not a position */}
    <calig-blocks block="2" />
    {/* @ts-expect-error: no such property */}
    <calig-blocks explanations={explanation} />
    {/* @ts-expect-error: the detail has no such field */}
    <calig-blocks oncalig-block={({ detail }) => detail.features} />
    {/* @ts-expect-error: no such element */}
    <calig-words explanation={explanation} />
  </>
);
