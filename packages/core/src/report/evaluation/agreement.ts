/** @file How far the methods agree on the order of the features: mean rank correlation of every two of them. */

import type { Evaluation } from "../../evaluation/evaluation.ts";
import { attributions } from "../../evaluation/metrics/attributions.ts";
import { spearman } from "../../evaluation/statistics/rank-correlation.ts";
import { html, type Markup } from "../../render/escape.ts";
import { fixed } from "../../render/format.ts";
import { code, table } from "../../render/markdown-text.ts";

/** Fewer features than this have no order worth comparing. */
const FEWEST_FEATURES = 3;
const DECIMALS = 2;
const INTRODUCTION = "Mean rank correlation (Spearman) of the attributions of two methods on the same input";

export interface MethodAgreement {
  readonly methods: readonly string[];
  /** Row and column in the order of the methods, -1..1. */
  readonly correlations: readonly (readonly number[])[];
  /** Inputs that the means are over. */
  readonly inputs: number;
}

/** Null where attributions were not measured, or no input has features enough. */
export function methodAgreement({ methods, inputs }: Evaluation): MethodAgreement | null {
  const names = methods.map(({ name }) => name);
  const rows = inputs.flatMap(({ measurements }) => {
    const maps = names.map((name) => measurements[name]?.[attributions.name] ?? []);
    return maps.every(({ length }) => length >= FEWEST_FEATURES) ? [maps] : [];
  });
  if (names.length < 2 || rows.length === 0) return null;
  const correlations = names.map((_, a) =>
    names.map((_, b) => {
      const each = rows.map((maps) => spearman(maps[a] as readonly number[], maps[b] as readonly number[]));
      return each.reduce((sum, value) => sum + value, 0) / rows.length;
    }),
  );
  return { methods: names, correlations, inputs: rows.length };
}

export function agreementMarkdown(evaluation: Evaluation): string[] {
  const found = methodAgreement(evaluation);
  if (found === null) return [];
  const { methods, correlations, inputs } = found;
  return [
    "## Agreement between methods",
    `${INTRODUCTION}. ${inputs} inputs.`,
    table(
      ["", ...methods.map(code)],
      ["left", ...methods.map(() => "right" as const)],
      methods.map((name, a) => [code(name), ...(correlations[a] as readonly number[]).map((r) => fixed(r, DECIMALS))]),
    ),
  ];
}

/** Rules of the plot, for `page`. */
export const AGREEMENT_STYLE =
  ".agreement td.n{min-width:3.2em;background:color-mix(in srgb,var(--tone) var(--share),transparent)}.agreement th.c{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;font-weight:400}";

/** A matrix with cells shaded by the strength of the correlation: blue for alike, orange for opposite. */
export function agreementPlot(evaluation: Evaluation): Markup | null {
  const found = methodAgreement(evaluation);
  if (found === null) return null;
  const { methods, correlations, inputs } = found;
  const head = methods.map((name) => html`<th scope="col" class="c">${name}</th>`);
  const body = methods.map((name, a) => {
    const cells = (correlations[a] as readonly number[]).map(
      (r) => html`<td class="n" ${shade(r)}>${fixed(r, DECIMALS)}</td>`,
    );
    return html`<tr><th scope="row">${name}</th>${cells}</tr>`;
  });
  return html`<section><h2>Agreement between methods</h2><p>${INTRODUCTION}. ${inputs} inputs.</p><div class="wide"><table class="agreement"><thead><tr><td></td>${head}</tr></thead><tbody>${body}</tbody></table></div></section>`;
}

/** At most 60 % of the colour: the number stays readable on white and on dark. */
const shade = (correlation: number): Markup =>
  html`style="${`--tone:${correlation < 0 ? "#d55e00" : "#0072b2"};--share:${Math.round(60 * Math.abs(correlation))}%`}"`;
