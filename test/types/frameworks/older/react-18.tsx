/** @file JSX of React 18, which makes attributes of all properties: objects are given through `ref`, and refused as properties. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type {} from "@calig/web/react";

declare const explanation: Explanation;

export const right = (
  <>
    <calig-text
      view="tokens"
      quantity="relevance"
      block={2}
      theme="dark"
      key="text"
      className="wide"
      ref={(element) => {
        if (element === null) return;
        element.explanation = explanation;
        element.addEventListener("calig-select", ({ detail }) => detail.features.map((feature) => feature + 1));
      }}
    />
    <calig-image src="/explanation.json" picture="/cat.png" />
  </>
);

export const wrong = (
  <>
    {/* @ts-expect-error: would become "[object Object]" */}
    <calig-text explanation={explanation} />
    {/* @ts-expect-error: no such view */}
    <calig-text view="letters" />
    {/* @ts-expect-error: no such element */}
    <calig-words src="/explanation.json" />
  </>
);
