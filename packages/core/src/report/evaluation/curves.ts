/** @file Deletion and insertion curves of all methods as two plots: means over the inputs of an evaluation, or those of one input. */

import type { HeadActivation } from "../../attribution/explanation.ts";
import type { Evaluation } from "../../evaluation/evaluation.ts";
import { namesOf } from "../../evaluation/measurement-names.ts";
import { CURVE_PLACES, curves } from "../../evaluation/metrics/curves.ts";
import { html, type Markup } from "../../render/escape.ts";
import { digitsFor, fixed } from "../../render/format.ts";
import { curveActivation, curveQuantity } from "../measured-in.ts";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [440, 280, 44, 12, 10, 34] as const;

/** Colours that readers with colour-vision deficiencies tell apart (Okabe & Ito 2008, those readable on white and on dark). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"] as const;
/** The first methods are drawn solid, the next ones with these dashes, so that no two lines look alike. */
const DASHES = ["", "6 3", "2 3", "8 3 2 3"] as const;

/** The curves of a method: probabilities, or the numbers of a regression, at CURVE_PLACES. */
export interface MethodCurves {
  readonly name: string;
  readonly randomControl: boolean;
  readonly removed: readonly number[];
  readonly restored: readonly number[];
}

interface Line {
  readonly method: string;
  readonly color: string;
  readonly dash: string;
  readonly values: readonly [removed: readonly number[], restored: readonly number[]];
}

/** Plots of mean curves, or nothing when curves were not measured. */
export function curvePlots(evaluation: Evaluation): Markup | null {
  const { replacements } = evaluation.settings;
  const plots = namesOf(curves, replacements).map((name) => curvePlotsOf(evaluation, name));
  return plots.some((one) => one !== null) ? html`${plots}` : null;
}

function curvePlotsOf(evaluation: Evaluation, measurement: string): Markup | null {
  const { methods, inputs } = evaluation;
  const measured = methods.flatMap(({ name, randomControl }): MethodCurves[] => {
    const rows = inputs.flatMap(({ measurements }) => measurements[name]?.[measurement] ?? []);
    const width = 2 * CURVE_PLACES.length;
    const count = rows.length / width;
    if (count === 0) return [];
    const means = Array.from({ length: width }, (_, i) => {
      let sum = 0;
      for (let row = 0; row < count; row++) sum += rows[row * width + i] as number;
      return sum / count;
    });
    return [
      { name, randomControl, removed: means.slice(0, CURVE_PLACES.length), restored: means.slice(CURVE_PLACES.length) },
    ];
  });
  return measured.length === 0
    ? null
    : curveSection(
        measured,
        `Mean ${curveQuantity(evaluation).toLowerCase()}`,
        curveActivation(evaluation),
        `Curves${measurement.slice(curves.name.length)}`,
      );
}

/** Both plots with their legend. `what` is drawn: "Mean probability". */
export function curveSection(
  methods: readonly MethodCurves[],
  what: string,
  activation: HeadActivation = "softmax",
  title = "Curves",
): Markup {
  const range = activation === "none" ? rangeOf(methods) : ([0, 1] as const);
  const lines = methods.map(
    ({ name, randomControl, removed, restored }, m): Line => ({
      method: name,
      color: randomControl ? "var(--muted)" : (COLORS[m % COLORS.length] as string),
      dash: randomControl ? "1 4" : (DASHES[Math.floor(m / COLORS.length) % DASHES.length] as string),
      values: [removed, restored],
    }),
  );
  const legend = lines.map(
    ({ method, color, dash }) =>
      html`<li><svg width="34" height="12" aria-hidden="true"><line x1="0" x2="34" y1="6" y2="6" ${style(color, dash)}/></svg> ${method}</li>`,
  );
  return html`<section><h2>${title}</h2><p>${what} of the explained ${activation === "none" ? "output" : "class"} while features are removed from the input (left: the faster it falls, the better the method names what supports the class) and restored to an empty one (right: the faster it rises).</p><ul class="lines">${legend}</ul><div class="plots">${plot("Removed", lines, 0, what, range)}${plot("Restored", lines, 1, what, range)}</div></section>`;
}

/** Rules of the plots, for `page`. */
export const CURVE_STYLE = `.plots{display:flex;flex-wrap:wrap;gap:1rem}.plots svg{max-width:100%;height:auto}.lines{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin-block:.75rem;list-style:none}.lines svg{display:inline-block;vertical-align:middle}.plots text{fill:var(--muted);font-size:12px}.plots .grid{stroke:var(--rule);stroke-width:1}`;

const style = (color: string, dash: string): Markup =>
  html`style="${`stroke:${color};stroke-width:2${dash === "" ? "" : `;stroke-dasharray:${dash}`}`}"`;

type Range = readonly [low: number, high: number];

/** From the smallest to the largest number of all curves. */
function rangeOf(methods: readonly MethodCurves[]): Range {
  const values = methods.flatMap(({ removed, restored }) => [...removed, ...restored]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

function plot(title: string, lines: readonly Line[], which: 0 | 1, what: string, [low, high]: Range): Markup {
  const x = (share: number) => LEFT + (WIDTH - LEFT - RIGHT) * share;
  const y = (value: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * (value - low)) / (high - low);
  const digits = Math.max(2, digitsFor(high - low));
  const grid = [0, 0.25, 0.5, 0.75, 1]
    .map((share) => low + share * (high - low))
    .map(
      (value) =>
        html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/><text x="${LEFT - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${fixed(value, digits)}</text>`,
    );
  const ticks = [0, 0.5, 1].map(
    (share) =>
      html`<text x="${x(share).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="${share === 1 ? "end" : "middle"}">${100 * share} %</text>`,
  );
  const paths = lines.map(({ values, color, dash }) => {
    const points = values[which].map((value, i) => `${x(CURVE_PLACES[i] as number).toFixed(1)},${y(value).toFixed(1)}`);
    return html`<path d="M${points.join("L")}" fill="none" ${style(color, dash)}/>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" role="img" aria-label="${`${title} features, ${what.toLowerCase()} by method; the areas under the curves are in the tables`}">${grid}${ticks}<text x="${(x(0) + x(1)) / 2}" y="${HEIGHT - 2}" text-anchor="middle">${title} features</text>${paths}</svg>`;
}
