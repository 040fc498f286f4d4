/** @file How the explanation was made and how far it can be trusted: completeness, method, model, cost. */

import type { Completeness } from "../../attribution/explanation.ts";
import { html, type Markup } from "../escape.ts";
import { attributionSum, NO_COMPLETENESS, scoreName, settingsOf } from "../evidence.ts";
import { bytes, milliseconds, optionText, percent, thousands } from "../format.ts";
import { difference, isolated, type PageContext, score } from "./context.ts";

function verdict({ explanation }: PageContext, relativeError: number): string {
  const { tolerance } = explanation.method.options;
  if (typeof tolerance !== "number") return "";
  return relativeError <= tolerance
    ? `, within the tolerance of ${percent(tolerance)}`
    : `, above the tolerance of ${percent(tolerance)}`;
}

/** "layerWeights" as "layer weights": options are shown as words. */
const optionName = (name: string): string =>
  name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);

function blockTable({ explanation }: PageContext): Markup | null {
  const { blocks, completeness } = explanation;
  if (blocks.length === 0) return null;
  const rows = blocks.map(({ index, weight, completeness: c }) => {
    const state = c.converged ? html`<td>met</td>` : html`<td><strong>not converged</strong></td>`;
    return html`<tr${c.converged ? null : html` class="miss"`}><th scope="row">Block ${index}</th><td>${score(c.scoreAtBaseline)}</td><td>${score(c.scoreAtInput)}</td><td>${difference(c.sum)}</td><td>${difference(c.delta)}</td><td>${percent(c.relativeError)}</td>${state}<td>${thousands(c.points)}</td><td>${percent(weight)}</td></tr>`;
  });
  const points = blocks.reduce((sum, block) => sum + block.completeness.points, 0);
  const result =
    completeness === null
      ? null
      : html`<tr><th scope="row">Result</th><td>${score(completeness.scoreAtBaseline)}</td><td>${score(completeness.scoreAtInput)}</td><td>${difference(attributionSum(explanation))}</td><td>${difference(completeness.delta)}</td><td>${percent(completeness.relativeError)}</td><td></td><td>${thousands(points)}</td><td></td></tr>`;
  const header = [
    "Block",
    "Score at baseline",
    "Score at input",
    "Sum",
    "Delta",
    "Relative error",
    "Tolerance",
    "Points",
    "Weight",
  ];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of completeness"><table class="data"><caption class="sr">Completeness of every block and of the result</caption><thead><tr>${header.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}${result}</tbody></table></div>`;
}

const NO_COMPLETENESS_SENTENCE = html`${NO_COMPLETENESS.charAt(0).toUpperCase()}${NO_COMPLETENESS.slice(1)}.`;

function additivity(
  context: PageContext,
  { scoreAtInput, scoreAtBaseline, delta, relativeError }: Completeness,
): Markup {
  const { explanation } = context;
  return html`Attributions should add up to what the input changes in the score. The ${scoreName(explanation)} is ${score(scoreAtBaseline)} at the baseline and ${score(scoreAtInput)} at the input, a difference of ${difference(scoreAtInput - scoreAtBaseline)}; the attributions sum to ${difference(attributionSum(explanation))}. That is off by ${difference(delta)}, or ${percent(relativeError)}${verdict(context, relativeError)}.`;
}

export function completenessSection(context: PageContext): Markup {
  const { explanation, id } = context;
  const about =
    explanation.completeness === null ? NO_COMPLETENESS_SENTENCE : additivity(context, explanation.completeness);
  const missed = explanation.blocks.filter((block) => !block.completeness.converged).length;
  const note =
    missed === 0
      ? null
      : html` <strong>${missed} of ${explanation.blocks.length} blocks did not converge</strong>: read their numbers with care.`;
  return html`<section aria-labelledby="${id}-completeness"><h3 id="${id}-completeness">Completeness</h3><p class="about">${about}${note}</p>${blockTable(context)}</section>`;
}

const entry = (name: string, value: Markup | string): Markup => html`<dt>${name}</dt><dd>${value}</dd>`;

export function factsSection({ explanation, id }: PageContext): Markup {
  const { method, model, cost } = explanation;
  const options = settingsOf(explanation).map(([name, value]) =>
    entry(optionName(name), html`<bdi>${optionText(value)}</bdi>`),
  );
  const evaluations = thousands(cost.modelEvaluations, Number.isInteger(cost.modelEvaluations) ? 0 : 1);
  return html`<section aria-labelledby="${id}-facts"><h3 id="${id}-facts">How it was made</h3><div class="facts"><div><h4>Method</h4><dl>${entry("name", isolated(method.name))}${options}</dl></div><div><h4>Model</h4><dl>${entry("id", isolated(model.id))}${entry("family", isolated(model.family))}${entry("task", isolated(model.task))}${entry("blocks", thousands(model.blocks))}${entry("heads", thousands(model.heads))}${entry("width", thousands(model.width))}${entry("weights, SHA-256", html`<span class="hash">${model.sha256}</span>`)}</dl></div><div><h4>Cost</h4><dl>${entry("time", milliseconds(cost.milliseconds))}${entry("model evaluations", evaluations)}${entry("peak memory", bytes(cost.peakBytes))}</dl></div></div><div class="tools js" hidden><button type="button" class="button" data-download>Download this explanation as JSON</button></div></section>`;
}
