/** @file A comparison of methods on one input, as Markdown and as an HTML page: words as rows and methods as columns, or a map for each method. */

import {
  type ImageComparison,
  isTextComparison,
  type MethodComparison,
  type TextComparison,
} from "../../evaluation/method-comparison.ts";
import { html, type Markup } from "../../render/escape.ts";
import { signed } from "../../render/format.ts";
import { code, plain, table } from "../../render/markdown-text.ts";
import { hex } from "../../render/oklab.ts";
import { OVERLAYS, type OverlayName } from "../../render/overlay.ts";
import { paletteOf } from "../../render/palette.ts";
import { checkPicture } from "../../render/picture.ts";
import { signedScale } from "../../render/scale.ts";
import { CURVE_STYLE, curveSection } from "../evaluation/curves.ts";
import { page } from "../page.ts";
import {
  agreementRows,
  type ComparisonRow,
  comparisonTitle,
  comparisonWarnings,
  curveText,
  faithfulnessRows,
  removalText,
  signText,
} from "./facts.ts";
import { MAPS_STYLE, mapsHtml, mapsMarkdown } from "./maps.ts";

/** Attributions of each method as shares of its own largest magnitude, -1..1: methods have units of their own. */
export const levels = ({ methods }: MethodComparison): number[][] =>
  methods.map(({ attribution }) => attribution.map(signedScale(attribution).level));

/** What the numbers of words are. */
export const wordsText = (comparison: TextComparison): string =>
  `Numbers are shares of the largest magnitude that the method gives; + supports the class, − opposes it. ${signText(comparison)}`.trimEnd();

export function comparisonMarkdown(comparison: MethodComparison): string {
  const { methods } = comparison;
  const rows = (cells: readonly ComparisonRow[], name: (text: string) => string) =>
    table(
      ["", ...methods.map((method) => code(method.name))],
      ["left", ...methods.map(() => "right" as const)],
      cells.map(([first, texts]) => [name(first), ...texts]),
    );
  return [
    `# ${plain(comparisonTitle(comparison))}`,
    ...(isTextComparison(comparison) ? [`> ${plain(comparison.input.text)}`] : []),
    ...comparisonWarnings(comparison).map(
      ({ code: name, message }) => `> **Warning** (${plain(name)}): ${plain(message)}`,
    ),
    ...(isTextComparison(comparison)
      ? [plain(wordsText(comparison)), rows(wordRows(comparison), plain)]
      : mapsMarkdown(comparison as ImageComparison)),
    `## Faithfulness on this input\n\n${removalText(comparison)}.`,
    rows(faithfulnessRows(comparison, ["↓", "↑"]), plain),
    "## Agreement of the orders (Spearman)",
    rows(agreementRows(comparison), code),
  ]
    .join("\n\n")
    .concat("\n");
}

const wordRows = (comparison: TextComparison): ComparisonRow[] => {
  const shares = levels(comparison);
  return comparison.features.map(({ text }, feature) => [
    text,
    shares.map((values) => signed(values[feature] as number, 2)),
  ]);
};

const STYLE = `.heat td{padding:.15rem .6rem;text-align:right}.heat td:first-child,.heat th:first-child{text-align:left}${MAPS_STYLE}${CURVE_STYLE}`;

export interface ComparisonHtmlOptions {
  /** The picture that is explained, as a data URI, drawn under the maps. */
  readonly picture?: string;
  /** How the evidence in a picture is drawn. Default "smooth". */
  readonly overlay?: OverlayName;
}

/** @throws {InvalidOptionError} When the picture cannot be used. */
export function comparisonHtml(
  comparison: MethodComparison,
  { picture, overlay = OVERLAYS[0] }: ComparisonHtmlOptions = {},
): string {
  const { methods, model } = comparison;
  const look = { overlay, picture: picture === undefined ? undefined : checkPicture(picture) };
  const header = html`<thead><tr><th></th>${methods.map(({ name }) => html`<th class="n">${name}</th>`)}</tr></thead>`;
  const rows = (cells: readonly ComparisonRow[]): Markup =>
    html`<div class="wide"><table>${header}<tbody>${cells.map(
      ([name, values]) => html`<tr><td>${name}</td>${values.map((value) => html`<td class="n">${value}</td>`)}</tr>`,
    )}</tbody></table></div>`;
  const [input, evidence] = isTextComparison(comparison)
    ? [html`<p><bdi>${comparison.input.text}</bdi></p>`, heatTable(comparison, header)]
    : [null, mapsHtml(comparison as ImageComparison, look)];
  const warned = comparisonWarnings(comparison).map(
    ({ message }) => html`<p class="warn"><b>Warning:</b> ${message}</p>`,
  );
  const drawn = methods.map(({ name, randomControl, curves }) => ({ name, randomControl, ...curves }));
  const body = html`${input}${warned}${evidence}<h2>Faithfulness on this input</h2><p>${removalText(comparison)}.</p>${rows(faithfulnessRows(comparison, ["(lower is better)", "(higher is better)"]))}${curveSection(drawn, curveText(comparison), model.activation)}<h2>Agreement of the orders (Spearman)</h2>${rows(agreementRows(comparison))}`;
  return page(comparisonTitle(comparison), body, STYLE);
}

function heatTable(comparison: TextComparison, header: Markup): Markup {
  const palette = paletteOf(undefined, "light");
  const shares = levels(comparison);
  const rows = comparison.features.map(
    ({ text }, feature) =>
      html`<tr><td><bdi>${text}</bdi></td>${shares.map((values) => {
        const level = values[feature] as number;
        return html`<td style="background:${hex(palette.color(level))};color:${hex(palette.ink)}">${signed(level, 2)}</td>`;
      })}</tr>`,
  );
  return html`<p>${wordsText(comparison)}</p><div class="wide"><table class="heat">${header}<tbody>${rows}</tbody></table></div>`;
}
