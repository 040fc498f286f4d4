/** @file Where the score comes from, as bars: from the score without evidence to the score at the input. */

import { type WaterfallStep, waterfall } from "../../reading/waterfall.ts";
import { html, type Markup } from "../escape.ts";
import { capital } from "../evidence.ts";
import { targetClass } from "../head.ts";
import { hasOwnSteps, stepName } from "../waterfall-words.ts";
import { difference, isolated, type PageContext, score } from "./context.ts";

/** Least length of a bar, so that a small step can be seen, in percent. */
const LEAST = 0.6;

/** Null where attributions lead from nothing to nothing: they have no sign, or do not say what they add up to. */
export function waterfallSection({ explanation, id }: PageContext): Markup | null {
  const found = waterfall(explanation);
  if (found === null) return null;
  const { steps, scoreAtBaseline, scoreAtInput } = found;
  const places = [scoreAtBaseline, scoreAtInput, ...steps.map(({ to }) => to)];
  const [low, high] = [Math.min(...places), Math.max(...places)];
  const at = (value: number) => (high > low ? (100 * (value - low)) / (high - low) : 0);
  const bar = (from: number, to: number, kind: string): Markup => {
    const width = Math.max(LEAST, Math.abs(at(to) - at(from)));
    const left = Math.min(100 - width, Math.min(at(from), at(to)));
    return html`<td class="track" aria-hidden="true"><span class="fill ${kind}" style="margin-inline-start:${left.toFixed(2)}%;width:${width.toFixed(2)}%"></span></td>`;
  };
  const end = (name: string, value: number): Markup =>
    html`<tr class="end"><th scope="row">${name}</th>${bar(value, value, "mark")}<td class="number">${score(value)}</td></tr>`;
  const rows = steps.map((step) => {
    const name = step.kind === "rest" ? "What the numbers miss" : stepName(explanation, step, hasOwnSteps(steps, step));
    return html`<tr><th scope="row">${step.kind === "item" ? isolated(name) : capital(name)}</th>${bar(step.from, step.to, sideOf(step))}<td class="number">${difference(step.change)}</td></tr>`;
  });
  const whole = explanation.layout === "grid" ? "the picture" : "the input";
  return html`<section aria-labelledby="${id}-score"><h3 id="${id}-score">Where the score comes from</h3><p class="about">The model gives ${isolated(targetClass(explanation))} a score. Without the evidence in ${whole} it is ${score(scoreAtBaseline)}, with it ${score(scoreAtInput)}. Every step between has its share.</p><table class="waterfall"><caption class="sr">Steps of the score</caption><tbody>${end("Without the evidence", scoreAtBaseline)}${rows}${end("With all of it", scoreAtInput)}</tbody></table></section>`;
}

function sideOf({ kind, change }: WaterfallStep): string {
  if (kind === "special" || kind === "rest") return change < 0 ? "side op" : "side su";
  return change < 0 ? "op" : "su";
}
