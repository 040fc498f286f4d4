/** @file The tokens that a model finds most probable, each a button that asks why that one. */

import type { Explanation, Prediction } from "@calig/core/internal/attribution/explanation";
import { barShare, classesCaption, className, valueText } from "@calig/core/internal/render/head";
import { visible } from "@calig/core/internal/render/plain-text";
import { html, nothing, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";

/** Tokens that are shown before the list is opened. */
const FIRST = 5;

/**
 * @param ask - Told what is to be explained.
 * @param noun - What the list is of: tokens, or the labels of a verbaliser.
 */
export function tokenList(
  explanation: Explanation,
  ask: (prediction: Prediction) => void,
  noun: "token" | "label",
): TemplateResult {
  const { predictions, target } = explanation;
  const row = (prediction: (typeof predictions)[number]) => {
    const isOwn = prediction.index === target.index;
    const name = visible(className(explanation, prediction));
    const width = `${100 * (barShare(explanation, prediction) ?? 0)}%`;
    return html`<tr class=${isOwn ? "own" : ""}><th scope="row"><button type="button" class="ask" aria-pressed=${isOwn ? "true" : "false"} title=${`Why this ${noun}`} @click=${() => ask(prediction)}><bdi>${name}</bdi></button></th><td>${valueText(explanation, prediction)}</td><td class="track" aria-hidden="true"><span class="fill" style=${styleMap({ width })}></span></td></tr>`;
  };
  const rest = predictions.slice(FIRST);
  return html`<div><table class="classes tokens"><caption>${classesCaption(explanation)}; choose a ${noun} to see why</caption><tbody>${predictions.slice(0, FIRST).map(row)}</tbody></table>${
    rest.length === 0
      ? nothing
      : html`<details ?open=${rest.some(({ index }) => index === target.index)}><summary>${rest.length} more ${noun}s</summary><table class="classes tokens"><tbody>${rest.map(row)}</tbody></table></details>`
  }</div>`;
}
