/** @file A comparison of methods on one input, as Markdown and as an HTML page: the text or the picture once for each method, and numbers. */

import {
  type ComparedMethod,
  type ImageComparison,
  isTextComparison,
  type MethodComparison,
  type TextComparison,
} from "../../evaluation/method-comparison.ts";
import { html, type Markup } from "../../render/escape.ts";
import { count, fixed, milliseconds, type NumberStyle, signed } from "../../render/format.ts";
import { heatClass, SHADES } from "../../render/html/heat.ts";
import { code, plain, table } from "../../render/markdown-text.ts";
import { OVERLAYS, type OverlayName } from "../../render/overlay.ts";
import { checkPicture } from "../../render/picture.ts";
import { visible, withoutOverrides } from "../../render/plain-text.ts";
import { signedScale } from "../../render/scale.ts";
import { segmentText } from "../../render/segments.ts";
import { CURVE_STYLE, curveSection } from "../evaluation/curves.ts";
import { methodTitle } from "../evaluation/tables.ts";
import { curveActivation, curveQuantity } from "../measured-in.ts";
import { folded, page } from "../page.ts";
import {
  agreementRows,
  type ComparisonRow,
  comparisonTarget,
  comparisonTitle,
  comparisonWarnings,
  faithfulnessRows,
  removalText,
  signText,
} from "./facts.ts";
import { MAPS_STYLE, mapsMarkdown, mapsText, methodMaps, pictureDefinitions } from "./maps.ts";
import { comparisonVerdict, faithfulnessOf } from "./verdict.ts";

/** Attributions of each method as shares of its own largest magnitude, -1..1: methods have units of their own. */
export const levels = ({ methods }: MethodComparison): number[][] =>
  methods.map(({ attribution }) => attribution.map(signedScale(attribution).level));

/** What the numbers of words are. */
export const wordsText = (comparison: TextComparison): string =>
  `Numbers are shares of the largest magnitude that the method gives; + supports the class, − opposes it. ${signText(comparison)}`.trimEnd();

/** A comparison of methods on one input in Markdown. */
export function comparisonMarkdown(comparison: MethodComparison): string {
  const { methods } = comparison;
  const rows = (cells: readonly ComparisonRow[], name: (text: string) => string) =>
    table(
      ["", ...methods.map((method) => `${code(method.name)}${method.randomControl ? " (random control)" : ""}`)],
      ["left", ...methods.map(() => "right" as const)],
      cells.map(([first, texts]) => [name(first), ...texts]),
    );
  return [
    `# ${plain(comparisonTitle(comparison))}`,
    ...(isTextComparison(comparison) ? [`> ${plain(comparison.input.text)}`] : []),
    `**${plain(comparisonVerdict(comparison).headline)}.** ${plain(comparisonVerdict(comparison).reasons)}`,
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

/** A share of the largest magnitude of a method: with its sign where there is one. */
export const shareText = (
  method: Pick<ComparedMethod, "signed"> | undefined,
  share: number,
  style?: NumberStyle,
): string => (method?.signed === false ? fixed(share, 2, style) : signed(share, 2, style));

const wordRows = (comparison: TextComparison): ComparisonRow[] => {
  const shares = levels(comparison);
  return comparison.features.map(({ text }, feature) => [
    text,
    shares.map((values, m) => shareText(comparison.methods[m], values[feature] as number)),
  ]);
};

/** Said above maps of texts. */
const OWN_SCALES =
  "Every method has a scale of its own: full colour is its largest number. Compare places and signs, not strengths.";

const STYLE = `.methods{display:grid;gap:1.25rem;margin-top:1rem}.methods .name{display:flex;flex-wrap:wrap;gap:0 1rem;align-items:baseline}.methods .map{margin-top:.25rem;font-size:1.125rem}.methods .about{margin:0}.report-text{font:1.125rem/1.5 var(--serif)}.heat td{text-align:end!important;padding-inline:.6rem!important}.heat td[class]{color:var(--heat-ink)}.legends{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin-top:.75rem}${MAPS_STYLE}${CURVE_STYLE}`;

export interface ComparisonHtmlOptions {
  /** The picture that is explained, as a data URI, drawn under the maps. */
  readonly picture?: string;
  /** How the evidence in a picture is drawn. Default "smooth". */
  readonly overlay?: OverlayName;
}

/**
 * A comparison of methods on one input as a page of its own, which works offline.
 *
 * @throws {InvalidOptionError} When the picture cannot be used.
 */
export function comparisonHtml(
  comparison: MethodComparison,
  { picture, overlay = OVERLAYS[0] }: ComparisonHtmlOptions = {},
): string {
  const { methods, model } = comparison;
  const look = { overlay, picture: picture === undefined ? undefined : checkPicture(picture) };
  const [rivals, controls] = [methods.filter((m) => !m.randomControl), methods.filter((m) => m.randomControl)];
  const shown = (some: readonly ComparedMethod[]): Markup =>
    isTextComparison(comparison)
      ? textMaps(comparison, some)
      : methodMaps(comparison as ImageComparison, some, look, some === rivals);
  const warned = comparisonWarnings(comparison).map(
    ({ message }) => html`<p class="warn"><b>Warning:</b> ${message}</p>`,
  );
  const { headline, reasons } = comparisonVerdict(comparison);
  const note = isTextComparison(comparison) ? OWN_SCALES : mapsText(overlay);
  const drawn = methods.map(({ name, randomControl, curves }) => ({ name, randomControl, ...curves }));
  const body = html`<section class="verdict"><h2>${headline}</h2><p class="lede">${reasons}</p></section>${warned}<section><h2>What each method says of ${comparisonTarget(comparison)}</h2><p>${note}</p>${legends(rivals)}${
    isTextComparison(comparison) ? null : pictureDefinitions(look)
  }${shown(rivals)}${
    controls.length === 0
      ? null
      : html`<details><summary>${count(controls.length, "random control")}: what knowing nothing looks like</summary>${shown(controls)}</details>`
  }</section>${
    isTextComparison(comparison)
      ? folded("Numbers of every word", "shares of the largest of each method", numbers(comparison))
      : null
  }${folded("Faithfulness on this input", "deletion, insertion, time", html`<section><p>${removalText(comparison)}.</p>${rows("Faithfulness of each method", methods, faithfulnessRows(comparison, ["(lower is better)", "(higher is better)"]))}</section>`)}${folded("Curves", `the ${curveQuantity(comparison).toLowerCase()} while features are removed, and while they are restored`, curveSection(drawn, curveQuantity(comparison), curveActivation(comparison)))}${folded("Agreement of the orders", "Spearman’s rank correlation of every two methods", html`<section>${rows("Agreement of the methods", methods, agreementRows(comparison))}</section>`)}`;
  return page(comparisonTitle(comparison), body, STYLE, html`Methods compared <span>on <bdi>${model.id}</bdi></span>`);
}

const header = (methods: readonly ComparedMethod[]): Markup =>
  html`<thead><tr><td></td>${methods.map((method) => html`<th scope="col" class="n">${methodTitle(method)}</th>`)}</tr></thead>`;

const rows = (label: string, methods: readonly ComparedMethod[], cells: readonly ComparisonRow[]): Markup =>
  html`<div class="wide" tabindex="0" role="region" aria-label="${label}"><table>${header(methods)}<tbody>${cells.map(
    ([name, values]) =>
      html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td class="n">${value}</td>`)}</tr>`,
  )}</tbody></table></div>`;

/** What the colours mean: those of a sign where a method has one, those of none where one has none. */
function legends(methods: readonly ComparedMethod[]): Markup {
  const mark = (step: number, isSigned: boolean) =>
    html`<i class="${heatClass(step / SHADES, isSigned).split(" ")[0] ?? ""}"></i>`;
  const both = Array.from({ length: 2 * SHADES + 1 }, (_, i) => mark(i - SHADES, true));
  const one = Array.from({ length: SHADES }, (_, i) => mark(i + 1, false));
  const hasSigned = methods.some(({ signed: sign }) => sign !== false);
  const hasUnsigned = methods.some(({ signed: sign }) => sign === false);
  return html`<div class="legends">${
    hasSigned
      ? html`<p class="legend"><span class="key op">opposes</span> <span class="ramp" aria-hidden="true">${both}</span> <span class="key">supports</span></p>`
      : null
  }${
    hasUnsigned
      ? html`<p class="legend"><span>without a sign:</span> <span class="ramp" aria-hidden="true">${one}</span> <span class="key ma">matters, for or against</span></p>`
      : null
  }</div>`;
}

/** The text once for each method, coloured. */
function textMaps(comparison: TextComparison, methods: readonly ComparedMethod[]): Markup {
  const pieces = segmentText(comparison.input.text, comparison.features);
  const maps = methods.map((method) => {
    const { level } = signedScale(method.attribution);
    const words = pieces.map(({ kind, text, members }) => {
      const kept = withoutOverrides(text);
      if (kind !== "feature") return kept;
      const value = level(members.reduce((sum, member) => sum + (method.attribution[member] ?? 0), 0));
      return html`<span class="w ${heatClass(value, method.signed !== false)}" title="${visible(text)} ${shareText(method, value)}">${kept}</span>`;
    });
    return html`<div><div class="name"><h3>${methodTitle(method)}</h3><p class="about">faithfulness ${fixed(faithfulnessOf(method), 3)}, ${milliseconds(method.milliseconds)}</p></div><div class="map" dir="auto" lang="">${words}</div></div>`;
  });
  return html`<div class="methods">${maps}</div>`;
}

function numbers(comparison: TextComparison): Markup {
  const { methods, features } = comparison;
  const shares = levels(comparison);
  const body = features.map(
    ({ text }, feature) =>
      html`<tr><th scope="row"><bdi>${text}</bdi></th>${shares.map((values, m) => {
        const level = values[feature] as number;
        const shade = heatClass(level, methods[m]?.signed !== false).split(" ")[0] ?? "";
        return html`<td${shade === "" ? null : html` class="${shade}"`}>${shareText(methods[m], level)}</td>`;
      })}</tr>`,
  );
  return html`<section><div class="wide" tabindex="0" role="region" aria-label="Numbers of every word"><table class="heat">${header(methods)}<tbody>${body}</tbody></table></div></section>`;
}
