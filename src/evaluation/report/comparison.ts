/** @file A comparison of methods on one input, as Markdown and as an HTML page: words as rows, methods as columns. */

import { html, type Markup } from "../../render/escape.ts";
import { fixed, milliseconds, percent, signed } from "../../render/format.ts";
import { code, plain, table } from "../../render/markdown-text.ts";
import { hex } from "../../render/oklab.ts";
import { paletteOf } from "../../render/palette.ts";
import { signedScale } from "../../render/scale.ts";
import type { MethodComparison } from "../method-comparison.ts";
import { page } from "./page.ts";

/** Attributions of each method as shares of its own largest magnitude, -1..1: methods have units of their own. */
export const levels = ({ methods }: MethodComparison): number[][] =>
  methods.map(({ attribution }) => attribution.map(signedScale(attribution).level));

const NOTE = "Numbers are shares of the largest magnitude that the method gives; + supports the class, − opposes it.";

const title = ({ target, model }: MethodComparison): string =>
  `${target.label} (${percent(target.probability)}): methods on ${model.id}`;

export function comparisonMarkdown(comparison: MethodComparison): string {
  const { units, methods, agreement, input, settings, warnings } = comparison;
  const names = methods.map(({ name }) => code(name));
  const right = methods.map(() => "right" as const);
  const shares = levels(comparison);
  return [
    `# ${plain(title(comparison))}`,
    `> ${plain(input.text)}`,
    ...warnings.map(({ code: name, message }) => `> **Warning** (${plain(name)}): ${plain(message)}`),
    NOTE,
    table(
      ["", ...names],
      ["left", ...right],
      units.map(({ text }, unit) => [plain(text), ...shares.map((values) => signed(values[unit] as number, 2))]),
    ),
    `Faithfulness on this input, removed ${settings.units}s replaced by the ${settings.substrate} token:`,
    table(
      ["", ...names],
      ["left", ...right],
      [
        ["deletion ↓", ...methods.map((method) => fixed(method.deletion, 3))],
        ["insertion ↑", ...methods.map((method) => fixed(method.insertion, 3))],
        ["time", ...methods.map((method) => milliseconds(method.milliseconds))],
      ],
    ),
    "Agreement of the orders (Spearman):",
    table(
      ["", ...names],
      ["left", ...right],
      methods.map(({ name }, a) => [
        code(name),
        ...(agreement[a] as readonly number[]).map((value) => fixed(value, 2)),
      ]),
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

const STYLE = `.heat td{padding:.15rem .6rem;text-align:right}.heat td:first-child,.heat th:first-child{text-align:left}`;

export function comparisonHtml(comparison: MethodComparison): string {
  const { units, methods, agreement, input, settings, warnings } = comparison;
  const palette = paletteOf(undefined, "light");
  const shares = levels(comparison);
  const header = html`<thead><tr><th></th>${methods.map(({ name }) => html`<th class="n">${name}</th>`)}</tr></thead>`;
  const rows = (cells: readonly (readonly [name: string, values: readonly string[]])[]): Markup =>
    html`<div class="wide"><table>${header}<tbody>${cells.map(
      ([name, values]) => html`<tr><td>${name}</td>${values.map((value) => html`<td class="n">${value}</td>`)}</tr>`,
    )}</tbody></table></div>`;
  const heat = units.map(
    ({ text }, unit) =>
      html`<tr><td><bdi>${text}</bdi></td>${shares.map((values) => {
        const level = values[unit] as number;
        return html`<td style="background:${hex(palette.color(level))};color:${hex(palette.ink)}">${signed(level, 2)}</td>`;
      })}</tr>`,
  );
  const body = html`<p><bdi>${input.text}</bdi></p>${warnings.map(
    ({ message }) => html`<p class="warn"><b>Warning:</b> ${message}</p>`,
  )}<p>${NOTE}</p><div class="wide"><table class="heat">${header}<tbody>${heat}</tbody></table></div><h2>Faithfulness on this input</h2><p>Removed ${settings.units}s are replaced by the ${settings.substrate} token.</p>${rows(
    [
      ["deletion (lower is better)", methods.map((method) => fixed(method.deletion, 3))],
      ["insertion (higher is better)", methods.map((method) => fixed(method.insertion, 3))],
      ["time", methods.map((method) => milliseconds(method.milliseconds))],
    ],
  )}<h2>Agreement of the orders (Spearman)</h2>${rows(
    methods.map(({ name }, a) => [name, (agreement[a] as readonly number[]).map((value) => fixed(value, 2))] as const),
  )}`;
  return page(title(comparison), body, STYLE);
}
