/** @file One input explained for several classes, a column for each, on one scale of colour. */

import type { Explanation } from "../../attribution/explanation.ts";
import { html, type Markup } from "../../render/escape.ts";
import { excerptOf, isWritten, itemsOf, rankedItems, scoreName, targetName } from "../../render/evidence.ts";
import { count, digitsFor, type NumberStyle, signed } from "../../render/format.ts";
import { targetValue } from "../../render/head.ts";
import { createContext, isolated } from "../../render/html/context.ts";
import { heatClass } from "../../render/html/heat.ts";
import { patchMap } from "../../render/html/maps.ts";
import { explanationsPage, type HtmlOptions, itemId } from "../../render/html.ts";
import { plain, table } from "../../render/markdown-text.ts";
import { OVERLAYS } from "../../render/overlay.ts";
import { paletteOf } from "../../render/palette.ts";
import { checkPicture } from "../../render/picture.ts";
import { visible, withoutOverrides } from "../../render/plain-text.ts";
import { largestMagnitude, patchBound, signedScale } from "../../render/scale.ts";
import { segmentText } from "../../render/segments.ts";

/** Words of a class on each side. */
const TOP = 5;

export interface SideBySideOptions extends Pick<HtmlOptions, "palette" | "overlay"> {
  /** The picture that is explained as a data URI. */
  readonly picture?: string;
}

/** What is said of a class: its name, its probability, and its strongest words or patches. */
export interface ClassColumn {
  readonly name: string;
  readonly value: string;
  readonly supporting: readonly string[];
  readonly opposing: readonly string[];
}

/** The columns, in the order of the explanations; numbers share their decimals. */
export function classColumns(explanations: readonly Explanation[], style?: NumberStyle): ClassColumn[] {
  const all = explanations.map((explanation) => rankedItems(itemsOf(explanation)));
  const digits = digitsFor(
    largestMagnitude(all.flatMap(({ supporting, opposing }) => [...supporting, ...opposing].map((i) => i.attribution))),
  );
  return explanations.map((explanation, i) => {
    const shown = (side: "supporting" | "opposing") =>
      all[i]![side].slice(0, TOP).map((item) => `${visible(item.label)} ${signed(item.attribution, digits, style)}`);
    return {
      name: visible(targetName(explanation)),
      value: targetValue(explanation, style),
      supporting: shown("supporting"),
      opposing: shown("opposing"),
    };
  });
}

/** "3 of 10 classes, the most probable ones", in units of what. */
export function classesText(explanations: readonly Explanation[]): string {
  const [first] = explanations as [Explanation];
  const classes = first.predictions.length;
  const which =
    explanations.length < classes
      ? `${explanations.length} of ${count(classes, "class", "classes")}, the most probable ones`
      : `All ${count(classes, "class", "classes")}`;
  return `${which}. Evidence is in units of the ${scoreName(first)} of each class, and colours mean the same in all of them. What supports one class need not oppose another.`;
}

const STYLE = `
.classes-beside{border-top:0}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:1.5rem 2rem;margin-top:1rem}
.columns>div{min-width:0;border-top:2px solid var(--rule);padding-top:.75rem}
.columns h3{overflow-wrap:anywhere}
.columns h3 span{font-weight:400;color:var(--muted)}
.columns .map{font-size:1rem;line-height:1.8;margin-top:.5rem}
.columns dl{font-size:.875rem;margin-top:.75rem;display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.2rem .75rem}
.columns dt{color:var(--muted)}
.columns dd{overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.columns .as-contours{display:none}
.columns .more a{font-size:.875rem}
`;

/**
 * One page: the classes beside each other, and each explanation in full below.
 *
 * @param explanations - Of one input, at least one.
 * @throws {InvalidOptionError} When the palette or the picture cannot be used.
 */
export function classesHtml(explanations: readonly Explanation[], options: SideBySideOptions = {}): string {
  const [first] = explanations as [Explanation];
  const { picture, ...look } = options;
  const magnitudes = explanations.flatMap((each) => itemsOf(each).map(({ attribution }) => attribution));
  const bound = isWritten(first) ? largestMagnitude(magnitudes) : patchBound(magnitudes);
  const columns = classColumns(explanations).map(
    ({ name, value, supporting, opposing }, i) =>
      html`<div><h3>${isolated(name)} <span>${value}</span></h3>${mapOf(explanations[i]!, bound, i, options)}<dl>${side("for", supporting)}${side("against", opposing)}</dl><p class="more"><a href="#${itemId(i + 1)}">All about ${isolated(name)}</a></p></div>`,
  );
  const lead = html`<section class="classes-beside" aria-labelledby="beside"><h2 id="beside">Class by class</h2><p class="about">${classesText(explanations)}</p><div class="columns">${columns}</div></section>`;
  const items = explanations.map((explanation, i) => ({
    explanation,
    number: i + 1,
    ...(picture === undefined ? {} : { picture }),
  }));
  return explanationsPage(items, {
    ...look,
    heading: "Class by class",
    title: `Class by class: ${visible(excerptOf(first)).slice(0, 60)}`,
    lead,
    style: STYLE,
  });
}

const side = (title: string, items: readonly string[]): Markup | null =>
  items.length === 0
    ? null
    : html`<dt>${title}</dt><dd>${items.map((item, i) => [i === 0 ? "" : ", ", isolated(item)])}</dd>`;

function mapOf(explanation: Explanation, bound: number, place: number, options: SideBySideOptions): Markup {
  const palette = paletteOf(options.palette);
  const context = createContext(explanation, {
    id: `beside-${place}`,
    showsSign: palette.showsSign,
    picture: options.picture === undefined ? undefined : checkPicture(options.picture),
    palette,
    overlay: OVERLAYS[0],
  });
  const scale = signedScale([], { bound });
  if (!isWritten(explanation)) {
    return html`<div class="view-image">${patchMap(explanation, "words", { ...context, scale })}</div>`;
  }
  const { input, words } = explanation;
  const pieces = segmentText(input.text, words).map(({ text, members }) => {
    const shade = heatClass(scale.level(members.reduce((sum, i) => sum + (words[i]?.attribution ?? 0), 0)));
    const shown = withoutOverrides(text);
    return shade === "" ? html`${shown}` : html`<span class="w ${shade}">${shown}</span>`;
  });
  return html`<p class="map" dir="auto" lang="">${pieces}</p>`;
}

/** A table with a row for each class, ended by a line end. */
export function classesMarkdown(explanations: readonly Explanation[]): string {
  const [first] = explanations as [Explanation];
  const rows = classColumns(explanations).map(({ name, value, supporting, opposing }) => [
    plain(name),
    value,
    plain(supporting.join(", ")),
    plain(opposing.join(", ")),
  ]);
  return [
    "# Class by class",
    ...(isWritten(first) ? [`> ${plain(first.input.text)}`] : []),
    plain(classesText(explanations)),
    table(["Class", "", "For", "Against"], ["left", "right", "left", "left"], rows),
  ]
    .join("\n\n")
    .concat("\n");
}
